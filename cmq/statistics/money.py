"""What funders granted and paid, year by year: public agreements only, each once however many campuses share it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cmq.core.amounts import total
from cmq.funding.models import FunderKind, FundingAgreement


@dataclass(frozen=True)
class Amounts:
    """Sums of the known amounts; None when none is known."""

    granted: Decimal | None
    paid: Decimal | None


@dataclass(frozen=True)
class Money:
    """All that public agreements say."""

    agreements: int
    campuses: int
    years: tuple[int, ...]
    # (kind of funder, year) → amounts; the year is None for what an agreement grants without saying when.
    cells: dict[tuple[FunderKind, int | None], Amounts]

    @property
    def kinds(self) -> list[FunderKind]:
        """The kinds of funders that occur, those that granted most first."""
        granted = {kind: Decimal(0) for kind, _ in self.cells}
        for (kind, _), amounts in self.cells.items():
            granted[kind] += amounts.granted or Decimal(0)
        return sorted(granted, key=lambda kind: (-granted[kind], kind))

    def of_kind(self, kind: FunderKind) -> Amounts:
        """Over all years."""
        return _added(amounts for (each, _), amounts in self.cells.items() if each == kind)

    def of_year(self, year: int | None) -> Amounts:
        """Over all funders."""
        return _added(amounts for (_, each), amounts in self.cells.items() if each == year)

    @property
    def whole(self) -> Amounts:
        """Everything."""
        return _added(self.cells.values())


def _added(amounts: Iterable[Amounts]) -> Amounts:
    held = list(amounts)
    return Amounts(total(each.granted for each in held), total(each.paid for each in held))


def money(*, is_demo: bool, among: frozenset[int] | None = None) -> Money:
    """The money of the public agreements, of all campuses or of those whose keys are given; two queries.

    An agreement counts where the campus that holds it does: once.
    """
    found = FundingAgreement.objects.public().filter(campus__is_demo=is_demo)
    if among is not None:
        found = found.filter(campus__in=among)
    agreements = list(found.order_by("pk").prefetch_related("lines"))
    granted: dict[tuple[FunderKind, int | None], list[Decimal | None]] = defaultdict(list)
    paid: dict[tuple[FunderKind, int | None], list[Decimal | None]] = defaultdict(list)
    for agreement in agreements:
        kind, lines = FunderKind(agreement.kind), list(agreement.lines.all())
        for line in lines:
            granted[kind, line.year].append(line.granted)
            paid[kind, line.year].append(line.paid)
        undated = _undated(agreement.granted_total, [line.granted for line in lines])
        if undated is not None:
            granted[kind, None].append(undated)
    cells = {key: Amounts(total(granted[key]), total(paid.get(key, []))) for key in granted}
    years = tuple(sorted({year for _, year in cells if year is not None}))
    return Money(len(agreements), len({each.campus_id for each in agreements}), years, cells)


def _undated(declared: Decimal | None, by_year: list[Decimal | None]) -> Decimal | None:
    """What the declared total grants beyond the years that are told; None for nothing."""
    if declared is None:
        return None
    left = declared - sum((amount for amount in by_year if amount is not None), Decimal(0))
    return left if left > 0 else None
