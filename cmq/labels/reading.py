"""What a series of decisions means: the periods under label of one campus, their suspensions, what has no effect."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from cmq.core.days import years_after
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import DecisionKind, LabelDecision, lasts_too_long

_EVE = dt.timedelta(days=1)
# Of one day, in this order: the old label stops before the new one begins, and a lifting follows what it lifts.
_ORDER = (
    DecisionKind.NOT_RENEWED,
    DecisionKind.ENDED,
    DecisionKind.WITHDRAWN,
    DecisionKind.AWARDED,
    DecisionKind.RENEWED,
    DecisionKind.RAISED,
    DecisionKind.EXTENDED,
    DecisionKind.SUSPENDED,
    DecisionKind.RESTORED,
)


@dataclass(frozen=True)
class Stretch:
    """A suspension; dates as `labels.models.LabelSuspension` holds them."""

    decision: LabelDecision
    starts_from: dt.date
    starts_by: dt.date
    ends_from: dt.date | None
    ends_by: dt.date | None
    lifted_by: LabelDecision | None = None


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
    extended_by: LabelDecision | None = None
    closed_by: LabelDecision | None = None
    not_renewed_by: LabelDecision | None = None
    suspensions: tuple[Stretch, ...] = ()

    @property
    def is_too_long(self) -> bool:
        """Whether it certainly lasts more than five years in all."""
        return lasts_too_long(self.starts_by, self.ends_from)


@dataclass(frozen=True)
class Reading:
    """The periods, oldest first, never overlapping; and by decision, why it changes nothing."""

    periods: tuple[Period, ...]
    idle: dict[int, str]


@dataclass(frozen=True)
class _Event:
    decision: LabelDecision
    kind: DecisionKind
    starts_from: dt.date
    starts_by: dt.date


@dataclass
class _Walk:
    """The events one after the other: what each does to the label that runs."""

    drafts: list[Period] = field(default_factory=list)
    pauses: dict[int, list[_Event]] = field(default_factory=lambda: defaultdict(list))
    # What opens or closes, in order: where a period is cut.
    bounds: list[_Event] = field(default_factory=list)
    closed: _Event | None = None
    # Whether an extension until nobody knows when has moved the running label's end.
    is_left_open: bool = False
    idle: dict[int, str] = field(default_factory=dict)

    def take(self, event: _Event) -> None:
        """One event."""
        if event.kind.opens_label:
            self._open(event)
        elif event.kind is DecisionKind.ENDED:
            self._close(event)
        elif not self.drafts or self.closed is not None:
            self._leave(event, "aucun label ne court à cette date")
        elif event.kind is DecisionKind.NOT_RENEWED:
            self._refuse_renewal(event)
        elif event.kind is DecisionKind.EXTENDED:
            self._extend(event)
        elif self._is_over(event):
            self._leave(event, "le label était déjà arrivé à son terme")
        elif event.kind is DecisionKind.WITHDRAWN:
            self._close(event)
        else:
            self.pauses[self.drafts[-1].decision.pk].append(event)

    def _leave(self, event: _Event, why: str) -> None:
        self.idle[event.decision.pk] = why

    def _is_over(self, event: _Event, *, grace: dt.timedelta = dt.timedelta(0)) -> bool:
        ends_by = self.drafts[-1].ends_by
        return ends_by is not None and ends_by + grace < event.starts_from

    def _open(self, event: _Event) -> None:
        is_after_end = self.closed is not None and self.closed.starts_by < event.starts_from
        if is_after_end and event.kind is not DecisionKind.AWARDED:
            self._leave(event, "le label avait pris fin : il s’attribue de nouveau, il ne se renouvelle pas")
            return
        draft = _opened(event)
        if self.drafts and self.drafts[-1].starts_from == event.starts_from:
            # One day, one label: a raise said without its duration has that of the renewal of the same day.
            twin = self.drafts.pop()
            if draft.ends_by is None:
                ends = {name: getattr(twin, name) for name in ("ends_from", "ends_by", "end_is_computed")}
                draft = replace(draft, **ends)
        self.drafts.append(draft)
        self.is_left_open = False
        self.bounds.append(event)
        self.closed = None

    def _close(self, event: _Event) -> None:
        if self.drafts and self.closed is None:
            self.drafts[-1] = replace(self.drafts[-1], closed_by=event.decision)
            self.bounds.append(event)
        self.closed = self.closed or event

    def _extend(self, event: _Event) -> None:
        draft, decision = self.drafts[-1], event.decision
        if self._is_over(event, grace=_EVE):
            self._leave(event, "le label était déjà arrivé à son terme")
        elif decision.ends_on:
            ends_from = max(decision.ends_on.first, draft.ends_from or dt.date.min)
            ends_by = None if self.is_left_open else max(decision.ends_on.last, draft.ends_by or dt.date.min)
            draft = replace(draft, ends_from=ends_from, ends_by=ends_by, end_is_computed=False)
        elif decision.duration_years and draft.ends_from:
            ends_from = _later(draft.ends_from, decision.duration_years)
            later_by = _later(draft.ends_by, decision.duration_years) if draft.ends_by else None
            draft = replace(draft, ends_from=ends_from, ends_by=later_by, end_is_computed=True)
        else:
            draft = replace(draft, ends_by=None)
            self.is_left_open = True
        if decision.pk not in self.idle:
            self.drafts[-1] = replace(draft, extended_by=decision)

    def _refuse_renewal(self, event: _Event) -> None:
        draft, ends_on = replace(self.drafts[-1], not_renewed_by=event.decision), event.decision.ends_on
        if draft.ends_from is None and draft.ends_by is None and ends_on and ends_on.last >= draft.starts_from:
            draft = replace(draft, ends_from=ends_on.first, ends_by=ends_on.last)
        self.drafts[-1] = draft


def read(decisions: Sequence[LabelDecision]) -> Reading:
    """Read the standing decisions of one campus, in whatever order they come.

    An award, a renewal or a raise opens a period and closes the one before it on the eve; an end or a withdrawal closes
    it, and after that only a new award opens another. An extension moves the end of the running label, never back: one
    without an end may already have carried it past any day that another states, so that its last possible day stays
    unknown until the next decision that opens or closes; a day stated then only makes it certain up to there. A
    suspension stays inside its label, until it is lifted. A refused renewal cuts nothing. A decision that only gives
    another date for the same event widens the start of that event’s period. An end that no source gives stays unknown
    unless a duration allows it to be computed (date + duration).
    """
    walk = _Walk()
    for event in _events(decisions):
        walk.take(event)
    cut = _cut_all(walk)
    category, found = "", []
    for period in cut:
        # A renewal that does not say its category keeps the one before.
        category = period.decision.category or category
        stretches = _stretches(period, walk.pauses[period.decision.pk], walk.idle)
        found.append(replace(period, category=category, suspensions=tuple(_apart(list(stretches)))))
    return Reading(tuple(found), walk.idle)


def _events(decisions: Sequence[LabelDecision]) -> list[_Event]:
    """What moves a label, in time order."""
    other_dates: dict[int | None, list[PartialDate]] = defaultdict(list)
    for decision in decisions:
        other_dates[decision.same_event_as_id].append(decision.effective_on)
    events = []
    for decision in decisions:
        kind = DecisionKind(decision.kind)
        if decision.same_event_as_id is None and kind in _ORDER:
            starts = [decision.effective_on, *other_dates[decision.pk]]
            events.append(_Event(decision, kind, min(d.first for d in starts), max(d.last for d in starts)))
    return sorted(events, key=_place)


def _place(event: _Event) -> tuple[object, ...]:
    """In time; of one day by kind, then the vaguest first; never by the order of entry, while anything else tells."""
    decision = event.decision
    vagueness = event.starts_from - event.starts_by
    return (event.starts_from, _ORDER.index(event.kind), vagueness, decision.decided_on.iso, decision.pk)


def _opened(event: _Event) -> Period:
    """The period as if nothing came after it."""
    decision, first, last = event.decision, event.starts_from, event.starts_by
    if decision.ends_on:
        return Period(decision, first, last, decision.ends_on.first, decision.ends_on.last, False)
    if decision.duration_years:
        ends = [years_after(day, decision.duration_years) - _EVE for day in (first, last)]
        return Period(decision, first, last, ends[0], ends[1], True)
    return Period(decision, first, last, None, None, False)


def _later(last_day: dt.date, years: int) -> dt.date:
    """The last day of a label prolonged by years."""
    return years_after(last_day + _EVE, years) - _EVE


def _cut_all(walk: _Walk) -> list[Period]:
    """The periods, each cut on the eve of what opens or closes next."""
    drafts = {draft.decision.pk: draft for draft in walk.drafts}
    found: list[Period] = []
    following: tuple[dt.date, dt.date] | None = None
    for event in reversed(walk.bounds):
        starts_by = event.starts_by
        if event.decision.pk in drafts:
            period = drafts[event.decision.pk]
            period = _cut(period, *following) if following else period
            found.insert(0, period)
            starts_by = period.starts_by
        elif following is not None:
            # An opening that another one of the same day took over, or an end whose day is known at best roughly.
            starts_by = max(event.starts_from, min(starts_by, following[1] - _EVE))
        if following is None or event.starts_from < following[0]:
            following = event.starts_from, starts_by
    return found


def _cut(period: Period, next_from: dt.date, next_by: dt.date) -> Period:
    """The period cut on the eve of the next event. An end that no source gives is still no certainty before that."""
    ends_by = min(period.ends_by or dt.date.max, next_by - _EVE)
    ends_from = min(period.ends_from, next_from - _EVE) if period.ends_from else None
    return replace(period, starts_by=min(period.starts_by, ends_by), ends_from=ends_from, ends_by=ends_by)


def _stretches(period: Period, pauses: Iterable[_Event], idle: dict[int, str]) -> Iterable[Stretch]:
    """The suspensions of a period, inside it, one after the other."""
    open_: Stretch | None = None
    for event in pauses:
        is_on = open_ is not None and (open_.ends_by is None or open_.ends_by >= event.starts_from)
        if event.kind is DecisionKind.RESTORED and (not is_on or open_ is None):
            idle[event.decision.pk] = "aucune suspension ne court à cette date"
        elif event.kind is DecisionKind.RESTORED and open_ is not None:
            yield from _inside(period, _lifted(open_, event))
            open_ = None
        elif is_on:
            idle[event.decision.pk] = "le label était déjà suspendu"
        else:
            if open_ is not None:
                yield from _inside(period, open_)
            ends = event.decision.ends_on
            bounds = (ends.first, ends.last) if ends else (None, None)
            open_ = Stretch(event.decision, event.starts_from, event.starts_by, *bounds)
    if open_ is not None:
        yield from _inside(period, open_)


def _lifted(stretch: Stretch, event: _Event) -> Stretch:
    ends_from, ends_by = event.starts_from - _EVE, event.starts_by - _EVE
    if stretch.ends_from and stretch.ends_by:
        ends_from, ends_by = min(ends_from, stretch.ends_from), min(ends_by, stretch.ends_by)
    return replace(stretch, ends_from=ends_from, ends_by=ends_by, lifted_by=event.decision)


def _inside(period: Period, stretch: Stretch) -> Iterable[Stretch]:
    """The stretch clipped to its label; nothing of it when it is lifted on its first day."""
    ends_by = min((day for day in (stretch.ends_by, period.ends_by) if day), default=None)
    ends_from = min((day for day in (stretch.ends_from, period.ends_from) if day), default=None)
    if ends_by is not None and ends_by < stretch.starts_from:
        return
    if ends_by is not None and ends_from is not None:
        ends_from = min(ends_from, ends_by)
    starts_by = min(stretch.starts_by, ends_by) if ends_by else stretch.starts_by
    yield replace(stretch, starts_by=starts_by, ends_from=ends_from, ends_by=ends_by)


def _apart(stretches: list[Stretch]) -> Iterable[Stretch]:
    """Each ends at the latest on the eve of the next."""
    for stretch, following in zip_longest(stretches, stretches[1:]):
        if following is None or stretch.ends_by is None:
            yield stretch
            continue
        ends_by = max(stretch.starts_from, min(stretch.ends_by, following.starts_by - _EVE))
        yield replace(stretch, starts_by=min(stretch.starts_by, ends_by), ends_by=ends_by)
