"""What everyone sees of money and evidence: what a campus shows, sums that count once, frozen reports."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from cmq.campuses.models import Campus
from cmq.evidence import actions as evidence
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import FunderKind, FundingAgreement
from cmq.funding.rules import YearAmounts
from cmq.web import page_cache
from tests.factories import a_campus, a_director

pytestmark = pytest.mark.django_db
LAST = timezone.localdate().year - 1


@pytest.fixture(autouse=True)
def _indicators(monkeypatch: pytest.MonkeyPatch) -> None:
    """With pages that look at the feed at once."""
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)
    evidence.load_indicators()


def page(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def say(campus: Campus, number: int, *, code: str = "eleves", year: int = LAST, **more: Any) -> None:
    said = Statement(Decimal(number), proof_url="https://exemple.fr/preuve")
    evidence.state_value(campus, Indicator.objects.get(code=code), year=year, said=said, by=None, **more)


def pay(campus: Campus, name: str, *, is_public: bool) -> FundingAgreement:
    terms = AgreementTerms(FunderKind.REGION, f"Un poste pour {name}.", name, is_public=is_public)
    agreement = funding.enter_agreement(campus, terms=terms, by=None)
    lines = [YearAmounts(LAST, granted=Decimal("1500.25"))]
    return funding.set_years(agreement, lines=lines, granted_total=None, version=1, by=None)


def test_the_campus_page_says_only_what_the_campus_shows() -> None:
    campus = a_campus()
    assert "Qui finance" not in page(campus.get_absolute_url())
    pay(campus, "Secret", is_public=False)
    shown = pay(campus, "Région Montrée", is_public=True)
    text = page(campus.get_absolute_url())
    assert "Qui finance" in text and "Région Montrée" in text and "1\u202f500,25\u00a0€" in text
    assert "Secret" not in text
    other = a_campus()
    share = funding.share_agreement(shown, campus=other, by=None)
    assert "Région Montrée" not in page(other.get_absolute_url())
    funding.confirm_share(share, by=None)
    assert "portée par" in page(other.get_absolute_url())
    terms = AgreementTerms(FunderKind.REGION, "Un poste.", "Région Montrée")
    funding.change_agreement(shown, terms=terms, version=2, by=a_director(campus))
    assert "Qui finance" not in page(campus.get_absolute_url())


def test_the_campus_page_shows_its_figures_and_what_is_unknown() -> None:
    campus = a_campus()
    say(campus, 12)
    say(campus, 3, code="mobilites", year=LAST + 1)
    text = page(campus.get_absolute_url())
    assert "12 élèves" in text and "inconnu" in text and "https://exemple.fr/preuve" in text


def test_sums_count_a_shared_value_once_and_say_who_answered() -> None:
    one, two, far = a_campus(region="32"), a_campus(region="32"), a_campus(region="53")
    a_campus(region="32")
    say(one, 100)
    say(two, 1000, shared_with=[one, far])
    for share in one.value_shares.all() | far.value_shares.all():
        evidence.confirm_share(share, by=None)
    say(far, 7), say(one, 80, code="insertion-6-mois"), say(two, 60, code="insertion-6-mois")
    say(a_campus(is_demo=True), 99999)
    whole = page("/indicateurs/")
    assert "1\u202f107 élèves" in whole and "3 sur 4" in whole and "99" not in whole.partition("Définitions")[0]
    assert "70 %" in whole
    north = page("/indicateurs/?region=hauts-de-france")
    assert "1\u202f100 élèves" in north and "2 sur 3" in north
    assert "1\u202f007 élèves" in page("/indicateurs/?region=bretagne")
    assert "99\u202f999 élèves" in page("/indicateurs/?region=demonstration")
    older = page(f"/indicateurs/?annee={LAST - 1}")
    assert "inconnu" in older and "0 sur 4" in older
    assert "n’est pas appliqué" in page("/indicateurs/?region=nulle-part&annee=1900")
    table = page("/indicateurs.csv?region=hauts-de-france")
    assert "Hauts-de-France;Somme;1100,00;2;3" in table


def test_the_sums_cost_the_same_for_one_value_and_for_many() -> None:
    counts = []
    for _ in range(2):
        say(a_campus(), 5, shared_with=[a_campus()])
        with CaptureQueriesContext(connection) as queries:
            page("/indicateurs/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_a_published_report_is_public_and_does_not_change() -> None:
    campus = a_campus()
    director = a_director(campus)
    say(campus, 12)
    today = timezone.localdate()
    texts = {"introduction": "Une année.\n\nDeux idées <b>.", "conclusion": "Merci."}
    annual = evidence.write_report(campus, year=LAST, version=0, by=None, on=today, **texts)
    address = reverse("annual_report", args=[campus.slug, LAST])
    assert Client().get(address).status_code == 404
    evidence.publish_report(annual, version=1, by=director)
    value = campus.indicator_values.get()
    evidence.correct_value(value, said=Statement(Decimal(13)), reason="Erreur", by=director)
    text = page(address)
    assert "12 élèves" in text and "13 élèves" not in text and "Deux idées &lt;b&gt;." in text
    assert f"Rapport annuel {LAST}" in page(campus.get_absolute_url())
    made = Client().get(reverse("annual_report_pdf", args=[campus.slug, LAST]))
    reader = PdfReader(io.BytesIO(made.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert "Brouillon" not in "".join(each.extract_text() for each in reader.pages)


def test_the_pictures_of_a_report_are_its_own() -> None:
    campus = a_campus()
    reader, at = Client(), timezone.now()
    default_storage.save("rapports/vue.png", ContentFile(b"octets"))
    picture = {"file": "rapports/vue.png", "alternative": "Une vue", "credit": "Essai"}
    section = {"key": "projets", "heading": "Projets", "paragraphs": [], "items": [], "tables": []}
    texts = {"campus": campus.name, "region": "x", "year": LAST, "is_demo": False, "introduction": "", "conclusion": ""}
    snapshot = {**texts, "sections": [{**section, "pictures": [picture]}]}
    annual = AnnualReport.objects.create(campus=campus, year=LAST, published_at=at, snapshot=snapshot)
    address = reverse("annual_report_picture", args=[campus.slug, LAST, 0])
    assert f'src="{address}" alt="Une vue"' in page(reverse("annual_report", args=[campus.slug, LAST]))
    answer = reader.get(address)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"octets", "image/png")
    assert reader.post(address).status_code == 405
    assert reader.get(reverse("annual_report_picture", args=[campus.slug, LAST, 1])).status_code == 404
    default_storage.delete("rapports/vue.png")
    assert reader.get(address).status_code == 404
    annual.published_at = annual.snapshot = None
    annual.save()
    assert reader.get(address).status_code == 404
