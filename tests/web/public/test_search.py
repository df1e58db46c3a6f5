"""The page of the one search."""

import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest
from django.test import Client

from cmq.campuses.models import Campus
from tests.search.things import BERCK, a_course, a_job, an_offer, indexed, long_ago

from .conftest import NASTY

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def found() -> None:
    job = a_job("J1501", "Aide-soignant / Aide-soignante", definition="Donne des soins d’hygiène et de confort.")
    a_course("Diplôme d’État d’aide-soignant", BERCK, rome_codes=["J1501"])
    for number in range(25):
        an_offer(f"Aide-soignante {number}", BERCK, occupation=job, published_at=long_ago(number), is_demo=number == 0)
    indexed()


def get(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return unescape(response.content.decode())


def test_the_empty_page_says_how_to_ask(client: Client) -> None:
    page = get(client, "/recherche/")
    assert "aide-soignant à 30 km de Berck" in page and "?type=offre" in page


def test_the_home_page_asks_the_one_search(client: Client) -> None:
    assert 'action="/recherche/"' in get(client, "/")


def test_all_kinds_on_one_page_with_where_why_and_the_way_to_more(client: Client, found: None) -> None:
    page = get(client, "/recherche/?q=aide-soignant+%C3%A0+30+km+de+Berck")
    assert "27 résultats" in page and "Voir les 25 offres" in page
    assert "Lieu compris : <strong>Berck (62)</strong>" in page
    assert "« aide soignant » dans l’intitulé" in page
    assert "Donne des soins d’hygiène" in page
    assert '<link rel="alternate" type="application/atom+xml"' in page


def test_one_kind_has_pages_facets_orders_and_a_map(client: Client, found: None) -> None:
    page = get(client, "/recherche/?q=aide-soignant&type=offre")
    assert "25 résultats" in page and page.count('class="cmq-card"') == 20
    assert 'name="nature" value="emploi"' in page and "Trier par" in page and '<svg class="cmq-map' in page
    assert "?q=aide-soignant&type=offre&page=2" in page
    assert get(client, "/recherche/?q=aide-soignant&type=offre&page=2").count('class="cmq-card"') == 5
    get(client, "/recherche/?q=aide-soignant&type=offre&page=3", 404)


def test_deep_pages_are_bounded_with_a_clear_word(client: Client, found: None) -> None:
    assert "1 000 premiers résultats" in get(client, "/recherche/?q=aide-soignant&type=offre&page=51", 400)


def test_addresses_have_one_form(client: Client) -> None:
    response = client.get("/recherche/?type=offre&q=a&lieu=&rayon=")
    assert response.status_code == 302 and response["Location"] == "/recherche/?q=a&type=offre"


@pytest.mark.parametrize("query", ["type=poney", "autour=1,2,3", "tri=x", "page=-1", "rayon=x", "q=" + "a" * 250])
def test_nonsense_is_told_in_french(client: Client, found: None, query: str) -> None:
    page = get(client, f"/recherche/?{query}", 400)
    assert "Une partie de l’adresse n’a pas de sens" in page
    assert client.get(f"/recherche/offres.atom?{query}").status_code == 400


def test_control_characters_and_long_addresses_are_refused(client: Client) -> None:
    assert client.get("/recherche/", {"q": "a\x1bb"}).status_code == 400
    assert client.get("/recherche/", {"q": "a" * 5000}).status_code == 400
    assert client.post("/recherche/").status_code == 405


def test_what_is_typed_and_found_stays_text(client: Client) -> None:
    an_offer(f"Serveur {NASTY}"[:250], text=NASTY)
    indexed()
    for path in ("/recherche/?q=serveur", "/recherche/?type=offre&tri=date"):
        response = client.get(path, follow=True)
        assert b"<script>alert" not in response.content and b"&lt;script&gt;" in response.content
    response = client.get("/recherche/", {"q": NASTY}, follow=True)
    assert b"<script>alert" not in response.content
    ET.fromstring(client.get("/recherche/offres.atom?q=serveur").content)


def test_a_slip_is_corrected_and_said(client: Client, found: None) -> None:
    page = get(client, "/recherche/?q=aide-soignnat")
    assert "voici les résultats pour <strong>« soignant »" in page


def test_nothing_found_shows_what_comes_near(client: Client, found: None) -> None:
    page = get(client, "/recherche/?q=aide-soignant&type=offre&lieu=Lyon+%2869%29")
    assert "Rien ne répond exactement" in page and "dans toute la France" in page
    assert 'class="cmq-card"' in page


def test_without_index_the_page_works_and_says_so(client: Client) -> None:
    an_offer("Soudeur")
    page = get(client, "/recherche/?q=soudeur")
    assert "La recherche est en mode réduit" in page and ">Soudeur</a>" in page


def test_completion_answers_in_json(client: Client, found: None) -> None:
    body = client.get("/recherche/suggestions.json?q=aide-s").json()
    assert body["suggestions"][0] == {
        "label": "Aide-soignant / Aide-soignante",
        "kind": "Métier",
        "url": "/metiers/aide-soignant-aide-soignante-j1501/",
    }
    assert client.get("/recherche/suggestions.json").json() == {"suggestions": []}


def test_the_feed_gives_the_newest_offers(client: Client, found: None) -> None:
    response = client.get("/recherche/offres.atom?q=aide-soignant")
    feed = ET.fromstring(response.content)
    entries = feed.findall(f"{ATOM}entry")
    assert response["Content-Type"].startswith("application/atom+xml")
    assert [entry.findtext(f"{ATOM}title") for entry in entries][:2] == ["Aide-soignante 0", "Aide-soignante 1"]
    assert len(entries) == 20 and feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
    assert all(re.match(r"http://\S+/offres/\d+", entry.findtext(f"{ATOM}id") or "") for entry in entries)


def test_the_reader_s_own_place_is_rounded_and_comes_only_from_the_address(client: Client, found: None) -> None:
    response = client.get("/recherche/?q=aide-soignant&autour=50.408123,1.592999")
    assert response["Location"] == "/recherche/?q=aide-soignant&autour=50.408%2C1.593"
    page = get(client, response["Location"])
    assert "à moins de 30 km de ma position" in page


def test_campuses_and_filieres_offer_the_same_search(client: Client, als: Campus) -> None:
    page = get(client, als.get_absolute_url())
    assert f'name="campus" value="{als.slug}"' in page and f"?type=offre&campus={als.slug}" in page
    filiere = "services-a-la-personne-bien-etre"
    page = get(client, f"/filieres/{filiere}/")
    assert f'name="filiere" value="{filiere}"' in page
    for link in (f"?type=offre&campus={als.slug}", f"?type=formation&filiere={filiere}"):
        get(client, f"/recherche/{link}")
