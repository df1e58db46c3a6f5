"""The public pages: what they show, to whom, and what they answer to nonsense."""

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from cmq.campuses.actions import add_partner, state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind
from cmq.reference.models import Commune
from cmq.web.public.urls import urlpatterns
from tests.factories import a_campus, a_person, an_organisation, an_origin

from .addresses import FILES, FORMS, PAGES
from .conftest import NASTY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def als(committed_als: Campus) -> Campus:
    """The campus of which nearly everything is known, set once for all tests of this module."""
    return Campus.objects.get(pk=committed_als.pk)


class _Outline(HTMLParser):
    """Headings, identifiers and open elements of a page."""

    VOID = frozenset(["area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(client: Client, path: str, *, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_page_is_whole(client: Client, als: Campus, path: str) -> None:
    text = text_of(client, path)
    outline = _Outline(text)
    assert outline.open == []
    assert outline.headings[0] == 1 and outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert "<title>" in text and 'lang="fr"' in text
    assert "Accessibilité : partiellement conforme" in text
    for drawing in re.findall(r"<svg.*?</svg>", text, re.S):
        ET.fromstring(drawing.replace("&nbsp;", " "))
        assert "\u202f" not in drawing and "\xa0" not in re.sub(r">[^<]*<|\"[^\"]*[a-zé][^\"]*\"", "", drawing)


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_a_visitor_gets_no_cookie_and_a_stranger_the_same_page(client: Client, als: Campus, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies or path.endswith(FORMS)
    # Words say in which signs they are written.
    told = response["Content-Type"]
    assert "charset=utf-8" in told or not re.match(r"text/|[\w/.-]*(\+|/)xml\b", told), told
    client.force_login(a_person())
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_reading_is_all_that_a_page_allows(client: Client, als: Campus, path: str) -> None:
    writes = ["put", "patch", "delete"] if path.endswith(FORMS) else ["post", "put", "patch", "delete"]
    for method in writes:
        response = getattr(client, method)(path)
        assert response.status_code == 405, method
        assert "GET" in response["Allow"]
        assert "méthode" in response.content.decode().lower() or "action" in response.content.decode().lower()
    assert client.head(path).status_code == 200


def test_every_address_has_its_test() -> None:
    tested = {resolve(path.split("?")[0]).url_name for path in [*PAGES, *FILES]}
    # Those that need an award and a key: `test_proof.py`.
    tested |= {"verify_award", "attestation_pdf", "credential_jwt", "status_list"}
    # Those that need a published report: `test_money.py`.
    tested |= {"annual_report", "annual_report_pdf", "annual_report_picture"}
    # Those that need a tour: `test_tours.py`.
    tested |= {"public_tour", "public_stop", "tour_ics", "stop_poster", "stop_register", "stop_registered"}
    tested |= {"registration"}
    # Those that need a subscription: `test_newsletter.py`.
    tested |= {"newsletter_subscription", "newsletter_own_data", "newsletter_unsubscribe", "newsletter_issue"}
    # What machines send: `test_returns.py`, `test_refusals.py`.
    tested |= {"newsletter_returned", "browser_refusals"}
    # Those that need something of a campus, or a job: `test_projects.py`, `test_trainings.py`, `test_careers.py`…
    tested |= {
        "occupation",
        "course",
        "projects",
        "project",
        "project_picture",
        "trainings",
        "training",
        "public_network",
    }
    # Those that need an offer or an alert: `test_offers.py`, `test_alerts.py`.
    tested |= {"job_offer", "job_offer_report", "job_offer_manage", "alert", "alert_data", "alert_stop"}
    # Those that need a snapshot: `test_past_data.py`.
    tested |= {"dataset_snapshot", "dataset_changes_file"}
    # What harvesters ask, by POST too: `test_oai.py`.
    tested |= {"oai", "sitemap_part"}
    # Those that need an article: `test_articles.py`.
    tested |= {"article", "article_sharing", "illustration"}
    assert tested == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(
    "path",
    [
        "/campus/rien-de-tel/",
        "/campus/rien-de-tel/signaler/",
        "/campus/%3Cscript%3E/",
        "/filieres/magie/",
        "/regions/atlantide/",
        "/contours/communes.geojson",
        "/campus/?page=99999",
        "/campus/?page=2",
    ],
)
def test_what_does_not_exist_is_a_french_404(client: Client, als: Campus, path: str) -> None:
    assert "introuvable" in text_of(client, path, status=404)


@pytest.mark.parametrize(
    "query",
    [
        "region=atlantide",
        "filiere=' OR 1=1 --",
        "etat=<b>",
        "rayon=0",
        "rayon=100000",
        "rayon=-5",
        "lieu=Atlantide-sur-Mer-Morte",
        "le=hier",
        "page=x",
        "page=0",
        "tri=hasard",
        "vue=dessus",
        "q=" + "a" * 300,
    ],
)
def test_a_part_without_meaning_is_said_and_the_page_still_serves(client: Client, als: Campus, query: str) -> None:
    text = text_of(client, f"/campus/?{query}", status=400)
    assert "Une partie de l’adresse n’a pas de sens" in text
    assert als.name in text
    assert "<b>" not in text
    for path in ("/campus.csv", "/campus.geojson"):
        refused = client.get(f"{path}?{query}")
        assert refused.status_code == 400 and refused["Content-Type"].startswith("text/plain")
    assert client.get(f"/carte/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["q=" + "a" * 10_000, "q=%00", "q=%1b%5b", "region=%07"])
def test_what_no_page_needs_is_refused_in_french(client: Client, query: str) -> None:
    response = client.get(f"/campus/?{query}")
    assert response.status_code == 400
    assert "<h1" in response.content.decode()


def test_an_unknown_ground_of_the_map_is_said(client: Client, als: Campus) -> None:
    assert "Ce fond de carte n’existe pas" in text_of(client, "/carte/?fond=lune", status=400)


def test_hostile_text_stays_text_everywhere(client: Client, nasty: Campus) -> None:
    for path in [
        f"/campus/{nasty.slug}/",
        "/campus/",
        "/campus/?vue=carte",
        "/carte/",
        "/plan-du-site/",
        "/regions/bretagne/",
    ]:
        text = text_of(client, path)
        assert "<script>alert" not in text and "</script> &" not in text, path
        assert "&lt;script&gt;" in text, path
    found = text_of(client, "/campus/?q=" + "%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in found and "&lt;script&gt;alert(1)" in found


def test_the_address_is_brought_to_its_one_form(client: Client, als: Campus) -> None:
    response = client.get("/campus/?q=&lieu=&rayon=30&region=occitanie&region=hauts-de-france&utm_source=x")
    assert response.status_code == 302
    assert response["Location"] == "/campus/?region=hauts-de-france&region=occitanie"
    assert client.get("/campus/?q=")["Location"] == "/campus/"


def test_no_result_is_no_dead_end(client: Client, als: Campus) -> None:
    text = text_of(client, "/campus/?q=ALS&region=corse")
    assert "Sans la région" in text and "/campus/?q=ALS" in text
    assert "Les plus proches de votre demande" in text and als.name in text


def test_labels_on_a_day_say_how_the_answer_is_made(client: Client, als: Campus) -> None:
    text = text_of(client, "/campus/?le=2018-06-01")
    assert als.name in text and "Label certain ce jour-là" in text and "Comment" not in text.split("<h1")[0]
    assert "une décision connue avait commencé" in text
    assert "Label possible ce jour-là" in text_of(client, "/campus/?le=2022-06-01")
    assert als.name not in text_of(client, "/campus/?le=2016-01-01").split("Les plus proches")[0]


def test_home_counts_what_the_database_holds(client: Client, als: Campus) -> None:
    a_campus("Campus imaginaire", region="32", is_demo=True)
    text = text_of(client, "/")
    assert re.search(r'campus au registre</a></dt><dd class="cmq-figure">1</dd>', text)
    assert 'aria-label="Hauts-de-France : 1 campus"' in text
    assert 'aria-label="Corse : aucun campus"' in text
    assert text.count('href="/filieres/') >= 12


def test_linked_data_reads_back(client: Client, nasty: Campus) -> None:
    text = text_of(client, f"/campus/{nasty.slug}/")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert found and "<" not in found[1]
    data = json.loads(found[1])
    assert data["@type"] == "EducationalOrganization"
    assert NASTY in data["name"] and data["location"][0]["address"]["addressLocality"] == "Rennes"


def test_completion_gives_ten_communes_at_most(client: Client) -> None:
    found = client.get("/communes.json?q=saint").json()["communes"]
    assert len(found) == 10 and set(found[0]) == {"code", "label"}
    assert client.get("/communes.json?q=62600").json()["communes"][0]["label"] == "Berck (62)"
    assert client.get("/communes.json").json() == {"communes": []}
    assert client.get("/communes.json?q=%27%20OR%201=1").json() == {"communes": []}


def test_the_duties_name_their_owner_or_say_that_nobody_did(client: Client, settings: object) -> None:
    settings.SITE_OWNER, settings.SITE_HOSTING = "", "Chez <moi>"
    text = text_of(client, "/mentions-legales/")
    assert "non renseigné" in text and "Chez &lt;moi&gt;" in text


def test_security_txt_is_valid_for_some_months(client: Client) -> None:
    text = text_of(client, "/.well-known/security.txt")
    expires = re.search(r"^Expires: (.*)$", text, re.M)
    assert expires and "Contact: mailto:" in text
    left = dt.datetime.fromisoformat(expires[1]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=30) < left < dt.timedelta(days=365)


def test_as_many_queries_with_three_members_and_facts_as_with_one(client: Client, als: Campus) -> None:
    path = f"/campus/{als.slug}/"
    with CaptureQueriesContext(connection) as one:
        text_of(client, path)
    for number in range(2):
        add_partner(
            als, an_organisation(commune=Commune.objects.get(insee_code="62108")), origin=an_origin(f"S{number}")
        )
        state_fact(als, field=CampusField.REMARK, value=f"Remarque {number}", origin=an_origin(f"R{number}"))
        record_decision(
            kind=DecisionKind.RENEWED, decided_on=PartialDate(2022 + number), campus=als, origin=an_origin()
        )
    with CaptureQueriesContext(connection) as three:
        text_of(client, path)
    assert len(three) <= len(one) + 1
