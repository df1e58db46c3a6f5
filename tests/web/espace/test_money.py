"""The money and the evidence of a campus in the workspace: forms, refusals in French, strangers, numbers of queries."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.evidence import actions as evidence
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import AgreementShare, FunderKind, FundingAgreement, SpendingYear
from cmq.funding.rules import YearAmounts
from cmq.web import page_cache
from tests.factories import a_campus, a_contributor, a_director

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture
def campus() -> Campus:
    evidence.load_indicators()
    return a_campus()


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, campus: Campus, *more: object) -> str:
    return reverse(name, args=[campus.slug, *more])


def an_agreement(campus: Campus, **fields: Any) -> FundingAgreement:
    terms = AgreementTerms(**{"kind": FunderKind.REGION, "purpose": "Un poste.", **fields})
    agreement = funding.enter_agreement(campus, terms=terms, by=None)
    lines = [YearAmounts(YEAR, Decimal(120), Decimal(100), Decimal(40))]
    return funding.set_years(agreement, lines=lines, granted_total=Decimal(100), version=1, by=None)


def a_value(campus: Campus, number: int = 12, **more: Any) -> IndicatorValue:
    indicator = Indicator.objects.get(code="eleves")
    return evidence.state_value(campus, indicator, year=YEAR, said=Statement(Decimal(number)), by=None, **more)


def amounts(**cells: str) -> dict[str, str]:
    return {"version": "1", "rows": "3", "granted_total": "", **cells}


def test_an_agreement_is_entered_then_its_amounts_as_french_people_write_them(campus: Campus) -> None:
    client = as_(a_contributor(campus))
    new = url("espace_agreement_new", campus)
    refused = client.post(new, {"version": "1", "kind": "region", "purpose": "", "scheme": "Fonds <b>"})
    assert refused.status_code == 422 and "Fonds &lt;b&gt;" in refused.content.decode()
    answer = client.post(new, {"version": "1", "kind": "region", "purpose": "Un poste"})
    agreement = FundingAgreement.objects.get()
    years = url("espace_agreement_years", campus, agreement.pk)
    assert answer.url == years and not agreement.is_public
    rows = {"year_0": "2025", "granted_0": "1\u202f234,50 €", "year_1": "2026", "granted_1": "765.5"}
    wrong = client.post(years, amounts(**rows, granted_total="2 500"))
    assert wrong.status_code == 422 and "il manque 500\u00a0€" in wrong.content.decode()
    assert "1\u202f234,50 €" in wrong.content.decode()
    assert not agreement.lines.exists()
    assert client.post(years, amounts(**rows, granted_total="2 000")).status_code == 302
    assert sum(line.granted for line in agreement.lines.all()) == 2000
    shown = client.get(url("espace_agreement", campus, agreement.pk)).content.decode()
    assert "1\u202f234,50\u00a0€" in shown and "inconnu" in shown


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"granted_0": "10"}, "Donnez l’année de cette ligne"),
        ({"year_0": "2025", "granted_0": "dix"}, "Écrivez un nombre"),
        ({"year_0": "2025", "granted_0": "1e5"}, "Écrivez un nombre"),
        ({"year_0": "2025", "granted_0": "NaN"}, "Écrivez un nombre"),
        ({"year_0": "2025", "granted_0": "-5"}, "jamais négatif"),
        ({"year_0": "deux mille", "granted_0": "5"}, "entier"),
        ({"year_0": "2025", "granted_0": "5", "paid_0": "6"}, "le versé dépasse l’accordé"),
        ({"version": "0", "year_0": "2025", "granted_0": "5"}, "entre-temps"),
        ({"rows": "999999999999", "version": "x"}, "entier"),
    ],
)
def test_bad_amounts_are_refused_and_kept_on_the_page(campus: Campus, cells: dict[str, str], sentence: str) -> None:
    agreement = funding.enter_agreement(campus, terms=AgreementTerms(FunderKind.REGION, "Un poste."), by=None)
    answer = as_(a_director(campus)).post(url("espace_agreement_years", campus, agreement.pk), amounts(**cells))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text or "version" in cells
    assert not agreement.lines.exists()


def test_a_budget_is_kept_and_set_against_what_is_granted(campus: Campus) -> None:
    client, page = as_(a_director(campus)), url("espace_spending", campus, YEAR)
    an_agreement(campus)
    cells = {"version": "0", "planned_personnel": "90", "actual_personnel": "95", "planned_deplacements": "30"}
    wrong = client.post(page, {**cells, "planned_total": "125"})
    assert wrong.status_code == 422 and "il manque 5\u00a0€" in wrong.content.decode()
    assert client.post(page, {**cells, "planned_total": "120"}).status_code == 302
    assert "entre-temps" in client.post(page, {**cells}).content.decode()
    assert SpendingYear.objects.get().lines.count() == 2
    text = client.get(url("espace_funding", campus)).content.decode()
    assert "<svg" in text and "prévu : 120" in text and "20\u00a0€" in text and "100 %" in text
    assert client.get(url("espace_spending", campus, 1999)).status_code == 404


def test_a_joint_agreement_is_proposed_then_confirmed_from_the_other_side(campus: Campus) -> None:
    other, agreement = a_campus(), an_agreement(campus)
    ours, theirs = as_(a_director(campus)), as_(a_director(other))
    assert ours.post(url("espace_agreement_share", campus, agreement.pk), {"campus": other.pk}).status_code == 302
    share = AgreementShare.objects.get()
    confirm = url("espace_funding_share_confirm", other, share.pk)
    assert confirm in theirs.get(url("espace_funding", other)).content.decode()
    assert ours.post(url("espace_funding_share_confirm", campus, share.pk)).status_code == 404
    assert theirs.get(url("espace_agreement", other, agreement.pk)).status_code == 404
    theirs.post(confirm)
    assert theirs.get(url("espace_agreement", other, agreement.pk)).status_code == 200
    assert theirs.get(url("espace_agreement_change", other, agreement.pk)).status_code == 404
    outsider = a_campus()
    gone = as_(a_director(outsider)).post(url("espace_funding_share_end", outsider, share.pk))
    assert gone.status_code == 404
    theirs.post(url("espace_funding_share_end", other, share.pk))
    assert not AgreementShare.objects.exists()


def test_people_of_another_campus_find_nothing(campus: Campus) -> None:
    agreement, value, other = an_agreement(campus), a_value(campus), a_campus()
    stranger = as_(a_contributor(other))
    pages = [
        url("espace_funding", campus),
        url("espace_agreement", campus, agreement.pk),
        url("espace_agreement", other, agreement.pk),
        url("espace_agreement_years", other, agreement.pk),
        url("espace_agreement_document", other, agreement.pk),
        url("espace_indicators", campus),
        url("espace_value_correct", other, value.pk),
        url("espace_value_proof", other, value.pk),
        url("espace_report", campus, YEAR),
    ]
    assert [stranger.get(page).status_code for page in pages] == [404] * len(pages)


def test_the_spreadsheets_run_nothing(campus: Campus) -> None:
    an_agreement(campus, purpose="=cmd|' /C calc'!A0")
    a_value(campus)
    client = as_(a_director(campus))
    money = client.get(url("espace_funding_csv", campus)).content.decode()
    assert money.startswith("\ufeff") and "'=cmd" in money and "100,00" in money
    assert (
        "Élèves en formation dans le réseau;eleves;élèves;"
        in client.get(url("espace_indicators_csv", campus)).content.decode()
    )


def test_a_value_is_said_corrected_and_taken_back(campus: Campus) -> None:
    client, say = as_(a_contributor(campus)), url("espace_indicator_state", campus, "eleves", YEAR)
    refused = client.post(say, {"number": "", "note": ""})
    assert refused.status_code == 422 and "dites pourquoi" in refused.content.decode()
    assert client.post(say, {"number": "1 200", "note": "Au 1er octobre"}).status_code == 302
    value = IndicatorValue.objects.get()
    assert value.number == 1200
    assert client.post(say, {"number": "3"}).status_code == 422
    correct = url("espace_value_correct", campus, value.pk)
    assert "1200" in client.get(correct).content.decode()
    assert client.post(correct, {"number": "1100", "reason": "Double compte"}).status_code == 302
    page = client.get(url("espace_indicator", campus, "eleves")).content.decode()
    assert "Corrige 1\u202f200 : « Double compte »" in page and "1\u202f100 élèves" in page
    assert client.get(correct).status_code == 404
    now = IndicatorValue.objects.current().get()
    assert client.get(url("espace_value_withdraw", campus, now.pk)).status_code == 200
    client.post(url("espace_value_withdraw", campus, now.pk))
    assert not IndicatorValue.objects.current().exists()
    assert client.get(url("espace_indicator_state", campus, "eleves", YEAR + 1)).status_code == 404
    assert client.get(url("espace_indicator_state", campus, "rien", YEAR)).status_code == 404


def test_a_value_is_shared_from_the_form(campus: Campus) -> None:
    other = a_campus()
    say = url("espace_indicator_state", campus, "places", YEAR)
    as_(a_director(campus)).post(say, {"number": "50", "shared_with": [other.pk]})
    share, theirs = IndicatorValue.objects.get().shares.get(), as_(a_director(other))
    confirm = url("espace_value_share_confirm", other, share.pk)
    assert confirm in theirs.get(url("espace_indicators", other)).content.decode()
    theirs.post(confirm)
    assert "commune" in theirs.get(url("espace_indicators", other)).content.decode()


def test_the_director_writes_looks_and_publishes_the_report(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)
    a_value(campus)
    director, contributor = as_(a_director(campus)), as_(a_contributor(campus))
    page, publish = url("espace_report", campus, YEAR), url("espace_report_publish", campus, YEAR)
    assert "12 élèves" in contributor.get(page).content.decode()
    assert contributor.post(page, {"version": "0", "introduction": "Une année."}).status_code == 302
    assert contributor.get(publish).status_code == 403
    assert director.get(publish).status_code == 200
    public = reverse("annual_report", args=[campus.slug, YEAR])
    assert Client().get(public).status_code == 404
    assert director.post(publish, {"version": "1"}).status_code == 302
    assert Client().get(public).status_code == 200
    assert director.get(url("espace_report_pdf", campus, YEAR)).content.startswith(b"%PDF")
    frozen = director.post(page, {"version": "2", "introduction": "Autre"})
    assert frozen.status_code == 422
    assert "reprenez-le" in frozen.content.decode()
    director.post(url("espace_report_reopen", campus, YEAR), {"reason": "Erreur"})
    assert not AnnualReport.objects.get().is_published
    assert Client().get(public).status_code == 404


@pytest.mark.parametrize("name", ["espace_funding", "espace_indicators", "espace_reports", "espace_funding_csv"])
def test_lists_cost_the_same_with_one_row_and_with_three(campus: Campus, name: str) -> None:
    client, counts = as_(a_director(campus)), []
    indicators = list(Indicator.objects.all()[:3])
    for number in range(3):
        other = a_campus()
        funding.share_agreement(an_agreement(campus), campus=other, by=None)
        funding.share_agreement(an_agreement(other), campus=campus, by=None)
        said = Statement(Decimal(1))
        evidence.state_value(campus, indicators[number], year=YEAR, said=said, by=None, shared_with=[other])
        evidence.state_value(other, indicators[number], year=YEAR, said=said, by=None, shared_with=[campus])
        evidence.write_report(
            campus, year=2020 + number, introduction="x", conclusion="", version=0, by=None, on=dt.date(2026, 1, 1)
        )
        if number == 1:
            continue
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(name, campus)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
