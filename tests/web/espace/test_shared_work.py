"""The pages of shared work: from click to row, bad input, strangers, number of queries."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.complements import actions as complements
from cmq.complements.actions import NoticeTerms
from cmq.complements.models import Dismissal, Notice, NoticeKind, Topic
from cmq.core.models import OutgoingMail
from cmq.projects import actions
from cmq.projects.actions import ProjectTerms
from cmq.projects.models import Project, ProjectState
from cmq.reference.audiences import Audience
from tests.factories import a_campus, a_contributor, a_director, an_organisation
from tests.shared_work import a_png

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus() -> Campus:
    return a_campus("Campus qui essaie")


@pytest.fixture
def desk(campus: Campus) -> str:
    return f"/espace/campus/{campus.slug}/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(campus: Campus) -> Client:
    return client_of(a_director(campus))


def a_project(campus: Campus, title: str = "Maison témoin", **fields: Any) -> Project:
    terms = ProjectTerms(title, "Montrer la domotique.", **fields)
    return actions.enter_project(campus, terms=terms, state=ProjectState.RUNNING, by=None)


def a_notice(campus: Campus, title: str = "Cherche un plateau", **fields: Any) -> Notice:
    until = timezone.localdate() + dt.timedelta(days=20)
    said = {"kind": NoticeKind.NEED, "topic": Topic.EQUIPMENT, "title": title, "text": "Deux jours.", "until": until}
    by = fields.pop("by", None)
    return complements.post_notice(campus, terms=NoticeTerms(**{**said, **fields}), by=by)


def test_a_project_from_its_form_to_its_results(client: Client, campus: Campus, desk: str) -> None:
    member = an_organisation("Lycée des Dunes")
    add_partner(campus, member)
    sent = {"version": 1, "title": "Maison témoin", "objective": "Montrer.", "budget": "84 500,50", "starts_on": "2025"}
    sent |= {"audiences": ["salaries"], "partners": [str(member.pk)]}
    answer = client.post(f"{desk}projets/nouveau/", sent)
    project = Project.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"{desk}projets/{project.pk}/"
    assert (project.budget, str(project.starts_on)) == (Decimal("84500.50"), "2025")
    page = f"{desk}projets/{project.pk}/"
    assert client.post(f"{page}etat/", {"to": "en_cours"}).status_code == 302
    row = {"version": 2, "rows": 4, "indicator_0": "Visites", "unit_0": "visites", "target_0": "40", "reached_0": "50"}
    assert client.post(f"{page}resultats/", row).status_code == 302
    shown = client.get(page).content.decode()
    for words in ("Lycée des Dunes", "84\u202f500,50", "En cours", "125 %", "Résultats du projet"):
        assert words in shown, words


@pytest.mark.parametrize(
    ("path", "sent", "message"),
    [
        ("modifier/", {"version": 1, "title": "", "objective": "x"}, "Ce champ est obligatoire"),
        ("modifier/", {"version": 7, "title": "Gardé", "objective": "x"}, "entre-temps"),
        ("modifier/", {"version": 1, "title": "x", "objective": "x", "budget": "beaucoup"}, "Écrivez un nombre"),
        ("modifier/", {"version": 1, "title": "x", "objective": "x", "budget": "-1"}, "jamais négatif"),
        ("modifier/", {"version": 1, "title": "x", "objective": "x", "starts_on": "32/13/2025"}, "Donnez une date"),
        ("modifier/", {"version": 1, "title": "x", "objective": "x", "audiences": ["martiens"]}, "martiens"),
        ("etat/", {"to": "idee"}, "Sélectionnez un choix valide"),
        ("etat/", {"to": "abandonne"}, "pourquoi ce projet est abandonné"),
        ("resultats/", {"version": 1, "rows": 1, "indicator_0": "Visites"}, "un indicateur et une unité"),
        ("resultats/", {"version": 1, "rows": "99999999", "indicator_0": "Visites"}, "un indicateur et une unité"),
        ("images/", {"alternative": "x", "credit": "x"}, "Ce champ est obligatoire"),
        ("porteurs/", {"campus": "0"}, "Sélectionnez un choix valide"),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(
    client: Client, campus: Campus, desk: str, path: str, sent: dict[str, Any], message: str
) -> None:
    project = a_project(campus)
    answer = client.post(f"{desk}projets/{project.pk}/{path}", sent)
    assert answer.status_code == 422 and message in answer.content.decode()
    assert "Gardé" not in sent.values() or 'value="Gardé"' in answer.content.decode()
    project.refresh_from_db()
    assert (project.title, project.version, project.state) == ("Maison témoin", 1, ProjectState.RUNNING)


def test_a_picture_is_sent_shown_and_removed(client: Client, campus: Campus, desk: str) -> None:
    project = a_project(campus)
    page = f"{desk}projets/{project.pk}/"
    false = SimpleUploadedFile("a.png", b"<script>alert(1)</script>")
    answer = client.post(f"{page}images/", {"file": false, "alternative": "x", "credit": "x"})
    assert answer.status_code == 422 and "n’est pas ce que son nom dit" in answer.content.decode()
    good = SimpleUploadedFile("a.png", a_png())
    assert client.post(f"{page}images/", {"file": good, "alternative": "Un carré", "credit": "Moi"}).status_code == 302
    picture = project.pictures.get()
    assert 'alt="Un carré"' in client.get(page).content.decode()
    assert client.get(f"{page}images/{picture.pk}/")["Content-Type"] == "image/png"
    assert client.post(f"{page}images/{picture.pk}/retirer/").status_code == 302
    assert client.get(f"{page}images/{picture.pk}/").status_code == 404


def test_what_belongs_to_another_campus_is_not_reached_through_mine(client: Client, campus: Campus, desk: str) -> None:
    other = a_campus()
    theirs, notice = a_project(other), a_notice(other)
    paths = ("", "modifier/", "etat/", "resultats/", "images/", "porteurs/")
    assert {client.get(f"{desk}projets/{theirs.pk}/{path}").status_code for path in paths} == {404}
    buttons = ("pratique/", "pratique/retirer/", "porteurs/accepter/")
    assert {client.post(f"{desk}projets/{theirs.pk}/{path}").status_code for path in buttons} == {404}
    assert client.get(f"{desk}pratiques/{theirs.pk}/").status_code == 404
    assert client.post(f"{desk}besoins-et-offres/{notice.pk}/clore/", {"outcome": "x"}).status_code == 404
    elsewhere = client_of(a_contributor(other))
    assert elsewhere.get(f"{desk}projets/").status_code == elsewhere.get(f"{desk}complementarites/").status_code == 404


def test_a_joint_project_is_asked_accepted_and_left(client: Client, campus: Campus, desk: str) -> None:
    other = a_campus()
    project = a_project(campus)
    assert client.post(f"{desk}projets/{project.pk}/porteurs/", {"campus": other.pk}).status_code == 302
    theirs, their_desk = client_of(a_director(other)), f"/espace/campus/{other.slug}/"
    assert "À accepter" in theirs.get(f"{their_desk}projets/").content.decode()
    assert theirs.get(f"{their_desk}projets/{project.pk}/").status_code == 200
    assert theirs.get(f"{their_desk}projets/{project.pk}/modifier/").status_code == 404
    assert theirs.post(f"{their_desk}projets/{project.pk}/porteurs/accepter/").status_code == 302
    assert theirs.get(f"{their_desk}projets/{project.pk}/modifier/").status_code == 200
    owner = project.owners.get(campus=other)
    assert theirs.post(f"{their_desk}projets/{project.pk}/porteurs/{owner.pk}/fin/").status_code == 302
    assert not project.owners.filter(campus=other).exists()


def test_a_practice_is_found_read_and_taken_up(client: Client, campus: Campus, desk: str) -> None:
    other = a_campus("Campus qui inspire", region="76")
    practice = a_project(other, "Chantier-école", reusable="Le plan.", audiences=(Audience.PUPILS,))
    actions.publish_practice(practice, by=None)
    for query in ("", "?q=chantier", "?public=eleves", "?region=occitanie", "?region=nulle-part"):
        assert "Chantier-école" in client.get(f"{desk}pratiques/{query}").content.decode(), query
    for query in ("?q=rien", "?public=salaries", "?region=bretagne", "?filiere=tourisme-gastronomie"):
        assert "Chantier-école" not in client.get(f"{desk}pratiques/{query}").content.decode(), query
    answer = client.post(f"{desk}pratiques/{practice.pk}/reprendre/")
    mine = Project.objects.of(campus).get()
    assert answer["Location"] == f"{desk}projets/{mine.pk}/"
    assert "Campus qui inspire" in client.get(answer["Location"]).content.decode()
    assert "Campus qui essaie" in client.get(f"{desk}pratiques/{practice.pk}/").content.decode()
    again = client.post(f"{desk}pratiques/{practice.pk}/reprendre/", follow=True)
    assert "a déjà un projet" in again.content.decode() and Project.objects.of(campus).count() == 1


def test_a_suggestion_is_explained_set_aside_and_restored(client: Client, campus: Campus, desk: str) -> None:
    other, member = a_campus("Campus voisin"), an_organisation("Lycée commun")
    add_partner(campus, member)
    add_partner(other, member)
    page = f"{desk}complementarites/"
    assert "Lycée commun est membre des deux campus." in client.get(page).content.decode()
    assert client.post(f"{page}{other.pk}/ecarter/", {"reason": " "}).status_code == 422
    assert client.post(f"{page}{other.pk}/ecarter/", {"reason": "Trop loin"}).status_code == 302
    assert Dismissal.objects.get().reason == "Trop loin"
    assert (
        "Trop loin" not in client_of(a_director(other)).get(f"/espace/campus/{other.slug}/histoire/").content.decode()
    )
    assert client.post(f"{page}{other.pk}/retablir/").status_code == 302
    assert not Dismissal.objects.exists()
    assert client.get(f"{page}{campus.pk}/ecarter/").status_code == 404


def test_a_need_is_posted_answered_and_closed(client: Client, campus: Campus, desk: str) -> None:
    board, until = f"{desk}besoins-et-offres/", timezone.localdate() + dt.timedelta(days=9)
    sent = {"kind": "besoin", "topic": "lieu", "title": "Un lieu", "text": "Deux jours.", "until": until.isoformat()}
    for wrong, message in (({"until": "2020-01-01"}, "passée"), ({"rome": "zz"}, "ROME"), ({"kind": "x"}, "choix")):
        answer = client.post(f"{board}nouveau/", {**sent, **wrong})
        assert answer.status_code == 422 and message in answer.content.decode(), message
    assert client.post(f"{board}nouveau/", sent).status_code == 302
    notice, other = Notice.objects.get(), a_campus()
    their_board = f"/espace/campus/{other.slug}/besoins-et-offres/"
    theirs = client_of(a_contributor(other))
    assert "Un lieu" in theirs.get(their_board).content.decode()
    assert theirs.post(f"{their_board}{notice.pk}/", {"text": ""}).status_code == 422
    assert theirs.post(f"{their_board}{notice.pk}/", {"text": "Chez nous."}).status_code == 302
    assert "Chez nous." in OutgoingMail.objects.get().text
    assert "Chez nous." in client.get(f"{board}{notice.pk}/").content.decode()
    third = a_campus()
    answer = client_of(a_director(third)).get(f"/espace/campus/{third.slug}/besoins-et-offres/{notice.pk}/")
    assert answer.status_code == 200 and "Chez nous." not in answer.content.decode()
    assert client.post(f"{board}{notice.pk}/", {"text": "Moi"}).status_code == 422
    assert client.post(f"{board}{notice.pk}/clore/", {"outcome": "Trouvé"}).status_code == 302
    assert "Trouvé" in client.get(board).content.decode()
    assert theirs.get(f"{their_board}{notice.pk}/").status_code == 200
    assert (
        client_of(a_director(third)).get(f"/espace/campus/{third.slug}/besoins-et-offres/{notice.pk}/").status_code
        == 404
    )


def _project(campus: Campus, number: int) -> None:
    a_project(campus, f"Projet {number}", audiences=(Audience.PUPILS,))


def _practice(campus: Campus, number: int) -> None:
    actions.publish_practice(a_project(a_campus(), f"Projet {number}", reusable="x"), by=None)


def _notice(campus: Campus, number: int) -> None:
    a_notice(a_campus(), f"Besoin {number}")


def _suggestion(campus: Campus, number: int) -> None:
    a_project(a_campus(), f"Projet {number}", audiences=(Audience.PUPILS,))


@pytest.mark.parametrize(
    ("path", "add"),
    [
        ("projets/", _project),
        ("pratiques/", _practice),
        ("besoins-et-offres/", _notice),
        ("complementarites/", _suggestion),
    ],
)
def test_the_number_of_queries_does_not_grow(
    client: Client, campus: Campus, desk: str, path: str, add: Callable[[Campus, int], None]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"{desk}{path}").status_code == 200
        return len(seen)

    add(campus, 1)
    queries()
    few = queries()
    add(campus, 2)
    add(campus, 3)
    assert queries() <= few
