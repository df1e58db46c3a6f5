"""Who may decide, and what a series of decisions means: periods under label and the state of a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cmq.core.partial_dates import PartialDate
from cmq.core.rights import Role, right
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
    category: str = ""


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
    found: list[Period] = []
    bound: dt.date | None = None  # the last day on which the event after this one may have come
    following: dt.date | None = None  # the first
    for event in reversed(_events(decisions)):
        if following == event.starts_from:
            continue
        period = _cut(event, following, bound) if following and bound else event
        if DecisionKind(event.decision.kind).opens_label:
            found.insert(0, period)
        following, bound = event.starts_from, period.starts_by
    return [_with_category(found, place) for place in range(len(found))]


def _events(decisions: Sequence[LabelDecision]) -> list[Period]:
    """What opens or closes a label, in time order, each as if nothing came after it."""
    other_dates: dict[int | None, list[PartialDate]] = defaultdict(list)
    for decision in decisions:
        other_dates[decision.same_event_as_id].append(decision.effective_on)
    events = []
    for decision in sorted(decisions, key=lambda each: (each.effective_on.iso, each.pk)):
        kind = DecisionKind(decision.kind)
        if decision.same_event_as_id is None and (kind.opens_label or kind.closes_label):
            starts = [decision.effective_on, *other_dates[decision.pk]]
            events.append(_opened(decision, min(d.first for d in starts), max(d.last for d in starts)))
    return sorted(events, key=lambda event: event.starts_from)


def _with_category(found: list[Period], place: int) -> Period:
    """A renewal that does not say its category keeps the one before."""
    known = [period.decision.category for period in found[: place + 1] if period.decision.category]
    return replace(found[place], category=known[-1] if known else "")


def _opened(decision: LabelDecision, starts_from: dt.date, starts_by: dt.date) -> Period:
    if decision.ends_on:
        return Period(decision, starts_from, starts_by, decision.ends_on.first, decision.ends_on.last, False)
    if decision.duration_years:
        eve = dt.timedelta(days=1)
        ends_from = years_after(starts_from, decision.duration_years) - eve
        ends_by = years_after(starts_by, decision.duration_years) - eve
        return Period(decision, starts_from, starts_by, ends_from, ends_by, True)
    return Period(decision, starts_from, starts_by, None, None, False)


def _cut(period: Period, next_from: dt.date, next_by: dt.date) -> Period:
    """The period cut on the eve of the next event. An end that no source gives is still no certainty before that."""
    eve = dt.timedelta(days=1)
    ends_by = min(period.ends_by or dt.date.max, next_by - eve)
    ends_from = min(period.ends_from, next_from - eve) if period.ends_from else None
    return replace(period, starts_by=min(period.starts_by, ends_by), ends_from=ends_from, ends_by=ends_by)
