"""The sitemap: what robots find, by the rules of sitemaps.org, and when it last changed."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.careers.actions import load_occupations
from cmq.careers.models import Occupation
from cmq.projects import actions as projects
from cmq.projects.actions import ProjectTerms
from cmq.projects.models import ProjectState
from cmq.web.public import sitemaps
from tests import hiring, newsrooms
from tests.factories import a_campus

pytestmark = pytest.mark.django_db
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(path: str, root: str) -> dict[str, str]:
    """Address → last change of what a file of the sitemap lists, held to the rules of the protocol."""
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/xml; charset=utf-8"
    content = answer.getvalue()
    assert len(content) <= 50 * 2**20
    found = ET.fromstring(content)
    element = {"urlset": "url", "sitemapindex": "sitemap"}[root]
    assert found.tag == NAMESPACE + root and 1 <= len(found) <= 50_000
    listed: dict[str, str] = {}
    for each in found:
        assert each.tag == NAMESPACE + element
        # Nothing but what the schema has, in whatever order, each once.
        assert {child.tag for child in each} <= {f"{NAMESPACE}loc", f"{NAMESPACE}lastmod"} and len(each) <= 2
        address, moved = each.findtext(f"{NAMESPACE}loc", ""), each.findtext(f"{NAMESPACE}lastmod", "")
        assert re.fullmatch(r"https?://[\x21-\x7e]{1,2000}", address) and address.startswith(settings.SITE_URL)
        assert not moved or dt.datetime.fromisoformat(moved).tzinfo
        assert address not in listed
        listed[address] = moved
    return listed


def walked() -> Iterator[tuple[str, dict[str, str]]]:
    """Every part that the index names, and what it lists."""
    for address in read("/sitemap.xml", "sitemapindex"):
        path = address.removeprefix(settings.SITE_URL)
        yield path, read(path, "urlset")


def test_robots_are_led_to_the_index_and_to_pages_that_are_there(als: Campus) -> None:
    load_occupations()
    hiring.stored("Soudeur & <chaudronnier>")
    newsrooms.an_agreed_article()
    terms = ProjectTerms("Maison témoin", "Montrer la domotique.", is_public=True)
    projects.enter_project(als, terms=terms, state=ProjectState.RUNNING, by=None)
    demo = a_campus("Fictif", is_demo=True)
    projects.enter_project(demo, terms=terms, state=ProjectState.RUNNING, by=None)
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in Client().get("/robots.txt").content.decode().splitlines()
    parts = dict(walked())
    assert {"/sitemap/pages-1.xml", "/sitemap/campus-1.xml", "/sitemap/metiers-1.xml"} <= set(parts)
    assert set(parts["/sitemap/campus-1.xml"]) == {f"{settings.SITE_URL}/campus/{als.slug}/"}
    assert len(parts["/sitemap/projets-1.xml"]) == len(parts["/sitemap/offres-1.xml"]) == 1
    everything = [address for listed in parts.values() for address in listed]
    assert len(everything) == len(set(everything))
    assert any(address.endswith("/territoires/region-32/") for address in everything)
    samples = [next(iter(listed)) for listed in parts.values()] + [next(iter(parts["/sitemap/pages-1.xml"]))]
    for address in samples:
        assert Client().get(address.removeprefix(settings.SITE_URL)).status_code == 200, address


def test_a_section_is_cut_into_parts_that_lose_and_repeat_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    load_occupations()
    monkeypatch.setattr(sitemaps, "PER_PART", 700)
    parts = {path: listed for path, listed in walked() if "metiers" in path}
    assert [len(listed) for listed in parts.values()] == [700, 700, 184]
    listed = {address for part in parts.values() for address in part}
    assert listed == {settings.SITE_URL + each.get_absolute_url() for each in Occupation.objects.all()}
    for path in ("/sitemap/metiers-0.xml", "/sitemap/metiers-4.xml", "/sitemap/lune-1.xml", "/sitemap/pages-2.xml"):
        assert Client().get(path).status_code == 404


def test_a_part_is_read_as_it_is_written() -> None:
    load_occupations()
    answer = Client().get("/sitemap/metiers-1.xml")
    pieces = iter(answer)
    with CaptureQueriesContext(connection) as first:
        next(pieces), next(pieces)
    with CaptureQueriesContext(connection) as all_others:
        list(pieces)
    # The rows, and two questions to the change feed for each five hundred.
    assert len(first) <= 3 and len(all_others) <= 2 * 3 + 1


def test_a_campus_is_dated_by_its_last_change(als: Campus) -> None:
    address = f"{settings.SITE_URL}/campus/{als.slug}/"
    before = read("/sitemap/campus-1.xml", "urlset")[address]
    # To the second, as robots read it: the change is told even within one.
    state_fact(als, field=CampusField.REMARK, value="Du nouveau")
    after = read("/sitemap/campus-1.xml", "urlset")[address]
    assert (
        dt.datetime.fromisoformat(after) >= dt.datetime.fromisoformat(before) > dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    )
    assert read("/sitemap/pages-1.xml", "urlset")[f"{settings.SITE_URL}/"] >= after
