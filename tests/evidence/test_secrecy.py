"""Too few people to be shown: wherever everyone reads, and nowhere does a total give them back."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.models import Campus
from cmq.core.models import Change
from cmq.evidence import actions, rules
from cmq.evidence.actions import Statement
from cmq.evidence.models import Indicator, IndicatorValue, SumKind
from cmq.evidence.rules import Told
from cmq.evidence.sections import BUILDERS
from tests.factories import a_campus, a_director

NOW = timezone.now()
# A page shows the last years.
YEAR = timezone.localdate().year - 1
PEOPLE = Indicator(code="x", name="X", unit="apprentis", sums=SumKind.SUM)
THINGS = Indicator(code="y", name="Y", unit="entreprises", sums=SumKind.SUM)


def say(campus: Campus, number: str, code: str = "apprentis", **said: str) -> IndicatorValue:
    actions.load_indicators()
    terms = {"year": YEAR, "said": Statement(Decimal(number), **said), "by": None, "at": NOW}
    return actions.state_value(campus, Indicator.objects.get(code=code), **terms)


def row_of(client: Client, query: str = "") -> str:
    page = client.get(f"/indicateurs/?annee={YEAR}{query}").content.decode()
    (row,) = (line for line in page.splitlines() if 'href="#apprentis"' in line)
    return row


@pytest.mark.django_db
def test_a_lone_small_value_is_nowhere_in_public(client: Client) -> None:
    campus = a_campus(region="32")
    say(campus, "3", note="Dont Camille", proof_url="https://exemple.fr/liste")
    say(campus, "3", "entreprises")
    page = client.get(campus.get_absolute_url()).content.decode()
    part = page[page.index('id="indicateurs"') :]
    assert "moins de 5" in part and "3 apprentis" not in part and "3 entreprises" in part
    assert "exemple.fr/liste" not in page
    assert "moins de 5" in row_of(client) and "3 apprentis" not in row_of(client)
    table = client.get(f"/indicateurs.csv?annee={YEAR}").content.decode()
    (line,) = (each for each in table.splitlines() if ";apprentis;" in each)
    assert ";moins de 5;1;" in line
    written = str([build(campus, YEAR, timezone.localdate()) for build in BUILDERS])
    assert "moins de 5 apprentis" in written and "Camille" not in written and "3 entreprises" in written


@pytest.mark.django_db
def test_a_total_does_not_give_a_lone_hidden_value_back(client: Client) -> None:
    north, south = a_campus(region="32"), a_campus(region="53")
    say(north, "3"), say(south, "200")
    assert "203" not in row_of(client) and "moins de 5" in row_of(client)
    assert "200 apprentis" in row_of(client, "&region=bretagne")


@pytest.mark.django_db
def test_a_total_in_which_several_are_hidden_is_shown(client: Client) -> None:
    for number in ("3", "4", "200"):
        say(a_campus(region="32"), number)
    assert "207 apprentis" in row_of(client)


@pytest.mark.django_db
def test_the_journal_that_is_handed_out_keeps_them_too() -> None:
    value = say(a_campus(), "3")
    new = actions.correct_value(value, said=Statement(Decimal(40)), reason="Oubli", by=a_director(value.campus), at=NOW)
    said = [(line.summary, line.diff) for line in [*Change.objects.about(value), *Change.objects.about(new)]]
    assert "moins de 5" in str(said) and "3.00" not in str(said) and " 3 " not in str(said)


@given(st.lists(st.integers(0, 12).map(Decimal), min_size=1, max_size=6))
def test_no_hidden_value_follows_from_a_total_and_the_shown_values(numbers: list[Decimal]) -> None:
    """Who knows the total and all shown values, and that each hidden one is 1 to 4, is left with several worlds."""
    told = [Told(number, frozenset({rank})) for rank, number in enumerate(numbers)]
    among = frozenset(range(len(numbers)))
    shown = rules.public_figure(PEOPLE, told, among=among)
    hidden = [number for number in numbers if 0 < number < 5]
    if shown.number is not None and hidden:
        assert len(hidden) > 1
        rest = shown.number - sum(number for number in numbers if not 0 < number < 5)
        assert len(hidden) < rest < 4 * len(hidden)
    whole = rules.public_figure(THINGS, told, among=among)
    assert whole.number == sum(numbers) and not whole.is_hidden
