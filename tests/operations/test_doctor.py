"""The doctor finds what is wrong and says how to mend it."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.models import OutgoingMail
from cmq.organisations.models import OrganisationMembership
from cmq.proof import keys
from cmq.proof.actions import publish_keys
from cmq.search import indexing
from tests.factories import a_campus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_DIRS = []


def diagnosis(capsys: pytest.CaptureFixture[str]) -> str:
    try:
        call_command("doctor")
    except SystemExit as error:
        assert error.code == 1
    return capsys.readouterr().out


def test_a_sound_site(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    publish_keys(at=timezone.now())
    indexing.rebuild()
    assert diagnosis(capsys) == "✓ Rien à signaler.\n"


def test_an_index_that_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    assert "cmq recherche reconstruire" in diagnosis(capsys)


def test_a_site_that_cannot_sign(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    assert "cmq cles" in diagnosis(capsys)
    publish_keys(at=timezone.now())
    (path,) = keys.folder().glob("*.json")
    path.write_text("rien")
    assert "Clé illisible" in diagnosis(capsys)


def test_an_antivirus_that_does_not_answer(capsys: pytest.CaptureFixture[str], settings: object) -> None:
    a_campus()
    settings.ANTIVIRUS = ["clamd:/n/existe/pas"]
    assert "L’antivirus ne répond pas" in diagnosis(capsys)


def test_an_empty_register(capsys: pytest.CaptureFixture[str]) -> None:
    Campus.objects.all().delete()
    assert "cmq import register" in diagnosis(capsys)


def test_a_tampered_feed(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_change SET summary = 'autre' WHERE position = 1")
    assert "Journal rompu à la position 1" in diagnosis(capsys)


def test_mail_that_does_not_leave(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    OutgoingMail.objects.create(
        key="k", to="a@exemple.fr", subject="s", text="t", created_at=timezone.now(), last_error="refusé"
    )
    assert "« refusé »" in diagnosis(capsys)


def test_what_was_due_and_was_not_done(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    MigrationRecorder.Migration.objects.update(applied=timezone.now() - dt.timedelta(days=9))
    assert "Lancez « cmq rappels »" in diagnosis(capsys)


def test_a_public_site_that_is_not_ready(settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    settings.HTTPS, settings.SECRET_KEY_IS_LOCAL, settings.SITE_OWNER = True, True, ""
    found = diagnosis(capsys)
    for variable in ("CMQ_SECRET_KEY", "CMQ_SITE_OWNER", "CMQ_BACKUP_RECIPIENTS", "cmq gardien"):
        assert variable in found


def test_the_first_keeper_is_invited_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("gardien", "Gardienne@Exemple.fr")
    assert "/espace/invitation/" in capsys.readouterr().out
    assert OrganisationMembership.objects.get().invited_email == "gardienne@exemple.fr"
    with pytest.raises(CommandError, match="déjà invitée"):
        call_command("gardien", "gardienne@exemple.fr")
    with pytest.raises(CommandError):
        call_command("gardien", "pas une adresse")


def test_the_outbox_is_emptied_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    OutgoingMail.objects.create(key="k", to="a@exemple.fr", subject="s", text="t", created_at=timezone.now())
    call_command("courrier")
    assert "envoyés : 1" in capsys.readouterr().out
