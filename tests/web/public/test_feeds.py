"""The lists that change, read back by a feed reader that is not ours."""

import re
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.careers.actions import load_occupations
from cmq.core.feed import change_set, changed_at, record, record_bulk
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind
from cmq.projects import actions as projects
from cmq.projects.actions import ProjectTerms
from cmq.projects.models import Project, ProjectState
from cmq.reference.models import Region
from cmq.web import page_cache
from tests.factories import a_campus, an_origin

from .addresses import FILES, PAGES
from .conftest import NASTY

pytestmark = pytest.mark.django_db
FEEDS = [path for path in FILES if path.split("?")[0].endswith(".atom")]


@pytest.fixture(autouse=True)
def als(committed_als: Campus) -> Campus:
    """The campus of which nearly everything is known, set once for all tests of this module."""
    return Campus.objects.get(pk=committed_als.pk)


def read(path: str) -> Any:
    page_cache.shelf = page_cache._Shelf()
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert feed.version == "atom10" and not feed.bozo, path
    return feed


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_names_itself_its_page_and_its_instant(als: Campus, path: str) -> None:
    feed = read(path).feed
    assert feed.id.endswith(path) and feed.title and feed.updated_parsed and feed.author
    links = {link.rel: link.href for link in feed.links}
    assert links["self"] == feed.id
    page = re.sub("^http://[^/]*", "", links["alternate"])
    assert Client().get(page, follow=True).status_code == 200, page


def test_every_feed_is_announced_by_a_page(als: Campus) -> None:
    told = set()
    for path in {page.split("?")[0] for page in PAGES} | {f"/campus/{als.slug}/formations/", "/projets/"}:
        text = Client().get(path).content.decode()
        told |= set(
            re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"?]+)', text)
        )
    assert {path.split("?")[0] for path in FEEDS} - told <= {"/recherche/offres.atom"}


def test_a_campus_comes_first_when_the_register_says_something_new_of_it(als: Campus) -> None:
    other = a_campus(f"Autre {NASTY}", region="53")
    assert [each.title for each in read("/campus.atom").entries] == [other.name, als.name]
    before = read("/campus.atom").entries[1].updated
    state_fact(als, field=CampusField.REMARK, value="Du nouveau", origin=an_origin())
    first = read("/campus.atom").entries[0]
    assert first.title == als.name and first.updated > before and first.link.endswith(als.get_absolute_url())
    assert [each.title for each in read("/campus.atom?region=bretagne").entries] == [other.name]
    assert Client().get("/campus.atom?region=atlantide").status_code == 400


def test_decisions_come_in_the_order_in_which_they_are_known(als: Campus) -> None:
    unnamed = record_decision(
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2014),
        claimed_name="Campus inconnu",
        region=Region.objects.get(code="53"),
        origin=an_origin(),
    )
    invented = a_campus("Fictif", is_demo=True)
    record_decision(kind=DecisionKind.AWARDED, decided_on=PartialDate(2020), campus=invented, origin=an_origin())
    entries = read("/labels.atom").entries
    assert [each.title for each in entries] == [
        "Campus inconnu : Label obtenu",
        f"{als.name} : Passage à l’excellence",
        f"{als.name} : Label obtenu",
    ]
    assert entries[0].link.endswith("/regions/bretagne/") and entries[0].id.endswith(f"#{unnamed.pk}")
    assert "MENE1925423A" in entries[1].summary and "4 février 2021" in entries[1].summary
    assert [tag.label for tag in entries[1].tags] == ["Passage à l’excellence"]
    assert len(read("/labels.atom?region=bretagne").entries) == 1
    assert Client().get("/labels.atom?region=rien").status_code == 400


def test_only_public_projects_are_told(als: Campus) -> None:
    for title, shown in (("Maison témoin", True), ("Secret", False)):
        terms = ProjectTerms(title, "Montrer\x0b la domotique.", is_public=shown)
        projects.enter_project(als, terms=terms, state=ProjectState.RUNNING, by=None)
    entries = read("/projets.atom?etat=en_cours").entries
    assert [(each.title, each.author, each.summary) for each in entries] == [
        ("Maison témoin", als.name, "Montrer la domotique.")
    ]
    assert read("/projets.atom?q=rien").entries == []
    assert Client().get("/projets.atom?etat=rien").status_code == 400


def test_job_sheets_and_datasets_say_when_they_moved() -> None:
    load_occupations()
    with CaptureQueriesContext(connection) as queries:
        entries = read("/metiers.atom").entries
    assert len(entries) == 50 and all(each.updated_parsed[:1] == entries[0].updated_parsed[:1] for each in entries)
    assert len(queries) <= 6
    assert "Fiches métiers" in {each.title for each in read("/donnees.atom").entries}


def test_a_row_changed_when_a_line_names_it_or_a_load_covers_it() -> None:
    with change_set():
        record_bulk(model=Project, count=3, first=9, last=100, summary="Chargement")
    loaded = changed_at(Project, [8, 9, 53, 100, 101])
    assert set(loaded) == {"9", "53", "100"}
    with change_set():
        record(Project(pk=53), "x.y", "Changé")
        record(Project(pk=32), "x.y", "En privé", is_private=True)
    after = changed_at(Project, [53, 32])
    assert after["53"] > loaded["53"] and after["32"] == loaded["53"]
