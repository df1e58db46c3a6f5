"""Money adds up exactly, and its shares make a hundred."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.amounts import MOST, euros, number, shares, total

AMOUNTS = st.decimals(min_value=0, max_value=MOST, places=2)


@given(st.lists(st.one_of(st.none(), AMOUNTS)))
def test_a_total_is_the_exact_sum_of_what_is_known(amounts: list[Decimal | None]) -> None:
    known = [amount for amount in amounts if amount is not None]
    cents = sum(int(amount * 100) for amount in known)
    assert total(amounts) == (Decimal(cents) / 100 if known else None)


@given(st.dictionaries(st.integers(), AMOUNTS, max_size=12))
def test_shares_make_a_hundred_and_stay_near_the_truth(amounts: dict[int, Decimal]) -> None:
    found, whole = shares(amounts), sum(amounts.values(), Decimal(0))
    if not whole:
        assert found == {}
        return
    assert sum(found.values()) == 100
    for key, share in found.items():
        assert share >= 0 and abs(share - amounts[key] * 100 / whole) < Decimal("0.1") + Decimal("1e-20")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0\u00a0€"),
        ("1234.5", "1\u202f234,50\u00a0€"),
        ("1200000.00", "1\u202f200\u202f000\u00a0€"),
    ],
)
def test_amounts_are_written_as_french_people_do(amount: str, text: str) -> None:
    assert euros(Decimal(amount)) == text


def test_numbers_bear_no_useless_decimal() -> None:
    written = [number(Decimal(each)) for each in ("18.30", "100.00", "0", "-61181.4", "0.05", "1500")]
    assert written == ["18,3", "100", "0", "\u221261\u202f181,4", "0,05", "1\u202f500"]


def test_unknown_is_not_zero() -> None:
    assert total([]) is None and total([None]) is None and total([Decimal(0)]) == 0
    assert euros(None) == number(None) == "inconnu"
