"""The files say exactly what the page shows, and no spreadsheet runs what they hold."""

import csv
import io
import json
import re

import pytest
from django.test import Client

from cmq.campuses.actions import add_name
from cmq.campuses.models import Campus, NameKind
from tests.factories import a_campus

pytestmark = pytest.mark.django_db


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    content = client.get(f"/campus.csv{query}").content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize(
    "query", ["", "?region=hauts-de-france", "?q=ALS", "?lieu=Berck+%2862%29", "?le=2018-06-01", "?q=rien"]
)
def test_page_csv_and_geojson_agree(client: Client, als: Campus, query: str) -> None:
    for number in range(25):
        a_campus(f"Autre campus {number}", region="53")
    page = client.get(f"/campus/{query}", follow=True).content.decode().split("Les plus proches")[0]
    total = int(re.search(r'id="resultats">(\d+) campus', page)[1])
    shown = re.findall(r'<h3><a href="/campus/([\w-]+)/">', page)
    table = [row["identifiant"] for row in rows_of(client, query)]
    features = client.get(f"/campus.geojson{query}").json()["features"]
    assert len(table) == total
    assert table[:20] == shown
    assert [feature["id"] for feature in features] == table


def test_csv_holds_the_facts(client: Client, als: Campus) -> None:
    (row,) = rows_of(client)
    assert row["nom"] == "Autonomie, Longévité, Santé"
    assert row["communes"] == "La Madeleine | Berck"
    assert row["codes_insee"] == "59368 | 62108"
    assert row["latitude"].startswith("50,")
    assert row["categorie"] == "excellence" and row["demonstration"] == "non"
    assert row["distance_km"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_csv_is_a_formula(client: Client, start: str) -> None:
    campus = a_campus(f'{start}HYPERLINK("https://exemple.fr")')
    add_name(campus, name=f"{start}1+1", kind=NameKind.USUAL)
    (row,) = rows_of(client)
    assert row["nom"].startswith(f"'{start}") and row["autres_noms"].startswith(f"'{start}")
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_geojson_is_longitude_first_and_null_where_nothing_is_known(client: Client, als: Campus) -> None:
    a_campus("Sans adresse", region="53")
    response = client.get("/campus.geojson")
    assert response["Content-Type"] == "application/geo+json"
    located, unknown = json.loads(response.content)["features"]
    assert located["geometry"]["type"] == "MultiPoint"
    (lon, lat), _ = located["geometry"]["coordinates"]
    assert 2 < lon < 4 and 50 < lat < 51
    assert unknown["geometry"] is None and unknown["properties"]["communes"] == []
