"""schema.org on every public page: sound by a schema of what each type may say, true, and escaped."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from cmq.campuses.models import Campus
from cmq.careers.actions import load_occupations
from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import Course
from cmq.projects import actions as projects
from cmq.projects.actions import ProjectTerms
from cmq.projects.models import ProjectState
from cmq.trainings.models import Training, TrainingRome
from cmq.web import linked_data
from tests import hiring
from tests.catalogue.test_courses import sources  # noqa: F401
from tests.factories import a_campus
from tests.tours.tour_world import World

from .addresses import PAGES
from .conftest import NASTY
from .schema_org import SCHEMA
from .test_articles import published
from .test_careers import a_training

pytestmark = pytest.mark.django_db
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(autouse=True)
def als(committed_als: Campus) -> Campus:
    """The campus of which nearly everything is known, set once for all tests of this module."""
    return Campus.objects.get(pk=committed_als.pk)


def told(path: str) -> dict[str, Any]:
    """Type → what the page says of it, each valid."""
    answer = Client().get(path, follow=True)
    assert answer.status_code == 200, path
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.content.decode(), re.S)
    said: dict[str, Any] = {}
    for text in found:
        assert not re.search("[<>&]", text), path
        data = json.loads(text)
        faults = [
            f"{'/'.join(map(str, each.absolute_path))}: {each.message}"[:300] for each in VALIDATOR.iter_errors(data)
        ]
        assert not faults, (path, faults)
        kind = data["@type"]
        said[kind if isinstance(kind, str) else "+".join(kind)] = data
    return said


@pytest.fixture
def shown(als: Campus) -> Campus:
    """A campus with a training and a project."""
    terms = ProjectTerms(f"Maison {NASTY}", "Montrer la domotique.", is_public=True)
    projects.enter_project(als, terms=terms, state=ProjectState.RUNNING, by=None)
    return als


@pytest.mark.parametrize("path", [*PAGES, "/projets/"])
def test_every_page_says_something_sound(shown: Campus, path: str) -> None:
    said = told(path)
    assert "WebSite" in said if path == "/" else "BreadcrumbList" in said


def test_the_home_page_says_how_its_search_is_asked() -> None:
    action = told("/")["WebSite"]["potentialAction"]
    address = action["target"]["urlTemplate"].replace("{search_term_string}", "soudeur")
    assert Client().get(address.removeprefix(settings.SITE_URL)).status_code == 200
    assert action["query-input"] == "required name=search_term_string"


def test_the_way_to_a_page_is_the_one_that_it_draws(nasty: Campus) -> None:
    steps = told(f"/campus/{nasty.slug}/")["BreadcrumbList"]["itemListElement"]
    assert [(each["position"], each["name"], each.get("item")) for each in steps] == [
        (1, "Accueil", f"{settings.SITE_URL}/"),
        (2, "Campus", f"{settings.SITE_URL}/campus/"),
        (3, nasty.name, None),
    ]


def test_a_list_says_what_it_shows_in_its_order_without_what_is_invented(shown: Campus) -> None:
    a_campus("Imaginaire", is_demo=True)
    other = a_campus("Bois", region="53")
    listed = told("/campus/")["ItemList"]
    assert [each["name"] for each in listed["itemListElement"]] == [shown.name, other.name]
    assert listed["itemListElement"][1]["url"] == f"{settings.SITE_URL}{other.get_absolute_url()}"
    assert told("/projets/")["ItemList"]["itemListElement"][0]["name"] == f"Maison {NASTY}"
    assert told("/regions/bretagne/")["ItemList"]["numberOfItems"] == 1
    assert "ItemList" not in told("/agenda/")


def test_each_kind_of_thing_says_what_it_is(shown: Campus, sources: None) -> None:  # noqa: F811
    load_occupations()
    build_courses()
    training = a_training(shown)
    TrainingRome.objects.get_or_create(training=training, code="J1501")
    Training.objects.filter(pk=training.pk).update(commune="62108", apply_url="https://exemple.fr/s", capacity=12)
    offer = hiring.stored("Soudeur", occupation_id="H2913", contract="CDI", employer_name="Charpentes")
    stop = World(a_campus("Voyageur")).stop(seats=3)
    article = published("Un article")
    things = {
        shown.get_absolute_url(): "EducationalOrganization",
        shown.entered_projects.get().get_absolute_url(): "Project",
        training.get_absolute_url(): "EducationalOccupationalProgram+Course",
        Course.objects.get(rncp_code="RNCP38878").get_absolute_url(): "Course",
        "/metiers/j1501-aide-soignant-aide-soignante/": "Occupation",
        offer.get_absolute_url(): "JobPosting",
        stop.get_absolute_url(): "Event",
        stop.tour.get_absolute_url(): "EventSeries",
        article.get_absolute_url(): "NewsArticle",
        "/donnees/": "DataCatalog",
        "/donnees/campus/": "Dataset",
    }
    for path, kind in things.items():
        assert kind in told(path), path
    assert (
        told(stop.tour.get_absolute_url())["EventSeries"]["subEvent"][0]["location"]["address"]["addressCountry"]
        == "FR"
    )
    assert told("/offres/")["ItemList"]["itemListElement"][0]["name"] == "Soudeur"


def test_the_schema_refuses_what_a_type_cannot_say() -> None:
    assert VALIDATOR.is_valid(linked_data.website())
    for wrong in ({"@type": "Magic"}, {"potentialAction": "x"}, {"url": "ici"}, {"startDate": "2026-01-01"}):
        assert not VALIDATOR.is_valid({**linked_data.website(), **wrong}), wrong


def test_the_workspace_says_nothing_to_machines() -> None:
    assert "ld+json" not in Client().get("/compte/connexion/").content.decode()
