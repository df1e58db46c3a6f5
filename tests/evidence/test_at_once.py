"""Two people of a campus at the same instant: one value, one budget, one correction, one share confirmed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from cmq.core.errors import Refusal
from cmq.core.feed import first_broken_position
from cmq.evidence import actions
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import FunderKind, FundingLine, SpendingYear
from cmq.funding.rules import YearAmounts
from tests.factories import a_campus, a_contributor, a_director
from tests.procedure.test_at_once import at_once

pytestmark = pytest.mark.usefixtures("committed_db")
NOW, TODAY = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC), dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _indicators(committed_db: None) -> None:
    actions.load_indicators()


def one_of_two(act: Callable[[int], object]) -> None:
    """The same act by two people: one is done, the other is refused in French."""
    results = at_once(lambda: act(0), lambda: act(1))
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert not any(result is None for result in results)
    assert first_broken_position() is None


def test_a_value_said_twice_at_once_is_one_and_so_is_its_correction() -> None:
    campus = a_campus()
    people, indicator = (a_director(campus), a_contributor(campus)), Indicator.objects.get(code="eleves")

    def say(number: int) -> object:
        said = Statement(Decimal(number))
        return actions.state_value(campus, indicator, year=2025, said=said, by=people[number], at=NOW)

    one_of_two(say)
    value = IndicatorValue.objects.get()

    def correct(number: int) -> object:
        return actions.correct_value(value, said=Statement(Decimal(9)), reason="Erreur", by=people[number])

    one_of_two(correct)
    assert IndicatorValue.objects.count() == 2 and IndicatorValue.objects.current().get().replaces == value


def test_amounts_and_budgets_written_twice_at_once_are_written_once() -> None:
    campus = a_campus()
    people = (a_director(campus), a_contributor(campus))
    agreement = funding.enter_agreement(campus, terms=AgreementTerms(FunderKind.REGION, "Un poste."), by=None)

    def set_years(number: int) -> object:
        lines = [YearAmounts(2025 + number, granted=Decimal(5))]
        return funding.set_years(agreement, lines=lines, granted_total=None, version=1, by=people[number])

    one_of_two(set_years)
    assert FundingLine.objects.count() == 1

    def set_spending(number: int) -> object:
        return funding.set_spending(campus, year=2025, lines=[], planned_total=Decimal(1), by=people[number])

    one_of_two(set_spending)
    assert SpendingYear.objects.get().version == 1


def test_a_report_opened_and_published_twice_at_once_is_one() -> None:
    campus = a_campus()
    people = (a_director(campus), a_director(campus))

    def write(number: int) -> object:
        texts = {"introduction": "Une année.", "conclusion": ""}
        return actions.write_report(campus, year=2025, version=0, by=people[number], on=TODAY, **texts)

    one_of_two(write)
    annual = AnnualReport.objects.select_related("campus").get()
    one_of_two(lambda number: actions.publish_report(annual, version=1, by=people[number], at=NOW))
