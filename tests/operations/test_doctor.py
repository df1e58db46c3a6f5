"""The doctor finds what is wrong and says how to mend it."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.models import OutgoingMail
from cmq.organisations.models import OrganisationMembership
from cmq.proof import private
from cmq.proof.actions import publish_keys, retire_key
from cmq.proof.models import SigningKey
from cmq.search import indexing
from tests.factories import a_campus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings: object, tmp_path: Path) -> None:
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


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server to set")
def test_a_server_that_is_not_set_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert "PostgreSQL a" not in diagnosis(capsys)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = on; SET LOCAL tcp_user_timeout = 0")
    said = diagnosis(capsys)
    assert "« jit = on » au lieu de « off »" in said and "ALTER SYSTEM SET tcp_user_timeout = '15000'" in said
    assert "tcp_keepalives" not in said


def test_an_index_that_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    assert "cmq recherche reconstruire" in diagnosis(capsys)


def test_a_site_that_cannot_sign(settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    a_campus()
    assert "cmq cles" in diagnosis(capsys)
    settings.SIGNING_KEYS = "rien"
    assert "Clé illisible" in diagnosis(capsys)


def test_keys_of_the_environment_and_published_ones_that_are_not_the_same(
    settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    a_campus()
    publish_keys(at=timezone.now())
    first, other = SigningKey.objects.get(), private.make()
    held = settings.SIGNING_KEYS
    settings.SIGNING_KEYS = private.written([*private.read(held).values(), other])
    assert f"La clé {other.thumbprint()} de CMQ_SIGNING_KEYS n’est pas publiée" in diagnosis(capsys)
    publish_keys(at=timezone.now())
    settings.SIGNING_KEYS = held
    said = diagnosis(capsys)
    assert f"La clé publiée {other.thumbprint()} manque" in said and "n’est pas publiée" not in said
    settings.SIGNING_KEYS = private.written([*private.read(held).values(), other])
    retire_key(first, at=timezone.now())
    assert f"La clé retirée {first} est encore" in diagnosis(capsys)


def test_secrets_that_others_may_read_or_guess_or_that_stand_elsewhere(
    settings: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_campus()
    file = tmp_path / ".env"
    file.write_text("CMQ_SITE_OWNER=nous\n")
    file.chmod(0o640)
    (tmp_path / "secret-key").write_text("x" * 60)
    settings.ENV_FILE = str(file)
    weak = "changeme-0123456789-changeme-0123456789-changeme-0123456789"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = weak, ["court"]
    settings.PROCONNECT_CLIENT_SECRET = "mot partagé avec ProConnect"
    said = diagnosis(capsys)
    assert f"chmod 600 {file}" in said and "CMQ_SECRET_KEY est trop faible : c’est un exemple" in said
    assert "Une clé de CMQ_SECRET_KEY_FALLBACKS est trop faible" in said and "secret-key » porte encore" in said
    elsewhere = [line for line in said.splitlines() if "fichier de réglages" in line]
    assert len(elsewhere) == 3 and "CMQ_PROCONNECT_CLIENT_SECRET" in elsewhere[2]
    assert not [each for each in (weak, "court", "mot partagé", "x" * 60) if each in said]
    file.chmod(0o600)
    assert "chmod" not in diagnosis(capsys)


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
    settings.HTTPS, settings.SITE_OWNER = True, ""
    found = diagnosis(capsys)
    for variable in ("CMQ_SITE_OWNER", "CMQ_BACKUP_RECIPIENTS", "cmq gardien"):
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
