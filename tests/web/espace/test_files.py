"""The pages of a file: written by two, joined, signed, examined, with bad input too."""

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions import submission, writing
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campuses.actions import state_fact
from cmq.campuses.models import CampusField
from cmq.core.models import OutgoingMail
from cmq.instruction import actions as instruction
from cmq.organisations.models import OrganisationRole
from cmq.web.espace.files.reading import changes_since
from tests.conftest import committed
from tests.downloading import downloaded
from tests.factories import a_campus, an_organisation
from tests.procedure.world import PDF, World, a_draft, a_submitted, a_world, complete, in_body, label

pytestmark = pytest.mark.django_db
S = ApplicationState


@pytest.fixture(scope="module")
def committed_world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Set once for all tests of this module, each of which acts on it in a transaction of its own."""
    with committed(django_db_blocker):
        yield a_world(start=timezone.now() - dt.timedelta(days=1))


@pytest.fixture(autouse=True)
def world(committed_world: World) -> World:
    return deepcopy(committed_world)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def part(application: LabelApplication, name: str = "file_section", *more: int) -> str:
    return reverse(name, args=[application.reference, 1, *more])


def test_a_director_opens_a_file_from_the_label_of_the_campus(world: World) -> None:
    client = as_(world.director)
    url = reverse("campus_label", args=[world.campus.slug])
    assert "Ouvrir le dossier" in client.get(url).content.decode()
    answer = client.post(url, {"campaign": world.campaign.pk, "kind": "renouvellement"})
    assert answer.status_code == 422
    assert "ne connaît aucun label" in answer.content.decode()
    answer = client.post(url, {"campaign": world.campaign.pk, "kind": "premiere"})
    application = LabelApplication.objects.get()
    assert answer["Location"] == application.get_absolute_url()
    assert application.reference in client.get(url).content.decode()


def test_a_conflict_shows_both_texts_and_loses_neither(world: World) -> None:
    application = a_draft(world)
    section = application.sections.get(position=1)
    writing.save_section(section, text="Le diagnostic est fait.", version=0, by=world.director)
    writing.save_section(section, text="Le diagnostic est partagé.", version=1, by=world.director)
    client = as_(world.contributor)
    answer = client.post(part(application), {"text": "Rien n’est encore fait ici.", "version": 1})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Le diagnostic est partagé." in text
    assert "Rien n’est encore fait ici.</textarea>" in text
    assert 'name="version" value="2"' in text
    answer = client.post(part(application), {"text": "Rien n’est encore fait ici.", "version": 2})
    assert answer.status_code == 302
    section.refresh_from_db()
    assert section.text == "Rien n’est encore fait ici."


def test_autosave_tells_the_version_the_merge_or_the_conflict(world: World) -> None:
    application = a_draft(world)
    client, url = as_(world.director), part(application, "file_autosave")
    assert client.post(url, {"text": "Un. Deux. Trois.", "version": 0}).json() == {"version": 1, "text": None}
    assert client.post(url, {"text": "Un. Deux. Trois !", "version": 1}).json() == {"version": 2, "text": None}
    other = as_(world.contributor)
    merged = other.post(url, {"text": "Un, d’abord. Deux. Trois.", "version": 1}).json()
    assert merged == {"version": 3, "text": "Un, d’abord. Deux. Trois !"}
    conflict = other.post(url, {"text": "Autre chose.", "version": 1})
    assert conflict.status_code == 409
    assert conflict.json()["theirs"] == "Un, d’abord. Deux. Trois !"
    assert other.post(url, {"text": "x", "version": "abc"}).status_code == 422


def test_comments_stay_among_those_who_write(world: World) -> None:
    application = complete(a_draft(world), world)
    writing.comment(application.sections.get(position=1), text="Trop vague, à revoir.", by=world.instructor)
    assert "Trop vague" in as_(world.contributor).get(part(application)).content.decode()
    for person in (world.secretary, world.recteur):
        assert "Trop vague" not in as_(person).get(part(application)).content.decode()


def test_who_writes_is_seen_by_the_others(world: World) -> None:
    application = a_draft(world)
    as_(world.contributor).get(part(application))
    seen = as_(world.director).get(part(application, "file_presence")).json()
    assert seen == {"present": [str(world.contributor)], "version": 0}
    assert "est en train d’écrire" in as_(world.director).get(part(application)).content.decode()


def test_a_text_posted_after_the_file_left_is_given_back(world: World) -> None:
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director)
    answer = as_(world.director).post(part(application), {"text": "Mon texte tardif.", "version": 1})
    assert answer.status_code == 422
    assert "ne s’écrit plus" in answer.content.decode()
    assert "Mon texte tardif." in answer.content.decode()


def test_an_executable_named_pdf_is_refused_on_the_page(world: World) -> None:
    application = a_draft(world)
    url = reverse("file_attach", args=[application.reference])
    client = as_(world.director)
    answer = client.post(url, {"file": SimpleUploadedFile("a.pdf", b"MZ" + b"\0" * 50), "document": ""})
    assert answer.status_code == 422
    assert "pas ce que son nom dit" in answer.content.decode()
    assert client.post(url, {"file": SimpleUploadedFile("a.pdf", PDF), "document": ""}).status_code == 302


def test_two_gigabytes_are_refused_before_they_are_read(world: World) -> None:
    url = reverse("file_attach", args=[a_draft(world).reference])
    answer = as_(world.director).generic("POST", url, b"x", CONTENT_LENGTH=str(2 * 1024**3))
    assert answer.status_code == 413
    assert "dépasse 20 Mo" in answer.content.decode()


def test_a_document_only_ever_downloads(world: World) -> None:
    application = complete(a_draft(world), world)
    attachment = application.attachments.all()[0]
    url = reverse("file_download", args=[application.reference, attachment.pk])
    answer = downloaded(as_(world.instructor), url)
    assert b"".join(answer) == PDF + b"0"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_(world.observer).get(url).status_code == 404


def test_the_whole_way_to_submission_by_the_pages(world: World) -> None:
    application = complete(a_draft(world), world)
    reference = [application.reference]
    director = as_(world.director)
    assert "Le dossier est complet" in director.get(application.get_absolute_url()).content.decode()
    assert director.post(reverse("file_send", args=reference), {"step": 0}).status_code == 302
    stale = director.post(reverse("file_withdraw", args=reference), {"step": 0, "reason": "Non."})
    assert stale.status_code == 422
    assert "vieilli" in stale.content.decode()
    assert "1</strong> signature" in as_(world.recteur).get("/espace/").content.decode()
    for person, side in ((world.recteur, "recteur"), (world.president, "region")):
        answer = as_(person).post(reverse("file_sign", args=reference), {"step": 1, "side": side})
        assert answer.status_code == 302
    application.refresh_from_db()
    assert application.state == S.SUBMITTED
    assert application.digest in director.get(application.get_absolute_url()).content.decode()
    assert OutgoingMail.objects.filter(key__startswith="receipt:").count() == 3


def test_instruction_by_the_pages(world: World) -> None:
    application = a_submitted(world)
    reference = [application.reference]
    secretary = as_(world.secretary)
    due = (timezone.localdate() + dt.timedelta(days=10)).isoformat()
    answer = secretary.post(
        reverse("file_correction", args=reference),
        {"step": application.step, "sections": ["1"], "comment": "Chiffrez.", "due_on": due},
    )
    assert answer.status_code == 302
    director = as_(world.director)
    assert "rouverte pour correction" in director.get(application.get_absolute_url()).content.decode()
    assert director.post(part(application), {"text": "Chiffré.", "version": 1}).status_code == 302
    answer = director.post(reverse("file_answer", args=reference), {"step": application.step + 1, "answer": "Fait."})
    assert answer.status_code == 302
    shown = secretary.get(application.get_absolute_url()).content.decode()
    assert "<ins>" in shown and "Chiffré" in shown
    answer = secretary.post(
        reverse("file_ruling", args=reference), {"step": application.step + 2, "verdict": "non", "comment": ""}
    )
    assert answer.status_code == 422
    answer = secretary.post(reverse("file_ruling", args=reference), {"step": application.step + 2, "verdict": "oui"})
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.state == S.ADMISSIBLE


def test_a_consulted_body_answers_from_its_own_page(world: World) -> None:
    application = a_submitted(world)
    caen = an_organisation("CAEN d’essai", region=world.campus.region)
    client = as_(in_body(caen, OrganisationRole.OPINION))
    assert client.get(application.get_absolute_url()).status_code == 404
    due = (timezone.localdate() + dt.timedelta(days=10)).isoformat()
    ask = {"kind": "caen", "body": caen.pk, "due_on": due}
    url = reverse("file_opinion_ask", args=[application.reference])
    assert as_(world.instructor).post(url, ask).status_code == 302
    request = application.opinions.get()
    assert application.reference in client.get(reverse("consulted")).content.decode()
    url = reverse("file_opinion", args=[application.reference, request.pk])
    today = timezone.localdate().isoformat()
    assert client.post(url, {"opinion": "reserve", "reasons": "", "given_on": today}).status_code == 422
    assert client.post(url, {"opinion": "favorable", "given_on": today}).status_code == 302
    assert "Favorable" in client.get(application.get_absolute_url()).content.decode()


@pytest.mark.parametrize("version", ["99", "abc", "-1", "9" * 30])
def test_an_unknown_version_is_not_found_or_the_last_one(world: World, version: str) -> None:
    answer = as_(world.director).get(part(a_draft(world), "file_versions") + f"?version={version}")
    assert answer.status_code in (200, 404)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_list_of_files_costs_the_same_with_one_and_with_three(world: World) -> None:
    client = as_(world.secretary)
    a_submitted(world)
    one = queries(client, reverse("files"))
    for _ in range(2):
        a_submitted(world, campus=a_campus())
    assert queries(client, reverse("files")) == one <= 12


def test_a_file_costs_the_same_with_more_of_everything(world: World) -> None:
    application = a_submitted(world)
    client = as_(world.secretary)

    def ask(name: str) -> None:
        due = timezone.localdate() + dt.timedelta(days=10)
        body = an_organisation(name, region=world.campus.region)
        instruction.ask_opinion(application, kind="caen", body=body, due_on=due, by=world.secretary)

    ask("Un")
    one = queries(client, application.get_absolute_url())
    ask("Deux")
    ask("Trois")
    assert queries(client, application.get_absolute_url()) <= one
    assert one <= 45


def test_a_renewal_shows_what_changed_since_the_last_file(world: World) -> None:
    label(world.campus, dt.date(2021, 9, 1))
    application = a_submitted(world)
    LabelApplication.objects.filter(pk=application.pk).update(
        state=S.AWARDED, submitted_at=timezone.now() - dt.timedelta(seconds=1)
    )
    state_fact(world.campus, field=CampusField.AUDIENCE, value="Apprentis en cuisine", by=world.director)
    renewal = a_draft(world, ApplicationKind.RENEWAL)
    client = as_(world.director)
    changes = reverse("file_changes", args=[renewal.reference])
    for since in (f"depuis le dossier {application.reference}", changes):
        assert since in client.get(renewal.get_absolute_url()).content.decode()
    shown = client.get(changes).content.decode()
    assert f"depuis le dossier {application.reference}" in shown
    assert "Apprentis en cuisine" in shown
    assert f"ancien : {len(changes_since(renewal))} changement" in shown
    first = client.get(reverse("file_changes", args=[application.reference])).content.decode()
    assert "première demande" in first and "Apprentis en cuisine" not in first
    section = renewal.sections.get(position=1)
    writing.save_section(section, text="Texte 1, revu.", version=section.version, by=world.director)
    assert "depuis le dossier précédent" in client.get(part(renewal)).content.decode()
