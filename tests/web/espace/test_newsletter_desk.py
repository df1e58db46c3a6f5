"""The issues of the letter in the workspace: composed, seen, proposed, agreed by another, followed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.newsletter.models import Issue, IssueState
from tests.factories import a_campus
from tests.newsletter.letter_world import agreed, an_issue, crowd
from tests.newsrooms import an_editor

pytestmark = pytest.mark.django_db


def desk_of(person: object) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_an_issue_is_composed_proposed_and_agreed_by_another() -> None:
    campus = a_campus("Campus du Littoral")
    writer, second = desk_of(an_editor()), desk_of(an_editor())
    begun = writer.post("/espace/lettre/nouveau/", {"title": "Des nouvelles", "intro": "", "rhythm": "hebdomadaire"})
    issue = Issue.objects.get()
    here = f"/espace/lettre/{issue.pk}/"
    assert begun["Location"] == f"{here}choisir/"
    assert "Campus du Littoral" in writer.get(f"{here}choisir/").content.decode()
    found = writer.get(f"{here}choisir/", {"nature": "campus", "q": "littoral"}).content.decode()
    assert found.count("Campus du Littoral") == 2
    assert "cochez au moins" in writer.post(f"{here}choisir/").content.decode().lower()
    writer.post(f"{here}choisir/", {"keys": [f"campus:{campus.pk}"]})
    writer.post(f"{here}texte/", {"title": "Un mot <b>", "text": "À bientôt."})
    page = writer.get(here).content.decode()
    assert "Campus du Littoral" in page and "Un mot &lt;b&gt;" in page and "Relire et donner" not in page
    html = writer.get(f"{here}apercu.html")
    assert "sandbox" in html["Content-Security-Policy"] and "Un mot &lt;b&gt;" in html.content.decode()
    writer.post(f"{here}proposer/")
    assert "Relire et donner l’accord" not in writer.get(here).content.decode()
    refused = writer.post(f"{here}accord/", {"version": Issue.objects.get().version})
    assert refused.status_code == 403
    assert "numéro de la lettre à relire" in second.get("/espace/").content.decode()
    assert "Relire et donner l’accord" in second.get(here).content.decode()
    stale = second.post(f"{here}accord/", {"version": 0})
    assert stale.status_code == 422 and "entre-temps" in stale.content.decode()
    assert second.post(f"{here}accord/", {"version": Issue.objects.get().version}).status_code == 302
    assert Issue.objects.get().state == IssueState.AGREED
    assert second.post(f"{here}reprendre/", {"remark": "Une faute."}).status_code == 302
    assert "Une faute." in writer.get(here).content.decode()


def test_blocks_are_moved_and_a_draft_is_thrown_away() -> None:
    issue = an_issue(blocks=2)
    client, (first, second) = desk_of(issue.written_by), issue.blocks.all()
    here = f"/espace/lettre/{issue.pk}/"
    client.post(f"{here}blocs/{second.pk}/monter/")
    assert list(issue.blocks.all()) == [second, first]
    client.post(f"{here}blocs/{first.pk}/", {"title": "Changé", "text": ""})
    client.post(f"{here}blocs/{second.pk}/retirer/")
    assert [block.title for block in issue.blocks.all()] == ["Changé"]
    other = an_issue(blocks=0)
    assert client.get(f"/espace/lettre/{other.pk}/blocs/{first.pk}/").status_code == 404
    client.post(f"{here}abandonner/")
    assert not Issue.objects.filter(pk=issue.pk).exists()


def test_no_page_shows_an_address_and_lists_ask_as_much_for_many_as_for_one() -> None:
    crowd(3)
    issue = agreed()
    client = desk_of(issue.written_by)
    with CaptureQueriesContext(connection) as one:
        page = client.get("/espace/lettre/").content.decode()
    assert "3 personnes" in page and "exemple.fr" not in page
    for _ in range(3):
        agreed()
    with CaptureQueriesContext(connection) as four:
        client.get("/espace/lettre/")
    assert len(four) <= len(one)
    assert "p0@exemple.fr" not in client.get(f"/espace/lettre/{issue.pk}/").content.decode()
