"""Who may do what to the funding of a campus; what the amounts of agreements and budgets add up to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus
from cmq.core.amounts import CENT, MOST, euros, shares, total
from cmq.core.errors import require
from cmq.core.rights import right
from cmq.funding.models import FIRST_YEAR, LAST_YEAR, FunderKind, FundingAgreement, Heading, SpendingLine, SpendingYear


@right("funding.read", "Lire les financements d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("funding.edit", "Tenir les financements d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus: its money is internal, but for what it shows."""
    return campuses.can_edit(person, campus)


@dataclass(frozen=True)
class YearAmounts:
    """One year of an agreement as it is entered."""

    year: int
    requested: Decimal | None = None
    granted: Decimal | None = None
    paid: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class HeadingAmounts:
    """One heading of a budget as it is entered."""

    heading: Heading
    planned: Decimal | None = None
    actual: Decimal | None = None


def check_amount(amount: Decimal | None, what: str) -> None:
    """Raise `Refusal` for an amount that cannot be: below zero, more than cents, too long."""
    if amount is None:
        return
    require(amount >= 0, f"{what} : un montant n’est jamais négatif.")
    require(amount == amount.quantize(CENT), f"{what} : deux chiffres au plus après la virgule.")
    require(amount <= MOST, f"{what} : ce montant est trop grand.")


def check_year(year: int) -> None:
    """Raise `Refusal` for a year that cannot be."""
    require(FIRST_YEAR <= year <= LAST_YEAR, f"L’année va de {FIRST_YEAR} à {LAST_YEAR}.")


def check_lines(lines: Sequence[YearAmounts], *, granted_total: Decimal | None) -> None:
    """Raise `Refusal` for years that cannot be, or whose granted amounts do not make the declared total."""
    years = [line.year for line in lines]
    twice = next((year for year in years if years.count(year) > 1), None)
    require(twice is None, f"L’année {twice} est donnée deux fois.")
    for line in lines:
        _check_line(line)
    check_sum("accordés par année", [line.granted for line in lines], "la convention", granted_total)


def _check_line(line: YearAmounts) -> None:
    check_year(line.year)
    check_amount(line.requested, f"Demandé en {line.year}")
    check_amount(line.granted, f"Accordé en {line.year}")
    check_amount(line.paid, f"Versé en {line.year}")
    known = any(amount is not None for amount in (line.requested, line.granted, line.paid))
    require(known, f"Donnez au moins un montant pour {line.year}, ou laissez l’année vide.")
    if line.reason:
        return
    for more, less, sentence in (
        (line.granted, line.requested, "l’accordé dépasse le demandé"),
        (line.paid, line.granted, "le versé dépasse l’accordé"),
    ):
        if more is not None and less is not None:
            gap = f"En {line.year}, {sentence} de {euros(more - less)} : corrigez, ou expliquez-le."
            require(more <= less, gap)


def check_sum(what: str, amounts: Sequence[Decimal | None], whose: str, declared: Decimal | None) -> None:
    """Raise `Refusal`, naming the difference, when the parts do not make the declared total.

    Parts of which one is unknown may make less, never more; without parts or a declared total, nothing is compared.
    """
    check_amount(declared, "Total")
    found = total(amounts)
    if declared is None or found is None:
        return
    said = f"Les montants {what} font {euros(found)} et {whose} en déclare {euros(declared)}"
    require(found <= declared, f"{said} : {euros(found - declared)} de trop.")
    is_whole = all(amount is not None for amount in amounts)
    require(not is_whole or found == declared, f"{said} : il manque {euros(declared - found)}.")


def check_headings(
    lines: Sequence[HeadingAmounts], *, planned_total: Decimal | None, actual_total: Decimal | None
) -> None:
    """Raise `Refusal` for headings that cannot be, or that do not make the declared totals."""
    for line in lines:
        check_amount(line.planned, f"{line.heading.label}, prévu")
        check_amount(line.actual, f"{line.heading.label}, dépensé")
    check_sum("prévus par poste", [line.planned for line in lines], "le budget", planned_total)
    check_sum("dépensés par poste", [line.actual for line in lines], "le budget", actual_total)


@dataclass
class YearView:
    """One year of a campus: what funders give against what is planned and spent."""

    year: int
    requested: Decimal | None = None
    granted: Decimal | None = None
    paid: Decimal | None = None
    planned: Decimal | None = None
    actual: Decimal | None = None

    @property
    def to_find(self) -> Decimal | None:
        """Planned less granted: what no funder covers yet; below zero when more is granted than planned."""
        return None if self.planned is None or self.granted is None else self.planned - self.granted

    @property
    def gap(self) -> Decimal | None:
        """Spent less planned."""
        return None if self.planned is None or self.actual is None else self.actual - self.planned


@dataclass(frozen=True)
class FunderView:
    """One kind of funder over all years."""

    kind: FunderKind
    granted: Decimal
    paid: Decimal | None
    share: Decimal


@dataclass
class Overview:
    """What the agreements and budgets of a campus add up to."""

    years: list[YearView] = field(default_factory=list)
    funders: list[FunderView] = field(default_factory=list)
    granted: Decimal | None = None
    paid: Decimal | None = None


def overview(agreements: Iterable[FundingAgreement], budgets: Iterable[SpendingYear]) -> Overview:
    """Sums by year and by kind of funder. The agreements and budgets bring their lines (prefetched)."""
    held = list(agreements)
    lines = [line for agreement in held for line in agreement.lines.all()]
    plans = {budget.year: budget for budget in budgets}
    years = []
    for year in sorted({line.year for line in lines} | set(plans)):
        of_year = [line for line in lines if line.year == year]
        spent = list(plans[year].lines.all()) if year in plans else []
        years.append(
            YearView(
                year,
                total(line.requested for line in of_year),
                total(line.granted for line in of_year),
                total(line.paid for line in of_year),
                _declared(plans.get(year), "planned_total", spent, "planned"),
                _declared(plans.get(year), "actual_total", spent, "actual"),
            )
        )
    funders = by_funder(held)
    return Overview(years, funders, total(each.granted for each in funders), total(each.paid for each in funders))


def by_funder(agreements: Iterable[FundingAgreement]) -> list[FunderView]:
    """What each kind of funder granted and paid, and its share of what is granted; known amounts only."""
    granted: dict[FunderKind, Decimal] = {}
    paid: dict[FunderKind, list[Decimal | None]] = defaultdict(list)
    for agreement in agreements:
        kind, given = FunderKind(agreement.kind), granted_of(agreement)
        if given is not None:
            granted[kind] = granted.get(kind, Decimal(0)) + given
        paid[kind] += [line.paid for line in agreement.lines.all()]
    parts = shares(granted)
    ordered = sorted(granted, key=lambda kind: (-granted[kind], kind))
    return [FunderView(kind, granted[kind], total(paid[kind]), parts.get(kind, Decimal(0))) for kind in ordered]


def granted_of(agreement: FundingAgreement) -> Decimal | None:
    """What an agreement grants: its declared total, else the sum of its years."""
    declared: Decimal | None = agreement.granted_total
    if declared is not None:
        return declared
    return total(line.granted for line in agreement.lines.all())


def _declared(budget: SpendingYear | None, column: str, lines: Sequence[SpendingLine], name: str) -> Decimal | None:
    declared: Decimal | None = getattr(budget, column) if budget else None
    if declared is not None:
        return declared
    amounts: list[Decimal | None] = [getattr(line, name) for line in lines]
    return total(amounts)
