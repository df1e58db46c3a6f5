"""How many people learn in the campuses of a territory, as the campuses themselves say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cmq.core.amounts import total
from cmq.evidence import rules
from cmq.evidence.models import Indicator, IndicatorFamily, IndicatorValue, SumKind
from cmq.evidence.rules import Told


@dataclass(frozen=True)
class Learners:
    """The learners of the last year that any of these campuses tells.

    Attributes:
        total: every status added up, None when none is told.
        answered: how many of the `campuses` told one.
        hidden: statuses that count too few people to be shown, and are in no sum.
    """

    year: int | None
    total: int | None
    answered: int
    campuses: int
    hidden: int = 0


def learners(campuses: frozenset[int], *, is_demo: bool) -> Learners:
    """The learners of some campuses; two queries."""
    return by_group({"": campuses}, is_demo=is_demo)[""]


def by_group(groups: Mapping[str, frozenset[int]], *, is_demo: bool) -> dict[str, Learners]:
    """The learners of each group of campuses, every status added up, a value shared by several campuses once a group;
    two queries, however many groups.

    What a campus does not say is unknown and missing from the sum, which is a minimum.
    """
    values = IndicatorValue.objects.current().filter(
        indicator__family=IndicatorFamily.LEARNERS,
        indicator__sums=SumKind.SUM,
        campus__is_demo=is_demo,
        number__isnull=False,
    )
    rows = list(values.select_related("indicator").prefetch_related("shares"))
    said = [(row, rules.told([row])[0]) for row in rows]
    return {name: _of(campuses, said) for name, campuses in groups.items()}


def _of(campuses: frozenset[int], said: Sequence[tuple[IndicatorValue, Told]]) -> Learners:
    found: dict[int, dict[Indicator, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for value, told in said:
        if told.campuses & campuses:
            found[value.year][value.indicator].append(told)
    if not found:
        return Learners(None, None, 0, len(campuses))
    year = max(found)
    by_status = [rules.public_figure(each, values, among=campuses) for each, values in found[year].items()]
    tellers = [each.campuses for values in found[year].values() for each in values]
    whole: Decimal | None = total(each.number for each in by_status)
    return Learners(
        year,
        None if whole is None else int(whole),
        len(frozenset().union(*tellers) & campuses),
        len(campuses),
        sum(each.is_hidden for each in by_status),
    )
