"""The pages of offers: the list, each offer, what is over, what is reported; and employers' own pages."""

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.careers.actions import load_occupations
from cmq.core.models import OutgoingMail
from cmq.offers.actions import posting, upkeep
from cmq.offers.links import token_of
from cmq.offers.models import Closing, JobOffer, OfferOrigin, OfferReport, OfferState
from cmq.search import indexing
from cmq.web import page_cache
from tests import hiring
from tests.factories import a_campus, a_director, a_keeper
from tests.web.public.conftest import NASTY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before sending a form."""
    monkeypatch.setattr("cmq.web.public.guard.FASTEST", 0)


def text_of(client: Client, path: str, *, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return re.sub(r"\s+", " ", response.content.decode())


def opened(client: Client, path: str) -> str:
    found = re.search(r'name="opened" value="([^"]+)"', client.get(path).content.decode())
    assert found
    return found[1]


def published(offer: JobOffer) -> JobOffer:
    OfferOrigin.objects.create(
        offer=offer, source="france_travail", number=f"N{offer.pk}", url="https://exemple.fr/x", seen_at=timezone.now()
    )
    return offer


def test_the_list_filters_counts_and_leads_to_feed_alert_and_job(client: Client) -> None:
    job = hiring.a_job()
    published(hiring.stored("Aide-soignant de nuit", occupation=job, contract="CDI"))
    published(hiring.stored("Soudeur", contract="CDD"))
    text = text_of(client, "/offres/?metier=J1501")
    assert "Aide-soignant de nuit" in text and "Soudeur" not in text and "1 offre<" in text
    assert job.get_absolute_url() in text and "/offres.atom?metier=J1501" in text and "/alertes/?metier=J1501" in text
    assert "France Travail" in text
    assert "Sans Aide-soignant" in text_of(client, "/offres/?metier=J1501&q=boulanger")


def test_an_address_is_brought_to_its_one_form_and_nonsense_is_said(client: Client) -> None:
    assert client.get("/offres/?q=&nature=emploi&rayon=30")["Location"] == "/offres/?nature=emploi"
    assert "n’est pas un code du ROME" in text_of(client, "/offres/?metier=Z9", status=400)
    assert client.get("/offres/?page=7").status_code == 404
    assert client.get("/offres.atom?metier=Z9").status_code == 400


def test_the_list_pages_by_twenty_with_as_many_queries_for_one_as_for_many(client: Client) -> None:
    published(hiring.stored("Offre seule"))
    with CaptureQueriesContext(connection) as one:
        text_of(client, "/offres/?q=offre")
    for number in range(24):
        published(hiring.stored(f"Offre {number}"))
    with CaptureQueriesContext(connection) as many:
        assert "25 offres" in text_of(Client(), "/offres/?nature=emploi&q=offre")
    assert len(many) <= len(one) + 1
    assert "Page 2 sur 2" in text_of(client, "/offres/?page=2")


def test_the_feed_is_atom(client: Client) -> None:
    offer = published(hiring.stored("Soudeur & <chaudronnier>"))
    root = ET.fromstring(client.get("/offres.atom").content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert [entry.findtext("a:title", "", space) for entry in root.findall("a:entry", space)] == [offer.title]


def test_an_offer_names_its_source_and_says_true_linked_data(client: Client) -> None:
    load_occupations()
    offer = published(
        hiring.stored(
            "Soudeur",
            occupation_id="H2913",
            contract="CDI",
            salary="2 000 € par mois",
            siret=hiring.SIRET,
            employer_name="Charpentes",
            expires_at=timezone.now() + 30 * DAY,
            text="Souder.\nEncore.",
        )
    )
    text = client.get(offer.get_absolute_url()).content.decode()
    assert "https://exemple.fr/x" in text and "France Travail" in text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert found
    said = json.loads(found[1])
    assert (said["@type"], said["title"], said["employmentType"]) == ("JobPosting", "Soudeur", "FULL_TIME")
    assert dt.datetime.fromisoformat(said["validThrough"]) == offer.expires_at
    assert said["jobLocation"]["address"] == {
        "@type": "PostalAddress",
        "addressCountry": "FR",
        "addressLocality": "Berck",
        "addressRegion": "Pas-de-Calais",
    }
    assert said["identifier"]["value"] == f"N{offer.pk}" and "baseSalary" not in said
    assert client.get(f"/offres/{offer.pk}-ancien-titre/")["Location"] == offer.get_absolute_url()


def test_a_demonstration_has_no_linked_data(client: Client) -> None:
    offer = hiring.stored("Soudeur", is_demo=True)
    text = text_of(client, offer.get_absolute_url())
    assert "JobPosting" not in text and "n’existent pas" in text


@pytest.mark.parametrize("is_closed", [True, False])
def test_what_is_over_answers_410_with_similar_ones(client: Client, is_closed: bool) -> None:
    job, old = hiring.a_job(), timezone.now() - DAY
    offer = hiring.stored("Aide-soignant", occupation=job, published_at=old, expires_at=old)
    if is_closed:
        JobOffer.objects.filter(pk=offer.pk).update(state=OfferState.CLOSED, closed_at=old, closed_because=Closing.GONE)
    similar = published(hiring.stored("Aide-soignante de jour", occupation=job))
    text = text_of(client, offer.get_absolute_url(), status=410)
    assert similar.get_absolute_url() in text and "JobPosting" not in text
    assert ("sa source ne la publie plus" if is_closed else "elle a expiré") in text


def test_what_was_never_shown_is_not_there(client: Client) -> None:
    for offer in (hiring.asked(), hiring.waiting(title="Autre charpentier")):
        assert client.get(offer.get_absolute_url()).status_code == 404
        assert client.get(f"/offres/{offer.pk}/signaler/").status_code == 404
    assert client.get("/offres/999999-x/").status_code == 404


def test_a_kept_page_goes_when_its_offer_ends(client: Client) -> None:
    offer = hiring.shown()
    assert client.get(offer.get_absolute_url()).status_code == 200
    posting.close(token_of(offer, until=timezone.now() + DAY))
    assert Client().get(offer.get_absolute_url() + "?x=1").status_code == 410


def test_hostile_text_stays_text(client: Client) -> None:
    offer = hiring.stored(f"Soudeur {NASTY}"[:200], text=NASTY, employer_name=NASTY)
    for path in (offer.get_absolute_url(), "/offres/", "/offres/?q=%3Cscript%3E"):
        assert "<script>alert" not in text_of(client, path)


def test_a_reader_reports_an_offer_and_a_keeper_withdraws_it(client: Client) -> None:
    offer = published(hiring.stored("Soudeur"))
    path = f"/offres/{offer.pk}/signaler/"
    said = {"opened": opened(client, path), "reason": "argent", "text": "50 euros", "site": ""}
    assert client.post(path, said | {"reason": "x"}).status_code == 422
    assert client.post(path, said | {"reason": "autre", "text": ""}).status_code == 422
    assert client.post(path, said)["Location"] == offer.get_absolute_url()
    report = OfferReport.objects.get()
    client.force_login(a_keeper())
    assert "50 euros" in text_of(client, f"/espace/registre/offres-signalees/{report.pk}/")
    assert "offre signalée" in text_of(client, "/espace/registre/")
    answer = {"withdraw": "oui", "outcome": "Vérifié : offre fausse."}
    assert client.post(f"/espace/registre/offres-signalees/{report.pk}/", answer).status_code == 302
    assert client.get(offer.get_absolute_url()).status_code == 410


def test_a_robot_is_thanked_and_nothing_is_kept(client: Client) -> None:
    offer = published(hiring.stored("Soudeur"))
    path = f"/offres/{offer.pk}/signaler/"
    client.post(path, {"opened": opened(client, path), "reason": "argent", "site": "http://x"})
    assert not OfferReport.objects.exists()


def test_ten_reports_an_hour_from_one_address(client: Client) -> None:
    offer = published(hiring.stored("Soudeur"))
    path = f"/offres/{offer.pk}/signaler/"
    said = {"opened": opened(client, path), "reason": "pourvue", "text": "", "site": ""}
    assert [client.post(path, said).status_code for _ in range(11)] == [302] * 10 + [429]


def form(client: Client, **fields: str) -> dict[str, str]:
    return {
        "opened": opened(client, "/offres/deposer/"),
        "siret": "732 829 320 00074",
        "name": "Charpentes fictives",
        "email": "rh@charpentes.exemple.fr",
        "title": "Charpentière (H/F)",
        "occupation": "J1501",
        "kind": "emploi",
        "contract": "CDI",
        "place": "Berck 62",
        "text": hiring.TEXT,
        "apply_url": "https://exemple.fr/postuler",
        "positions": "1",
        "days": "60",
        "site": "",
    } | fields


def test_an_employer_posts_confirms_prolongs_and_closes_without_account(client: Client) -> None:
    hiring.a_job()
    campus = a_campus("Campus du bois")
    hiring.a_member(campus)
    director = a_director(campus)
    assert client.post("/offres/deposer/", form(client))["Location"] == "/offres/deposer/recue/"
    [path] = re.findall(r"/offres/employeur/[^\s/]+/", OutgoingMail.objects.get().text)
    # A letter's reader, or a program that opens links, does nothing by reading.
    assert "Confirmer cette offre" in text_of(client, path)
    assert JobOffer.objects.get().state == OfferState.ASKED
    client.post(path, {"acte": "confirmer"})
    assert JobOffer.objects.get().state == OfferState.WAITING
    boss = Client()
    boss.force_login(director)
    employer = JobOffer.objects.get().employer
    assert employer is not None
    assert "à vérifier" in text_of(boss, f"/espace/campus/{campus.slug}/employeurs/")
    judge = f"/espace/campus/{campus.slug}/employeurs/{employer.pk}/"
    assert boss.post(judge, {"verdict": "refuser", "reason": ""}).status_code == 422
    assert boss.post(judge, {"verdict": "reconnaitre"}).status_code == 302
    offer = JobOffer.objects.get()
    assert offer.state == OfferState.OPEN
    text = text_of(client, f"/campus/{campus.slug}/")
    assert offer.get_absolute_url() in text and ">Offres</h2>" in text
    [path] = re.findall(r"/offres/employeur/[^\s/]+/", OutgoingMail.objects.latest("pk").text)
    assert client.post(path, {"acte": "prolonger", "jours": "90"}).status_code == 302
    prolonged = JobOffer.objects.get().expires_at
    assert prolonged and prolonged > timezone.now() + 89 * DAY
    assert client.post(path, {"acte": "prolonger", "jours": "9000"}).status_code == 422
    assert client.post(path, {"acte": ""}).status_code == 422
    assert client.post(path, {"acte": "fermer"}).status_code == 302
    assert client.get(offer.get_absolute_url()).status_code == 410
    answer = client.get(path)
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"siret": "123"}, "SIRET est faux"),
        ({"email": "moi@gmail.com"}, "boîte ouverte à tous"),
        ({"place": "Atlantide-sur-Mer"}, "Aucune commune"),
        ({"occupation": "xyzxyz"}, "Aucun métier"),
        ({"contract": "STA"}, "Ce contrat ne va pas"),
        ({"apply_url": "javascript:alert(1)"}, "URL"),
    ],
)
def test_a_wrong_offer_is_refused_with_all_that_was_typed(client: Client, fields: dict[str, str], said: str) -> None:
    hiring.a_job()
    response = client.post("/offres/deposer/", form(client, **fields))
    assert response.status_code == 422
    text = response.content.decode()
    assert said in text and "Charpentière (H/F)" in text
    assert not JobOffer.objects.exists()


def test_several_jobs_of_a_name_are_proposed_and_one_is_taken(client: Client) -> None:
    load_occupations()
    response = client.post("/offres/deposer/", form(client, occupation="soud"))
    assert "Lequel de ces métiers" in response.content.decode()
    client.post("/offres/deposer/", form(client, occupation="H2913"))
    assert JobOffer.objects.get().occupation_id == "H2913"


def test_a_false_or_old_link_says_so(client: Client) -> None:
    offer = hiring.asked()
    assert client.get("/offres/employeur/faux/").status_code == 404
    assert client.get(f"/offres/employeur/{token_of(offer, until=timezone.now())}/").status_code == 404


def test_the_employers_of_a_campus_cost_the_same_for_one_as_for_many(client: Client) -> None:
    campus = a_campus()
    hiring.a_member(campus)
    hiring.waiting()
    client.force_login(a_director(campus))
    path = f"/espace/campus/{campus.slug}/employeurs/"
    with CaptureQueriesContext(connection) as one:
        text_of(client, path)
    for number in range(4):
        hiring.waiting(email=f"rh{number}@charpentes.exemple.fr", title=f"Charpentier {number}")
    with CaptureQueriesContext(connection) as many:
        text_of(client, path)
    assert len(many) == len(one)


def test_reports_and_employers_wait_at_the_keepers_desk(client: Client) -> None:
    hiring.waiting()
    upkeep.report(hiring.stored("Soudeur"), reason=hiring.AbuseReason.FILLED, text="")
    client.force_login(a_keeper())
    text = text_of(client, "/espace/registre/")
    assert "/espace/registre/employeurs/" in text and "/espace/registre/offres-signalees/" in text
    assert "Charpentes fictives" in text_of(client, "/espace/registre/employeurs/")


def test_around_a_place_the_index_counts_all_and_the_page_says_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        hiring.stored(f"Soudeur {number}", insee="62108")
    monkeypatch.setattr("cmq.web.public.offers.MOST_COUNTED", 2)
    monkeypatch.setattr("cmq.offers.selection.MOST_COUNTED", 2)
    address = "/offres/?lieu=Berck+62&tri=distance"
    assert "Plus de 2 offres" in client.get(address).content.decode()
    indexing.rebuild()
    page_cache.shelf = page_cache._Shelf()
    page = client.get(address).content.decode()
    assert "3 offres" in page and "Plus de" not in page and page.count("Soudeur ") >= 3
