"""Needs against supply: what the cells add up to, and where the two part.

The gap is the number of recruitments judged difficult beyond what the share of trainings would suggest:
difficult − difficult in the country × trainings here ÷ trainings in the country, for one filière. It compares shares,
because the number of places is known for too few trainings to be compared with a number of recruitments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q, Sum

from cmq.reference.models import Filiere
from cmq.search.register import CampusRow
from cmq.statistics import territories
from cmq.statistics.coverage import is_running
from cmq.statistics.models import COUNTS, BalanceCell, BalanceRun, Scope
from cmq.statistics.territories import CELL_PATHS, Level, Territory

_SUMS = {f"{name}_sum": Sum(name) for name in COUNTS}
SHOWN_CAMPUSES = 3


@dataclass(frozen=True)
class Balance:
    """What is known of the needs and of the supply somewhere, for one filière or one of the other scopes."""

    scope: str
    filiere: Filiere | None
    planned: int = 0
    difficult: int = 0
    needs: int = 0
    secret: int = 0
    secret_difficult: int = 0
    offers: int = 0
    positions: int = 0
    courses: int = 0
    places: int = 0
    unknown_places: int = 0
    rates: int = 0
    rate_sum: int = 0
    secret_rates: int = 0
    # Recruitments judged difficult beyond the share of trainings; None when one of the two cannot be told.
    gap: int | None = None

    @property
    def label(self) -> str:
        """The filière’s name, or what the scope is."""
        return self.filiere.name if self.filiere else str(Scope(self.scope).label)

    @property
    def told_planned(self) -> int | None:
        """Recruitments planned, as far as published; None when every figure is secret or there is none."""
        return self.planned if self.needs > self.secret else None

    @property
    def told_difficult(self) -> int | None:
        """Those judged difficult, likewise."""
        return self.difficult if self.needs > self.secret_difficult else None

    @property
    def known_places(self) -> int | None:
        """Places of the trainings that say theirs; None when none does."""
        return self.places if self.courses > self.unknown_places else None

    @property
    def rate(self) -> Decimal | None:
        """The plain mean of the known rates of employment after six months, in per cent."""
        if not self.rates:
            return None
        return (Decimal(self.rate_sum) / self.rates).quantize(Decimal(1), rounding=ROUND_HALF_UP)

    def most(self, figure: int, secret: int, smallest: int | None) -> int:
        """The most that a figure can be, if secrecy hides only numbers below the smallest that is published."""
        return figure + secret * max(0, (smallest or 1) - 1)


@dataclass(frozen=True)
class Gap:
    """Where needs exceed what the share of trainings would suggest, with the campuses of the filière nearest to it."""

    territory: Territory
    balance: Balance
    # Campus and kilometres from where the people of the territory live on average.
    nearest: tuple[tuple[CampusRow, float], ...] = ()


def run(*, is_demo: bool) -> BalanceRun | None:
    """How the cells were made; None when they never were."""
    return BalanceRun.objects.select_related("survey").filter(is_demo=is_demo).first()


def by_filiere(territory: Territory, *, is_demo: bool) -> list[Balance]:
    """The twelve filières in their order, then what is of none, what is of an unknown one, and the whole; at most
    three queries."""
    filieres = list(Filiere.objects.order_by("position"))
    here = _sums(territory.cells, is_demo=is_demo)
    country = here if territory.level is None else _sums(Q(), is_demo=is_demo)
    told = [_balance(Scope.FILIERE, each, here) for each in filieres]
    if _has_trainings(territory.level):
        told = [replace(each, gap=gap_of(each, country.get(_key(each), {}))) for each in told]
    return [*told, *(_balance(scope, None, here) for scope in (Scope.OUTSIDE, Scope.UNKNOWN, Scope.WHOLE))]


def by_territory(level: Level, *, filiere: Filiere | None, within: Territory, is_demo: bool) -> list[Gap]:
    """Every territory of a level with what is known there of a filière (of all when none is said), largest gap first,
    then most recruitments judged difficult; at most four queries."""
    wanted = Q(scope=Scope.WHOLE) if filiere is None else Q(scope=Scope.FILIERE, filiere=filiere)
    found = _ranked(level, wanted, {filiere.pk: filiere} if filiere else {}, within=within, is_demo=is_demo)
    return sorted(found, key=_rank)


def gaps(
    level: Level,
    *,
    filiere: Filiere | None,
    within: Territory,
    is_demo: bool,
    campuses: Sequence[CampusRow],
    limit: int,
) -> list[Gap]:
    """The largest gaps of a level, of one filière or of all, each with the campuses nearest to it; at most six queries.

    Where no gap can be told, the most recruitments judged difficult.
    """
    wanted = Q(scope=Scope.FILIERE, filiere=filiere) if filiere else Q(scope=Scope.FILIERE)
    filieres = {each.pk: each for each in Filiere.objects.all()}
    found = sorted(_ranked(level, wanted, filieres, within=within, is_demo=is_demo), key=_rank)
    found = [each for each in found if (each.balance.gap or 0) > 0 or each.balance.gap is None][:limit]
    spots = territories.centres(level, {each.territory.code for each in found})
    return [replace(each, nearest=_nearest(each, spots, campuses)) for each in found]


def _has_trainings(level: Level | None) -> bool:
    """Whether trainings can be told at a level: by bassin, only once the communes of bassins are loaded."""
    return level != Level.BASIN or BalanceRun.objects.filter(has_basin_communes=True).exists()


_Sums = dict[tuple[str, int | None], dict[str, int]]


def _sums(where: Q, *, is_demo: bool) -> _Sums:
    cells: Any = BalanceCell.objects.filter(where, is_demo=is_demo).order_by()
    rows = cells.values("scope", "filiere").annotate(**_SUMS)
    return {(row["scope"], row["filiere"]): _counts(row) for row in rows}


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[f"{name}_sum"] for name in COUNTS}


def _balance(scope: Scope, filiere: Filiere | None, here: _Sums) -> Balance:
    return Balance(str(scope), filiere, **here.get((str(scope), filiere.pk if filiere else None), {}))


def _key(balance: Balance) -> tuple[str, int | None]:
    return balance.scope, balance.filiere.pk if balance.filiere else None


def gap_of(balance: Balance, country: dict[str, int]) -> int | None:
    """How far the difficult recruitments of a place exceed its share of the country’s trainings; see the module."""
    courses, difficult = country.get("courses", 0), country.get("difficult", 0)
    if not courses or not difficult or balance.told_difficult is None:
        return None
    expected = Decimal(difficult) * balance.courses / courses
    return int((balance.difficult - expected).to_integral_value(rounding=ROUND_HALF_UP))


def _ranked(
    level: Level, wanted: Q, filieres: dict[int, Filiere], *, within: Territory, is_demo: bool
) -> Iterable[Gap]:
    path = CELL_PATHS[level]
    cells: Any = BalanceCell.objects.filter(wanted, is_demo=is_demo).order_by()
    rows = list(cells.filter(within.cells).exclude(**{path: None}).values(path, "filiere").annotate(**_SUMS))
    country = {row["filiere"]: _counts(row) for row in cells.values("filiere").annotate(**_SUMS)}
    named = {each.code: each for each in territories.all_of(level, is_demo=is_demo)}
    can_compare = _has_trainings(level)
    for row in rows:
        if row[path] not in named:
            continue
        filiere = filieres.get(row["filiere"])
        scope = Scope.FILIERE if filiere else Scope.WHOLE
        balance = Balance(str(scope), filiere, **_counts(row))
        if can_compare and filiere is not None:
            balance = replace(balance, gap=gap_of(balance, country[row["filiere"]]))
        yield Gap(named[row[path]], balance)


def _rank(each: Gap) -> tuple[Any, ...]:
    balance = each.balance
    gap = balance.gap if balance.gap is not None else float("-inf")
    position = balance.filiere.position if balance.filiere else 0
    return (-gap, -balance.difficult, each.territory.name, position)


def _nearest(
    gap: Gap, spots: dict[str, tuple[float, float]], campuses: Sequence[CampusRow]
) -> tuple[tuple[CampusRow, float], ...]:
    spot = spots.get(gap.territory.code)
    filiere = gap.balance.filiere
    if spot is None or filiere is None:
        return ()
    known = [
        (campus, far)
        for campus in campuses
        if campus.filiere and campus.filiere.slug == filiere.slug and is_running(campus)
        if (far := campus.distance_from(*spot)) is not None
    ]
    return tuple(sorted(known, key=lambda each: (each[1], each[0].pk))[:SHOWN_CAMPUSES])
