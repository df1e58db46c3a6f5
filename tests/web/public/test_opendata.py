"""The pages and files of open data as readers and machines meet them."""

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import parse_http_date

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.opendata.datasets import DATASETS
from tests.factories import an_origin
from tests.opendata.publishing import measure, publish

from .conftest import NASTY

pytestmark = pytest.mark.django_db


def body(response: object) -> bytes:
    return b"".join(response)  # type: ignore[call-overload]


def test_the_list_leads_to_every_dataset(client: Client, als: Campus) -> None:
    page = client.get("/donnees/").content.decode()
    for slug, dataset in DATASETS.items():
        assert f'href="/donnees/{slug}/"' in page and dataset.title in page
    assert "/donnees/catalogue.ttl" in page
    assert 'href="/donnees/"' in client.get("/").content.decode()
    assert 'href="/donnees/"' in client.get("/plan-du-site/").content.decode()
    assert "/donnees/campus/" in client.get("/sitemap/pages-1.xml").getvalue().decode()


def test_the_page_documents_and_shows_twenty_rows(client: Client) -> None:
    for number in range(25):
        publish(f"Ouvert {number:02}")
    page = client.get("/donnees/membres/").content.decode()
    assert all(f"<code>{name}</code>" in page for name in DATASETS["membres"].names)
    assert "Lycée Ouvert 19" in page and "Lycée Ouvert 20" not in page
    assert all(f"/donnees/membres{suffix}" in page for suffix in (".csv", "-tableur.csv", ".xlsx", ".geojson"))
    described, _ = re.findall(r'<script type="application/ld\+json">(.+?)</script>', page)
    told = json.loads(described)
    assert told["@type"] == "Dataset" and len(told["distribution"]) == 7


def test_hostile_texts_stay_texts(client: Client, nasty: Campus) -> None:
    page = client.get("/donnees/campus/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    (row,) = csv.DictReader(io.StringIO(body(client.get("/donnees/campus.csv")).decode(), newline=""))
    assert row["nom"] == f"Campus {NASTY}"


def test_a_file_is_fetched_once_until_something_public_changes(client: Client, als: Campus) -> None:
    path = "/donnees/campus.ndjson"
    first = client.get(path)
    assert json.loads(body(first))["sigle"] == "CMQE ALS"
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.get(path, HTTP_IF_MODIFIED_SINCE=since).status_code == 304
    assert client.get("/donnees/campus.json").headers["ETag"] != tag
    state_fact(als, field=CampusField.ACRONYM, value="ALS", origin=an_origin("Autre"))
    again = client.get(path, HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 200 and again.headers["ETag"] != tag


def test_what_the_day_changes_is_not_taken_for_unchanged(client: Client, als: Campus) -> None:
    said = parse_http_date(client.get("/donnees/campus.csv").headers["Last-Modified"])
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    assert dt.datetime.fromtimestamp(said, dt.UTC) >= midnight


def test_the_shown_page_hides_too_few_people_as_the_file_does(client: Client) -> None:
    measure(publish("Ouvert"), "apprentis", Decimal(3), note="Trois apprentis")
    assert "Trois apprentis" not in client.get("/donnees/indicateurs/").content.decode()
    assert "Trois apprentis" not in body(client.get("/donnees/indicateurs.json")).decode()


@pytest.mark.parametrize(
    "path",
    [
        "/donnees/rien/",
        "/donnees/rien.csv",
        "/donnees/rien/schema.json",
        "/donnees/campus.exe",
        "/donnees/decisions.geojson",
        "/donnees/catalogue.csv",
        "/donnees/campus.csv.csv",
    ],
)
def test_what_does_not_exist_is_a_french_404(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404 and "introuvable" in response.content.decode()


def test_asking_for_the_head_reads_no_row(client: Client, als: Campus) -> None:
    response = client.head("/donnees/campus.xlsx")
    assert response.status_code == 200 and body(response) == b""
    assert "campus.xlsx" in response.headers["Content-Disposition"]
