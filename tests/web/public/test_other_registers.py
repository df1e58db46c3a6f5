"""The public pages of other registers than that of `als`: larger ones, and an imaginary one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.campuses.actions import add_area, add_partner
from cmq.campuses.models import AreaKind, PartnerRole
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind
from cmq.reference.models import Commune
from tests.factories import a_campus, an_organisation, an_origin

from .addresses import FILES, PAGES
from .test_pages import text_of

pytestmark = pytest.mark.django_db
PATHS = [path for path in [*PAGES, *FILES] if "autonomie" not in path]


def test_the_directory_pages_by_twenty(client: Client) -> None:
    for number in range(21):
        a_campus(f"Campus numéro {number:02}")
    first, second = text_of(client, "/campus/"), text_of(client, "/campus/?page=2")
    assert first.count('class="cmq-card"') == 20 and second.count('class="cmq-card"') == 1
    assert "Campus numéro 20" not in first and "Campus numéro 20" in second
    assert 'aria-current="page" title="Page 2"' in second


def test_a_demonstration_is_marked_and_kept_from_search_engines(client: Client) -> None:
    demo = a_campus("Campus imaginaire", is_demo=True)
    text = text_of(client, f"/campus/{demo.slug}/")
    assert "Démonstration" in text and '<meta name="robots" content="noindex">' in text
    assert "EducationalOrganization" not in text
    assert "Démonstration" in text_of(client, "/campus/")
    assert "/sitemap/campus-" not in client.get("/sitemap.xml").getvalue().decode()


def _grown(number: int) -> None:
    campus = a_campus(f"Campus {number}", region="32", filiere="services-a-la-personne-bien-etre")
    commune = Commune.objects.get(insee_code="62108")
    add_area(campus, kind=AreaKind.SEAT, place=commune, origin=an_origin())
    add_partner(campus, an_organisation(commune=commune), role=PartnerRole.HOST, origin=an_origin())
    record_decision(
        kind=DecisionKind.AWARDED, decided_on=PartialDate(2020 + number % 3), campus=campus, origin=an_origin()
    )


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, follow=True).status_code == 200, path
    return len(queries)


def test_as_many_queries_with_seven_campuses_as_with_one(client: Client) -> None:
    _grown(1)
    one = {path: _queries(client, path) for path in PATHS}
    for number in range(2, 8):
        _grown(number)
    seven = {path: _queries(client, path + ("&" if "?" in path else "?") + "x=1") for path in PATHS}
    # What is remembered of the register is read anew; one query more for each campus would be six.
    assert {path: (one[path], seven[path]) for path in PATHS if seven[path] > one[path] + 3} == {}
