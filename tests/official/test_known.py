"""What parsers may ask of the reference, read département by département."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmq.official.importers import Known
from cmq.reference.models import Commune, CommuneKind

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("beginning", ["01", "2A", "59", "75", "97"])
def test_every_commune_is_known_by_its_code_and_where_it_is(beginning: str) -> None:
    rows = Commune.objects.filter(insee_code__startswith=beginning).values_list("insee_code", "latitude", "longitude")
    held = {code: () if lat is None else (lat, lon) for code, lat, lon in rows}
    known = Known()
    assert held and {code: known.communes.get(code) for code in held} == held
    assert all(code in known.communes for code in held)


@pytest.mark.parametrize("code", ["", "6", "62", "6210", "62108 ", "62999", "99999", "é", "\x00", "2A\x00", "²²²²²"])
def test_a_code_that_is_none_is_not_known(code: str) -> None:
    known = Known()
    assert known.communes.get(code) is None and code not in known.communes
    assert known.served.get(code) is None and code not in known.served


def test_a_postcode_leads_to_its_communes_or_to_its_arrondissement() -> None:
    known = Known()
    assert known.served.get("62600") == {"berck": "62108", "groffliers": "62390"}
    assert known.served.get("75007") == {"paris": "75107"}
    assert known.served.get("20000") == {"ajaccio": "2A004"}


def test_a_reading_reads_the_departements_that_it_meets_and_each_once() -> None:
    known = Known()
    assert "62108" in known.communes
    with CaptureQueriesContext(connection) as asked:
        assert "62390" in known.communes and "62999" not in known.communes and "zz999" not in known.communes
    assert not asked.captured_queries
    with CaptureQueriesContext(connection) as asked:
        assert "75107" in known.communes and Commune.objects.get(pk="75107").kind == CommuneKind.ARRONDISSEMENT
    assert len(asked) == 2
