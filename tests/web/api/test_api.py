"""The API as programs meet it: rows, pages, filters, conditional calls, limits, and what cannot be asked."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.opendata.datasets import DATASETS
from cmq.web.api import changelog
from cmq.web.api.changelog import Leaving
from cmq.web.api.resources import PUBLIC
from tests.factories import an_origin
from tests.opendata.publishing import a_job, measure, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limit(settings: Any) -> None:
    settings.API_PER_MINUTE = 10**6


def ask(client: Client, path: str, status: int = 200, **headers: str) -> dict[str, Any]:
    response = client.get(f"/api/v1/{path}", **headers)
    assert response.status_code == status, response.content
    told: dict[str, Any] = json.loads(response.content)
    if status >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        assert told["status"] == status and told["detail"] and told["title"] and "/api/#probleme-" in told["type"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    return told


@pytest.mark.parametrize("slug", DATASETS)
def test_a_row_of_the_api_is_that_of_the_file(client: Client, slug: str) -> None:
    measure(publish("Ouvert"), "apprentis", Decimal(128))
    measure(publish("Fictif", is_demo=True), "apprentis", Decimal(300))
    publish("Interne", is_public=False)
    a_job(definition="Aide.")
    file = json.loads(b"".join(client.get(f"/donnees/{slug}.json")))  # type: ignore[arg-type]
    told = ask(client, slug)
    assert told == {"data": file, "next": None} and file
    key = DATASETS[slug].key[0]
    assert ask(client, f"{slug}/{file[0][key]}") == file[0]


def test_pages_follow_each_other_to_the_last_row(client: Client) -> None:
    for number in range(7):
        publish(f"Ouvert {number}")
    for slug in ("campus", "membres"):
        seen, address = [], f"/api/v1/{slug}?limit=3&fields={DATASETS[slug].key[0]}"
        while address:
            response = client.get(address.removeprefix("http://testserver").removeprefix("http://127.0.0.1:8000"))
            told = json.loads(response.content)
            seen.append([row[DATASETS[slug].key[0]] for row in told["data"]])
            assert ('rel="next"' in response.headers.get("Link", "")) is bool(told["next"])
            address = told["next"]
        assert [len(page) for page in seen] == [3, 3, 1]
        whole = [row for page in seen for row in page]
        assert len(set(whole)) == 7


def test_a_cursor_is_of_one_list_and_its_filters(client: Client) -> None:
    for number in range(3):
        publish(f"Ouvert {number}")
    following = ask(client, "membres?limit=1")["next"]
    cursor = following.partition("cursor=")[2]
    assert ask(client, f"membres?limit=2&fields=numero&cursor={cursor}")["data"]
    for path in (f"campus?cursor={cursor}", f"membres?campus=campus-ouvert-0&cursor={cursor}"):
        assert "curseur" in ask(client, path, 400)["detail"]
    for forged in ("MQ", "MQ:x", cursor[:-2], f"{cursor}x", "%22%22:%C3%A9", "W10:abc"):
        assert ask(client, f"membres?cursor={forged}", 400)["parametres"][0]["parametre"] == "cursor"


def test_filters_are_those_of_the_pages(client: Client) -> None:
    north, job = publish("Ouvert"), a_job()
    measure(north, "apprentis", Decimal(128))
    for path, found in (
        ("campus?region=hauts-de-france&q=ouvret", 1),
        ("campus?region=bretagne&region=hauts-de-france", 1),
        ("campus?region=bretagne", 0),
        ("campus?lieu=Arras&rayon=10", 1),
        (f"membres?campus={north.slug}&le=2026-01-01", 1),
        (f"formations?campus={north.slug}&commune=62041&q=bts", 1),
        ("formations?niveau=5", 0),
        ("projets?region=hauts-de-france&q=montrer", 1),
        ("projets?region=bretagne", 0),
        ("evenements?region=hauts-de-france&lieu=Arras&rayon=20", 1),
        ("evenements?au=2020-01-01", 0),
        (f"financements?campus={north.slug}", 1),
        (f"metiers?q=domicile&domaine={job.code[0]}", 1),
        ("metiers?domaine=A", 0),
        ("indicateurs?annee=2025&region=hauts-de-france", 1),
        ("indicateurs?annee=2024", 0),
        ("offres?q=soudeur", 0),
    ):
        assert len(ask(client, path)["data"]) == found, path


def test_rows_bear_what_is_asked_with_them(client: Client) -> None:
    campus = publish("Ouvert")
    (row,) = ask(client, "projets?expand=campus&fields=titre,campus")["data"]
    assert row["titre"] == "Projet Ouvert" and row["campus"]["nom"] == campus.name and len(row) == 2
    (row,) = ask(client, "campus?expand=membres,decisions&fields=nom")["data"]
    assert set(row) == {"nom", "membres", "decisions"}
    assert row["membres"][0]["organisation"] == "Lycée Ouvert" and row["decisions"][0]["date"] == "2024-02"
    assert "fields" in ask(client, "projets?expand=campus&fields=titre", 400)["detail"]


@pytest.mark.parametrize("path", ["campus?expand=membres,formations,projets&limit=20", "projets?expand=campus"])
def test_more_rows_ask_no_more_queries(client: Client, path: str) -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            ask(client, f"{path}{query}")
        return len(counted)

    publish("Ouvert 1")
    queries("")
    # What is remembered of the register is read anew once it has changed: four questions, whatever the rows.
    few = queries(f"{'&' if '?' in path else '?'}fields=campus" if "projets?" in path else "&fields=identifiant")
    for number in range(2, 8):
        publish(f"Ouvert {number}")
    assert queries("&fields=campus,titre" if "projets?" in path else "&fields=identifiant,nom") <= few + 4 <= 40


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("campus?couleur=bleu", "« couleur » n’existe pas ici"),
        ("campus?region=", "est vide"),
        ("campus?q=a&q=b", "plusieurs fois"),
        ("campus?region=atlantide", "atlantide"),
        ("campus?limit=1000000", "va de 1 à 200"),
        ("campus?limit=0", "va de 1 à 200"),
        ("campus?expand=membres&limit=100", "va de 1 à 20"),
        ("campus?limit=٣", "va de 1 à 200"),
        ("campus?fields=nom,couleur", "« couleur » n’est pas une colonne"),
        ("metiers?expand=campus", "« expand » n’existe pas"),
        ("membres?expand=amis", "n’est pas une liaison"),
        (f"campus?q={'a' * 201}", "dépasse 200 caractères"),
        (f"offres?q={'a' * 201}", "dépasse 200 caractères"),
        (f"formations?q={'a' * 101}", "dépasse 100 caractères"),
        (f"membres?campus={'a' * 201}", "dépasse 200 caractères"),
        ("membres?le=hier", "n’est pas une date"),
        ("membres?le=0001-01-01", "entre 1900 et 2200"),
        ("membres?le=9999-12-31", "entre 1900 et 2200"),
        ("formations?niveau=12", "n’est pas un choix"),
        ("projets?etat=reve", "n’est pas un choix"),
        ("evenements?du=demain", "n’est pas une date"),
        ("offres?rayon=7", "Le rayon est de"),
        ("indicateurs?annee=99999999999", "L’année va de"),
        ("indicateurs?region=atlantide", "région n’existe pas"),
        ("decisions?campus=nulle-part", "ne connaît pas ce campus"),
        ("metiers?domaine=ZZ", "pas un domaine"),
        ("campus?q=%00", "caractères de commande"),
        (f"campus?q={'a' * 5000}", "trop longue"),
        ("openapi.json?x=1", "n’existe pas"),
    ],
)
def test_what_has_no_meaning_is_refused_with_a_clear_word(client: Client, path: str, said: str) -> None:
    assert said in ask(client, path, 400)["detail"]


@pytest.mark.parametrize(
    "path",
    ["rien", "campus/", "campus/rien", "membres/abc", "membres/99999999999999999999", "membres/٣", "a/b/c", "prive"],
)
def test_what_is_not_there_is_a_problem_too(client: Client, path: str) -> None:
    ask(client, path, 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(method: str) -> None:
    for client in (Client(), Client(enforce_csrf_checks=True)):
        response = getattr(client, method)("/api/v1/campus")
        assert response.status_code == 405 and "GET" in response.headers["Allow"]
        assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*;q=0.1", 200),
        ("text/html,*/*;q=0.8", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        (";;;q=", 406),
        ("a" * 8000, 406),
        ("application/json;q=1e999", 200),
        ("\u00e9/\u00e8", 406),
    ],
)
def test_whatever_is_accepted_gets_an_answer(client: Client, accept: str, status: int) -> None:
    ask(client, "campus", status, HTTP_ACCEPT=accept)


def test_other_sites_may_read(client: Client) -> None:
    response = client.options("/api/v1/campus", HTTP_ORIGIN="https://exemple.fr")
    assert response.status_code == 204
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert "ETag" in client.get("/api/v1/campus").headers["Access-Control-Expose-Headers"]


def test_what_a_token_opens_is_not_for_other_sites_pages(client: Client) -> None:
    """A page that held a token would show it to everybody."""
    for answer in (client.get("/api/v1/prive/dossiers"), client.options("/api/v1/prive/dossiers")):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert client.get("/api/v1/campus").headers["Access-Control-Allow-Origin"] == "*"


def test_a_program_is_refused_in_clear_and_not_led_away(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    refused = client.get("/api/v1/campus", HTTP_AUTHORIZATION="Bearer x")
    assert refused.status_code == 403 and "à révoquer" in json.loads(refused.content)["detail"]
    assert client.get("/api/v1/campus", secure=True).status_code == 200
    assert client.get("/api/").status_code == 301


def test_a_list_is_fetched_once_until_something_public_changes(client: Client) -> None:
    campus = publish("Ouvert")
    first = client.get("/api/v1/campus")
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    assert client.get("/api/v1/campus", HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.get("/api/v1/campus", HTTP_IF_MODIFIED_SINCE=since).status_code == 304
    assert client.get("/api/v1/campus?fields=nom").headers["ETag"] != tag
    state_fact(campus, field=CampusField.ACRONYM, value="OUV", origin=an_origin("Autre"))
    from cmq.web import page_cache

    page_cache.shelf.looked_at = float("-inf")
    again = client.get("/api/v1/campus", HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 200 and json.loads(again.content)["data"][0]["sigle"] == "OUV"


def test_too_many_calls_are_told_to_wait(client: Client, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    first = client.get("/api/v1/")
    assert first.headers["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert first.headers["RateLimit"].startswith('"minute";r=1;t=')
    client.get("/api/v1/rien")
    refused = client.get("/api/v1/campus")
    assert refused.status_code == 429 and 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/campus", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/api/v1/campus", HTTP_AUTHORIZATION="Bearer faux").status_code == 429


def test_what_goes_away_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    going = Leaving("metiers", dt.date(2027, 1, 1), dt.date(2027, 7, 1), "/api/v2/metiers")
    monkeypatch.setattr(changelog, "LEAVING", (going,))
    response = client.get("/api/v1/metiers")
    assert response.headers["Deprecation"] == "@1798761600"
    assert response.headers["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in response.headers["Link"]
    assert "Deprecation" not in client.get("/api/v1/campus").headers
    described = ask(client, "openapi.json")["paths"]
    assert described["/metiers"]["get"]["deprecated"] and "deprecated" not in described["/campus"]["get"]
    monkeypatch.setattr("cmq.web.api.pages.changelog.LEAVING", (going,))
    assert "1 juillet 2027" in client.get("/api/").content.decode()


def test_the_page_tells_every_resource_and_problem(client: Client) -> None:
    page = client.get("/api/").content.decode()
    assert all(f"/api/v1/{slug}" in page and f"/api/essayer/{slug}/" in page for slug in PUBLIC)
    refused = ask(client, "campus?x=1", 400)
    assert f'id="{refused["type"].partition("#")[2]}"' in page


def test_trying_shows_what_a_program_would_get(client: Client) -> None:
    publish("Ouvert")
    page = client.get("/api/essayer/campus/?limit=1&fields=nom&q=").content.decode()
    assert "La réponse : 200" in page and "Campus Ouvert" in page
    assert "/api/v1/campus?limit=1&amp;fields=nom</code>" in page
    page = client.get("/api/essayer/campus/?limit=%3Cscript%3E").content.decode()
    assert "La réponse : 400" in page and "<script>" not in page.replace("<script src=", "").partition("<main")[2]
    assert client.get("/api/essayer/rien/").status_code == 404


def test_the_nights_command_forgets_counts(client: Client) -> None:
    client.get("/api/v1/")
    call_command("rappels", le=timezone.localdate().isoformat())


def test_a_campus_of_the_demonstration_is_not_there(client: Client) -> None:
    campus: Campus = publish("Fictif", is_demo=True)
    ask(client, f"campus/{campus.slug}", 404)
    ask(client, f"membres?campus={campus.slug}", 400)
