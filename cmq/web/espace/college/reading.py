"""What the pages of a meeting and of its points show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import LabelApplication
from cmq.awards.models import DecisionState, JointDecision
from cmq.awards.rules import awaited_of, can_decide, can_read
from cmq.campaigns.models import Seat, SeatHolder
from cmq.campaigns.rules import Balance, balance, quorum
from cmq.deliberation import rules
from cmq.deliberation.models import AgendaItem, Attendance, Meeting, MeetingState, Outcome, Position
from cmq.deliberation.tally import Tally, tally
from cmq.expertise.conflicts import conflicts_of_person
from cmq.expertise.models import Advice
from cmq.expertise.synthesis import synthesis


@dataclass(frozen=True)
class SeatLine:
    """One seat at a meeting: who sits, and who may come to sit."""

    seat: Seat
    attendance: Attendance | None
    may_come: list[SeatHolder]
    may_mark_leave: bool


@dataclass(frozen=True)
class Presence:
    """How many seats are filled at the meeting, for quorum and parity."""

    present: int
    filled: int
    quorum: int
    sides: Balance

    @property
    def has_quorum(self) -> bool:
        """Whether enough seats are present."""
        return self.present >= self.quorum


@dataclass(frozen=True)
class AgendaLine:
    """One point as the list of a meeting shows it."""

    item: AgendaItem
    is_tabled: bool
    said: int
    mine: Position | None
    outcome: str
    up: str
    down: str


@dataclass(frozen=True)
class Count:
    """The count of a point in words."""

    tally: Tally
    outcome: str
    rows: list[tuple[str, int]]

    @classmethod
    def of(cls, counted: Tally) -> "Count":
        """The words of a tally."""
        rows = [(advice.label, counted.counts.get(advice.value, 0)) for advice in Advice]
        outcome = str(Outcome(counted.outcome).label) if counted.outcome else ""
        return cls(counted, outcome, [row for row in rows if row[1]])

    @property
    def lines(self) -> list[tuple[str, str, str, int | None, str]]:
        """What each seat said: seat, side, position in words, years, reasons."""
        return [
            (
                line.seat,
                line.side,
                str(Advice(line.advice).label) if line.advice else "Abstention",
                line.years,
                line.reasons,
            )
            for line in self.tally.lines
        ]


def _said(advice: str) -> str:
    return str(Advice(advice).label) if advice else "Abstention"


def meeting_context(person: User, meeting: Meeting) -> dict[str, Any]:
    """All that the page of a meeting shows."""
    today = timezone.localdate()
    runs = rules.can_run(person)
    sitting = list(meeting.attendances.present().select_related("seat__authority", "person"))
    lines = _seats(person, meeting, sitting, runs=runs, on=today)
    college = meeting.campaign.college
    filled = rules.filled_seats(college, today)
    is_open = meeting.state == MeetingState.OPEN
    return {
        "meeting": meeting,
        "runs": runs,
        "is_open": is_open,
        "is_prepared": meeting.state == MeetingState.PREPARED,
        "is_closed": meeting.state == MeetingState.CLOSED,
        "lines": agenda(person, meeting),
        "seats": lines,
        "mine": next((each for each in sitting if each.person_id == person.pk), None),
        "my_seats": [holder for line in lines for holder in line.may_come if holder.person_id == person.pk],
        "presence": Presence(
            len(sitting), filled, quorum(college, filled), balance(college, [each.seat for each in sitting])
        ),
    }


def _seats(person: User, meeting: Meeting, sitting: Sequence[Attendance], *, runs: bool, on: dt.date) -> list[SeatLine]:
    holders = SeatHolder.objects.active(on).select_related("person").order_by("is_deputy", "pk")
    seats = Seat.objects.filter(authority__college=meeting.campaign.college_id).select_related("authority")
    taken = {each.seat_id: each for each in sitting}
    present = {each.person_id for each in sitting}
    is_open = meeting.state == MeetingState.OPEN
    lines = []
    for seat in seats.prefetch_related(Prefetch("holders", holders, to_attr="sitters")):
        attendance = taken.get(seat.pk)
        absent = [holder for holder in seat.sitters if holder.person_id not in present]
        for holder in absent:
            holder.seat = seat
        coming = [each for each in absent if attendance is None or (attendance.is_deputy and not each.is_deputy)]
        may_come = [each for each in coming if is_open and (runs or each.person_id == person.pk)]
        leaves = is_open and attendance is not None and (runs or attendance.person_id == person.pk)
        lines.append(SeatLine(seat, attendance, may_come, leaves))
    return lines


def agenda(person: User, meeting: Meeting) -> list[AgendaLine]:
    """The points in order, with what has been said of each, and the orders that moving one would make."""
    items = list(
        meeting.items.select_related("application__campus__region", "measure__campus__region").prefetch_related(
            "positions"
        )
    )
    numbers = [item.pk for item in items]
    lines = []
    for place, item in enumerate(items):
        said = [each for each in item.positions.all() if each.step == item.subject.step or item.concluded_at]
        mine = next((each for each in said if each.person_id == person.pk), None)
        outcome = str(Outcome(item.tally["outcome"]).label) if item.concluded_at else ""
        lines.append(
            AgendaLine(
                item,
                rules.is_tabled(item),
                len(said),
                mine,
                outcome,
                _moved(numbers, place, place - 1),
                _moved(numbers, place, place + 1),
            )
        )
    return lines


def _moved(numbers: Sequence[int], place: int, to: int) -> str:
    """The order when one point goes to another place; empty where it cannot."""
    if not 0 <= to < len(numbers):
        return ""
    order = list(numbers)
    order.insert(to, order.pop(place))
    return ",".join(str(each) for each in order)


def item_context(person: User, item: AgendaItem) -> dict[str, Any]:
    """All that the page of a point shows. What seats said is shown once the vote is closed, as the minutes tell it."""
    meeting = item.meeting
    runs = rules.can_run(person)
    is_voting = meeting.state == MeetingState.OPEN and item.concluded_at is None and rules.is_tabled(item)
    sits = meeting.attendances.present().filter(person=person).select_related("seat__authority").first()
    said = item.positions.filter(step=item.subject.step).select_related("seat__authority", "person")
    return {
        "item": item,
        "meeting": meeting,
        "campus": item.campus,
        "application": item.application,
        "measure": item.measure,
        "runs": runs,
        "is_voting": is_voting,
        "may_reopen": runs and bool(item.concluded_at) and meeting.state == MeetingState.OPEN and rules.is_tabled(item),
        "may_report": runs and meeting.state != MeetingState.CLOSED,
        "sits": sits,
        "may_sit": meeting.state == MeetingState.OPEN and sits is None and rules.sits_in(person, meeting.campaign),
        "conflicts": conflicts_of_person(person, rules.matter(item)) if sits and is_voting else [],
        "said": said,
        "mine": next((each for each in said if sits and each.seat_id == sits.seat_id), None),
        "count": Count.of(tally(item, at=timezone.now())),
        "synthesis": synthesis(item.application) if item.application else None,
        "decision": JointDecision.objects.filter(item=item).first(),
        "may_decide": can_decide(person) and bool(item.concluded_at) and rules.is_tabled(item),
        "neighbours": _neighbours(item),
    }


def _neighbours(item: AgendaItem) -> tuple[int | None, int | None]:
    """The numbers of the points before and after."""
    numbers = list(item.meeting.items.values_list("pk", flat=True))
    place = numbers.index(item.pk)
    before = numbers[place - 1] if place else None
    return before, numbers[place + 1] if place + 1 < len(numbers) else None


def decision_context(person: User, decision: JointDecision) -> dict[str, Any]:
    """All that the page of a joint decision shows."""
    item = decision.item
    return {
        "decision": decision,
        "item": item,
        "campus": item.campus,
        "count": Count.of(Tally.from_json(decision.tally)) if decision.tally else None,
        "signatures": decision.signatures.select_related("authority"),
        "mine": [each for each in awaited_of(person) if each.decision_id == decision.pk],
        "reads_meeting": rules.can_read_meeting(person, item.meeting),
        "may_publish": can_decide(person) and decision.state == DecisionState.SIGNED,
        "entries": decision.entries.select_related("label_decision__campus"),
        "orders": decision.orders.all(),
        "keeps_orders": can_decide(person),
    }


def minutes(meeting: Meeting) -> dict[str, Any]:
    """What the minutes of a meeting tell: who sat and when; of each point the report, the count, the decision."""
    items = meeting.items.select_related("application__campus__region", "measure__campus__region", "decision")
    points = [(item, Count.of(Tally.from_json(item.tally)) if item.concluded_at else None) for item in items]
    attendances = meeting.attendances.select_related("seat__authority", "person")
    return {"meeting": meeting, "points": points, "attendances": attendances}


def outcome_of_file(person: User, application: LabelApplication) -> dict[str, Any]:
    """The published decision on a file, with what the experts said under letters: for the campus and its territory."""
    decisions = JointDecision.objects.filter(item__application=application, state=DecisionState.PUBLISHED)
    related = ("item__meeting__campaign", "filiere")
    decision = decisions.select_related(*related).order_by("-published_at", "-pk").first()
    if decision is None:
        return {"decision": None}
    decision.item.application = application
    if not can_read(person, decision):
        return {"decision": None}
    return {"decision": decision, "synthesis": synthesis(application)}
