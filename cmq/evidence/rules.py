"""Who may state and publish what; how the values of several campuses make one figure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core.amounts import CENT, number
from cmq.core.errors import require
from cmq.core.rights import Role, right
from cmq.evidence.models import FIRST_YEAR, Indicator, IndicatorValue, SumKind
from cmq.evidence.secrecy import gives_back, is_small

LARGEST = Decimal("999999999999.99")


@right(
    "evidence.state_value", "Dire et corriger les indicateurs d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus"
)
@right("evidence.write_report", "Écrire le rapport annuel d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@right("evidence.publish_report", "Publier le rapport annuel d’un campus", roles=(Role.DIRECTOR,), about="campus")
def can_publish(person: Any, campus: Campus) -> bool:
    """Its director: the report binds the campus."""
    if not isinstance(person, User) or not person.is_active:
        return False
    roles = CampusMembership.objects.of(person).active(timezone.localdate())
    return roles.filter(campus=campus, role=CampusRole.DIRECTOR).exists()


def check_number(indicator: Indicator, value: Decimal | None) -> None:
    """Raise `Refusal` for a value that the indicator cannot take."""
    if value is None:
        return
    require(value >= 0, "Une valeur n’est jamais négative.")
    require(value == value.quantize(CENT), "Deux chiffres au plus après la virgule.")
    most = indicator.maximum if indicator.maximum is not None else LARGEST
    require(value <= most, f"« {indicator} » ne dépasse pas {number(most)} {indicator.unit}.")


def check_year(year: int, *, on: dt.date) -> None:
    """Raise `Refusal` for a year that cannot be known yet."""
    require(year >= FIRST_YEAR, f"L’année va de {FIRST_YEAR} à {on.year}.")
    require(year <= on.year, f"L’année {year} n’a pas commencé : rien n’y est encore mesuré.")


@dataclass(frozen=True)
class Told:
    """A value with the campuses that it is for: one, or several when it is joint."""

    number: Decimal | None
    campuses: frozenset[int]


@dataclass(frozen=True)
class Figure:
    """An indicator over a territory."""

    # None when nobody answered, or when the values do not add up.
    number: Decimal | None
    answered: int
    joint: int = 0
    # Known, but of so few people that it is not shown.
    is_hidden: bool = False


def told(values: Iterable[IndicatorValue]) -> list[Told]:
    """Values with their campuses; their shares come with them (prefetched)."""
    return [
        Told(
            value.number,
            frozenset({value.campus_id} | {share.campus_id for share in value.shares.all() if share.confirmed_at}),
        )
        for value in values
    ]


def figure(sums: SumKind, values: Iterable[Told], *, among: frozenset[int]) -> Figure:
    """One figure of the values of the campuses in `among`, where every value counts once however many share it.

    A mean is that of the values, each once. Who said « unknown » has not answered.
    """
    known = [each for each in values if each.number is not None and each.campuses & among]
    answered = len(frozenset().union(*(each.campuses for each in known)) & among)
    joint = sum(len(each.campuses) > 1 for each in known)
    if not known or sums == SumKind.NONE:
        return Figure(None, answered, joint)
    whole = sum((each.number for each in known if each.number is not None), Decimal(0))
    if sums == SumKind.MEAN:
        whole = (whole / len(known)).quantize(CENT, rounding=ROUND_HALF_EVEN)
    return Figure(whole, answered, joint)


def public_figure(indicator: Indicator, values: Sequence[Told], *, among: frozenset[int]) -> Figure:
    """The same for everyone to read: without the number where too few people could be found again in it."""
    whole = figure(SumKind(indicator.sums), values, among=among)
    if whole.number is None:
        return whole
    parts = [each.number for each in values if each.number is not None and each.campuses & among]
    hidden = [number for number in parts if is_small(number, indicator.unit)]
    if is_small(whole.number, indicator.unit) or gives_back(hidden):
        return replace(whole, number=None, is_hidden=True)
    return whole


def difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """What changed since the year before; None when one of them is unknown."""
    return None if now is None or before is None else now - before


def by_year(values: Iterable[IndicatorValue]) -> Mapping[tuple[int, int], list[IndicatorValue]]:
    """(indicator, year) → its values."""
    found: dict[tuple[int, int], list[IndicatorValue]] = {}
    for value in values:
        found.setdefault((value.indicator_id, value.year), []).append(value)
    return found
