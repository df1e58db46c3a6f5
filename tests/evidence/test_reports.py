"""The annual report: gathered from the rooms, written, frozen by its director, set as a document."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.core import documents
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.partial_dates import PartialDate
from cmq.evidence import actions, report
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import FunderKind
from cmq.funding.rules import YearAmounts
from tests.factories import a_campus, a_contributor, a_director, a_keeper, an_organisation

TODAY, NOW = dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def a_draft(campus: Campus, introduction: str = "Une année.") -> AnnualReport:
    return actions.write_report(
        campus, year=2025, introduction=introduction, conclusion="", version=0, by=None, on=TODAY
    )


def keys(campus: Campus) -> list[str]:
    return [section.key for section in report.gather(campus, 2025, on=TODAY)]


def test_a_report_says_what_the_rooms_know_and_no_internal_money(campus: Campus) -> None:
    assert keys(campus) == ["identite"]
    add_partner(campus, an_organisation("Lycée du Port"), starts_on=PartialDate(2024))
    add_partner(campus, an_organisation("Venu après"), starts_on=PartialDate(2026))
    for name, is_public in (("Région Nord", True), ("Secret", False)):
        terms = AgreementTerms(FunderKind.REGION, "Un poste.", name, is_public=is_public)
        agreement = funding.enter_agreement(campus, terms=terms, by=None)
        lines = [YearAmounts(2025, granted=Decimal("1000.50"))]
        funding.set_years(agreement, lines=lines, granted_total=None, version=1, by=None)
    for year, number in ((2024, 80), (2025, 0)):
        indicator = Indicator.objects.get(code="mobilites")
        actions.state_value(campus, indicator, year=year, said=Statement(Decimal(number)), by=None, at=NOW)
    assert keys(campus) == ["identite", "partenaires", "financements", "indicateurs"]
    said = documents.text(report.document(report.snapshot(a_draft(campus), on=TODAY), is_draft=True))
    assert "Lycée du Port" in said and "Venu après" not in said
    assert "Région Nord" in said and "1\u202f000,50\u00a0€" in said and "Secret" not in said
    assert "Mobilités internationales | 0 mobilités | 80 mobilités" in said
    assert report.DRAFT in said and report.FICTIONAL not in said


def test_only_the_director_publishes_and_what_is_published_stays(campus: Campus) -> None:
    director, annual = a_director(campus), a_draft(campus)
    for by in (a_contributor(campus), a_keeper(), a_director(a_campus())):
        with pytest.raises(NotAllowed):
            actions.publish_report(annual, version=1, by=by)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.publish_report(annual, version=7, by=director)
    annual = actions.publish_report(annual, version=1, by=director, at=NOW)
    frozen = annual.snapshot
    add_partner(campus, an_organisation("Venu depuis"), starts_on=PartialDate(2025))
    annual.refresh_from_db()
    assert annual.snapshot == frozen and "Venu depuis" not in str(frozen)
    with pytest.raises(Refusal, match="déjà publié"):
        actions.publish_report(annual, version=2, by=director)
    with pytest.raises(Refusal, match="reprenez-le"):
        actions.write_report(campus, year=2025, introduction="x", conclusion="", version=2, by=director, on=TODAY)
    made = documents.pdf(report.document(frozen, is_draft=False), at=NOW)
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


def test_a_published_report_is_taken_back_with_a_reason(campus: Campus) -> None:
    director, annual = a_director(campus), a_draft(campus)
    with pytest.raises(Refusal, match="pas publié"):
        actions.reopen_report(annual, reason="x", by=director)
    actions.publish_report(annual, version=1, by=director)
    with pytest.raises(Refusal, match="pourquoi"):
        actions.reopen_report(annual, reason=" ", by=director)
    with pytest.raises(NotAllowed):
        actions.reopen_report(annual, reason="x", by=a_contributor(campus))
    back = actions.reopen_report(annual, reason="Erreur de chiffre", by=director)
    assert not back.is_published and back.snapshot is None and back.introduction == "Une année."


def test_a_report_is_written_by_one_at_a_time_about_a_year_that_began(campus: Campus) -> None:
    a_draft(campus)
    with pytest.raises(Refusal, match="entre-temps"):
        a_draft(campus)
    with pytest.raises(Refusal, match="n’a pas commencé"):
        actions.write_report(campus, year=2027, introduction="", conclusion="", version=0, by=None, on=TODAY)
    with pytest.raises(Refusal, match="5 000 signes"):
        actions.write_report(campus, year=2025, introduction="x" * 5001, conclusion="", version=1, by=None, on=TODAY)
    with pytest.raises(NotAllowed):
        by = a_contributor(a_campus())
        actions.write_report(campus, year=2025, introduction="", conclusion="", version=1, by=by, on=TODAY)
    empty = actions.write_report(campus, year=2025, introduction="", conclusion="", version=1, by=None, on=TODAY)
    with pytest.raises(Refusal, match="l’introduction"):
        actions.publish_report(empty, version=2, by=a_director(campus))


def test_the_database_forbids_a_published_report_that_is_not_frozen(campus: Campus) -> None:
    annual = a_draft(campus)
    for fields in ({"published_at": NOW}, {"snapshot": {}}, {"year": 1999}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AnnualReport.objects.filter(pk=annual.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.create(campus=campus, year=2025)
