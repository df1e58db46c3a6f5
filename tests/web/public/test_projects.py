"""The public projects: what is shown, narrowed, hidden, served; at what cost."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.campuses.models import Campus
from cmq.projects import actions
from cmq.projects.actions import ProjectTerms, SentPicture
from cmq.projects.models import Project, ProjectOwner, ProjectState
from cmq.reference.audiences import Audience
from cmq.reference.models import Region
from cmq.web import page_cache
from tests.factories import a_campus
from tests.shared_work import a_png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept page is forgotten as soon as the feed says that something public moved."""
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)


def a_project(campus: Campus, title: str = "Maison témoin", **fields: Any) -> Project:
    state = fields.pop("state", ProjectState.RUNNING)
    terms = ProjectTerms(title, "Montrer la domotique.", **{"is_public": True, **fields})
    return actions.enter_project(campus, terms=terms, state=state, by=None)


def read(path: str, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_only_what_a_campus_shows_is_there() -> None:
    campus = a_campus("Campus du littoral")
    assert 'id="projets"' not in read(campus.get_absolute_url())
    shown, hidden = a_project(campus, budget=Decimal(84500)), a_project(campus, "Secret", is_public=False)
    for page in (read("/projets/"), read(campus.get_absolute_url())):
        assert "Maison témoin" in page and "Secret" not in page
    page = read(shown.get_absolute_url())
    assert "Montrer la domotique." in page and "84" not in page.split("<main")[1].split("</main>")[0]
    read(hidden.get_absolute_url(), 404)
    actions.change_project(shown, terms=ProjectTerms("Maison témoin", "x"), version=1, by=None)
    read(shown.get_absolute_url(), 404)


def test_facets_narrow_and_count() -> None:
    north, south = a_campus(region="32", filiere="Tourisme, gastronomie"), a_campus(region="76")
    a_project(north, "Cuisine", audiences=(Audience.PUPILS,))
    a_project(south, "Vigne", audiences=(Audience.PUPILS, Audience.EMPLOYEES), state=ProjectState.IDEA)

    def titles(query: str) -> set[str]:
        page = read(f"/projets/?{query}")
        return {title for title in ("Cuisine", "Vigne") if f">{title}</a>" in page}

    assert titles("") == {"Cuisine", "Vigne"}
    assert titles("region=hauts-de-france") == {"Cuisine"}
    assert titles("public=salaries") == {"Vigne"}
    assert titles("etat=idee&public=eleves") == {"Vigne"}
    assert titles("filiere=tourisme-gastronomie") == {"Cuisine"}
    assert titles("q=CUISINÉ") == {"Cuisine"}
    assert titles("q=rien") == set()
    assert "Élèves (2)" in read("/projets/")
    assert "Élèves (1)" in read("/projets/?etat=idee")


def test_the_national_count_and_the_facets_count_a_joint_project_once_and_no_demonstration() -> None:
    assert "Aucun campus ne montre encore de projet" in read("/projets/")
    north, south = a_campus(region="32"), a_campus(region="76")
    joint = a_project(north, "À deux")
    assert "<strong>1 projet</strong>, dont 0 commun " in read("/projets/")
    actions.accept_owner(actions.ask_owner(joint, south, by=None), by=None)
    actions.ask_owner(a_project(south, "Seul"), north, by=None)
    a_project(north, "Interne", is_public=False)
    demo = a_campus(region="32", is_demo=True)
    actions.accept_owner(actions.ask_owner(a_project(demo, "Fictif"), a_campus(is_demo=True), by=None), by=None)
    answer = Client().get("/projets/")
    assert "<strong>2 projets</strong>, dont 1 commun à" in answer.content.decode()
    facets = {
        name: {value: (real, fictional) for value, _, real, fictional in values}
        for name, _, values in answer.context["facets"]
    }
    counted = Project.objects.public().counted()
    assert {region: real for region, (real, _) in facets["region"].items()} == {
        each.slug: counted.filter(owners__in=ProjectOwner.objects.accepted(), owners__campus__region=each).count()
        for each in Region.objects.filter(slug__in=facets["region"])
    }
    assert facets["region"]["hauts-de-france"] == (1, 1) and facets["region"]["occitanie"] == (2, 0)
    assert sum(real for real, _ in facets["etat"].values()) == counted.count() == 2
    assert "Hauts-de-France (1, et 1 de démonstration)" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [("region=nulle-part", 400), ("etat=x", 400), ("page=2", 404), ("page=x", 404), ("page=0", 404)],
)
def test_an_address_without_meaning(query: str, status: int) -> None:
    page = read(f"/projets/?{query}", status)
    assert status == 404 or "n’est pas un choix" in page


def test_a_joint_project_is_listed_once_and_on_both_pages() -> None:
    campus, other = a_campus("Campus un"), a_campus("Campus deux")
    project = a_project(campus)
    owner = actions.ask_owner(project, other, by=None)
    assert "Campus deux" not in read(project.get_absolute_url())
    actions.accept_owner(owner, by=None)
    assert read("/projets/").count(">Maison témoin</a>") == 1
    assert "Maison témoin" in read(other.get_absolute_url())
    assert "Campus deux" in read(project.get_absolute_url())


def test_thanks_are_shown_on_both_sides_as_far_as_they_may() -> None:
    campus, other = a_campus("Campus qui inspire"), a_campus("Campus qui reprend")
    practice = actions.publish_practice(a_project(campus, reusable="Le plan."), by=None)
    taken = actions.take_up(practice, other, by=None)
    assert "Campus qui reprend" not in read(practice.get_absolute_url())
    actions.change_project(taken, terms=ProjectTerms("Reprise", "x", is_public=True), version=1, by=None)
    assert "Campus qui reprend" in read(practice.get_absolute_url())
    assert practice.get_absolute_url() in read(taken.get_absolute_url())
    actions.change_project(
        practice, terms=ProjectTerms("Maison témoin", "x", reusable="y"), version=practice.version, by=None
    )
    page = read(taken.get_absolute_url())
    assert "Campus qui inspire" in page and practice.get_absolute_url() not in page


def test_a_picture_is_served_so_that_nothing_runs() -> None:
    project, data = a_project(a_campus()), a_png()
    sent = SentPicture("a.png", ContentFile(data), len(data), "Lycée", "Un rectangle")
    picture = actions.add_picture(project, picture=sent, by=None)
    address = f"/projets/{project.slug}/images/{picture.pk}/"
    assert f'src="{address}"' in read(project.get_absolute_url())
    answer = Client().get(address)
    assert answer["Content-Type"] == "image/png" and answer.content.startswith(b"\x89PNG")
    assert answer["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer["Content-Security-Policy"]
    other = a_project(a_campus(), "Autre")
    read(f"/projets/{other.slug}/images/{picture.pk}/", 404)
    actions.change_project(project, terms=ProjectTerms("Maison témoin", "x"), version=1, by=None)
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("path", ["/projets/", "campus"])
def test_the_number_of_queries_does_not_grow(path: str) -> None:
    campus = a_campus()

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            read(campus.get_absolute_url() if path == "campus" else path)
        return len(seen)

    a_project(campus)
    few = queries()
    for number in range(2):
        project = a_project(campus, f"Projet {number}", audiences=(Audience.PUPILS,))
        actions.accept_owner(actions.ask_owner(project, a_campus(), by=None), by=None)
    assert queries() <= few
