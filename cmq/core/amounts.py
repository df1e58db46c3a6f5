"""Money as decimals: added without a loss, shared in per cent that make a hundred, written as French people do."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

Key = TypeVar("Key")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
# What twelve digits with two decimals hold.
MOST = Decimal("9999999999.99")


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum of the known ones; None when none is known, which is not zero."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def shares(amounts: Mapping[Key, Decimal], *, step: Decimal = Decimal("0.1")) -> dict[Key, Decimal]:
    """The share of each in per cent, rounded so that all make exactly 100; nothing when there is nothing to share.

    Args:
        amounts: none below zero.
        step: what shares are rounded to; it divides 100.
    The largest remainders get what rounding down has left (Hamilton); among equals, the first.
    """
    whole = sum(amounts.values(), Decimal(0))
    if not whole:
        return {}
    exact = {key: amount * HUNDRED / whole / step for key, amount in amounts.items()}
    steps = {key: value.to_integral_value(rounding=ROUND_DOWN) for key, value in exact.items()}
    left = int(HUNDRED / step - sum(steps.values()))
    order = sorted(amounts, key=lambda key: steps[key] - exact[key])
    for key in order[:left]:
        steps[key] += 1
    return {key: value * step for key, value in steps.items()}


def euros(amount: Decimal | None) -> str:
    """« 1 234,50 € », without decimals when there are none; « inconnu » for none."""
    if amount is None:
        return "inconnu"
    return f"{_written(amount, 0 if amount == amount.to_integral_value() else 2)}\u00a0€"


def number(value: Decimal | None) -> str:
    """« 1 234,5 », with no useless decimal and two at most; « inconnu » for none."""
    if value is None:
        return "inconnu"
    text = _written(value, 2)
    return text.rstrip("0").rstrip(",")


def _written(value: Decimal, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")
