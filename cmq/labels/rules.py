"""Who may decide, and what a series of decisions means: periods under label and the state of a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cmq.core.rights import Role, right
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.organisations.rules import is_keeper

KEEPERS = (Role.KEEPER, Role.TECHNICIAN)

# A label is asked for again in the eighteen months before it ends.
RENEWAL_MONTHS = 18


@right("labels.record", "Inscrire ou corriger une décision de label", roles=KEEPERS)
@right("labels.match", "Rattacher une décision sans nom à un campus", roles=KEEPERS)
def can_record(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


@dataclass(frozen=True)
class Period:
    """A stretch under label that follows from one decision; dates as `labels.models.Label` holds them."""

    decision: LabelDecision
    starts_from: dt.date
    starts_by: dt.date
    ends_from: dt.date | None
    ends_by: dt.date | None
    end_is_computed: bool
    category: str


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day `years` later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last of a shorter month."""
    month = day.month - 1 + months
    first = dt.date(day.year + month // 12, month % 12 + 1, 1)
    last = PartialDate(first.year, first.month).last.day
    return first.replace(day=min(day.day, last))


def periods(decisions: Sequence[LabelDecision]) -> list[Period]:
    """The periods under label that standing decisions of one campus give, oldest first, never overlapping.

    An award, a renewal or a raise opens a period and closes the one before it on the eve; an end closes it. A decision
    that only gives another date for the same event widens the start of that event's period. An end that no source
    gives stays unknown unless a duration allows it to be computed (date + duration).
    """
    ordered = sorted((d for d in decisions if d.same_event_as_id is None), key=lambda d: (d.effective_on.iso, d.pk))
    others = [d for d in decisions if d.same_event_as_id is not None]
    found: list[Period] = []
    for decision in ordered:
        kind = DecisionKind(decision.kind)
        starts = [decision.effective_on, *(d.effective_on for d in others if d.same_event_as_id == decision.pk)]
        starts_from, starts_by = min(d.first for d in starts), max(d.last for d in starts)
        if found and (kind.opens_label or kind.closes_label):
            last = found.pop()
            if last.starts_from < starts_from:
                found.append(_closed(last, starts_from, starts_by))
        if kind.opens_label:
            category = decision.category or (found[-1].category if found else "")
            found.append(_opened(decision, starts_from, starts_by, category))
    return found


def _opened(decision: LabelDecision, starts_from: dt.date, starts_by: dt.date, category: str) -> Period:
    if decision.ends_on:
        return Period(
            decision, starts_from, starts_by, decision.ends_on.first, decision.ends_on.last, False, category
        )
    if decision.duration_years:
        eve = dt.timedelta(days=1)
        ends_from = years_after(starts_from, decision.duration_years) - eve
        ends_by = years_after(starts_by, decision.duration_years) - eve
        return Period(decision, starts_from, starts_by, ends_from, ends_by, True, category)
    return Period(decision, starts_from, starts_by, None, None, False, category)


def _closed(period: Period, next_from: dt.date, next_by: dt.date) -> Period:
    """The period cut on the eve of the next one. An end that no source gives is still no certainty before that."""
    eve = dt.timedelta(days=1)
    ends_by = min(period.ends_by or dt.date.max, next_by - eve)
    ends_from = min(period.ends_from, next_from - eve) if period.ends_from else None
    return replace(period, starts_by=min(period.starts_by, ends_by), ends_from=ends_from, ends_by=ends_by)
