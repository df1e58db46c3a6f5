"""A college around a table: a campaign, its seats, files before it, and a meeting that goes on."""

import datetime as dt
from dataclasses import dataclass, field

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns import actions as campaigns
from cmq.campaigns.models import Campaign, College, Seat, SeatHolder, Side
from cmq.core.partial_dates import PartialDate
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.measures import propose_measure, put_to_college
from cmq.deliberation.actions.meetings import attend, open_meeting, prepare_meeting
from cmq.deliberation.actions.voting import take_position
from cmq.deliberation.models import AgendaItem, LabelMeasure, MeasureKind, Meeting, Position
from cmq.expertise.models import Advice
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from tests.expertise.desk import LONG_AGO, NOW, a_campaign, a_file, a_secretary
from tests.factories import a_campus, a_person

DAY = dt.timedelta(days=1)
SIDES = (("Fédération", Side.ECONOMIC), ("Chambre", Side.ECONOMIC), ("Direction", Side.STATE), ("Régions", Side.LOCAL))


def a_college(version: str, *, seats: int = 1, **fields: object) -> College:
    """Four authorities in parity, each with so many seats."""
    college = College.objects.create(title="Collège", version=version, parity="moitie", **fields)
    for name, side in SIDES:
        campaigns.add_authority(college, name=name, side=side, seats=seats, by=None)
    return college


@dataclass
class Room:
    """Who sits, and what is before them."""

    campaign: Campaign
    secretary: User
    seats: list[Seat]
    people: list[User]
    holders: list[SeatHolder]
    meeting: Meeting | None = None
    items: list[AgendaItem] = field(default_factory=list)

    def table(self, *subjects: LabelApplication | LabelMeasure, sitting: int | None = None) -> AgendaItem:
        """Open a meeting about these, with the first so many seats filled (all when not said); its first item."""
        self.meeting = prepare_meeting(self.campaign, title="Séance", held_at=NOW, by=self.secretary)
        self.items = [add_item(self.meeting, subject, by=self.secretary) for subject in subjects]
        self.meeting = open_meeting(self.meeting, by=self.secretary, at=NOW)
        for holder in self.holders[: len(self.holders) if sitting is None else sitting]:
            attend(self.meeting, holder, by=holder.person, at=NOW)
        return self.items[0]

    def vote(self, item: AgendaItem, *said: Advice | int | None) -> list[Position]:
        """The first seats take these positions: an advice, a shorter number of years, or nothing (None)."""
        taken = []
        for person, advice in zip(self.people, said, strict=False):
            if advice is None:
                continue
            years = advice if isinstance(advice, int) else None
            what = Advice.SHORTER if years else advice
            taken.append(take_position(item, advice=what, years=years, reasons="Mes motifs.", by=person, at=NOW))
        return taken


def a_room(*, version: str = "essai", seats: int = 1, presides: int | None = 0, **fields: object) -> Room:
    """An open campaign with a whole college; the seat number `presides` has the casting vote."""
    college_fields = {name: fields.pop(name) for name in ("quorum_percent", "has_casting_vote") if name in fields}
    college = a_college(version, seats=seats, **college_fields)
    campaign = a_campaign(college=college, **fields)
    all_seats = list(Seat.objects.filter(authority__college=college).select_related("authority"))
    people = [a_person() for _ in all_seats]
    holders = [
        campaigns.seat_person(seat, person, by=None, on=LONG_AGO)
        for seat, person in zip(all_seats, people, strict=True)
    ]
    if presides is not None:
        campaigns.name_president(all_seats[presides], by=None)
    return Room(campaign, a_secretary(), all_seats, people, holders)


def a_tabled_file(room: Room, kind: ApplicationKind = ApplicationKind.FIRST, **fields: object) -> LabelApplication:
    """A file before the college."""
    return a_file(room.campaign, state=ApplicationState.COLLEGE, kind=kind, **fields)


def a_label(campus: object, starts: dt.date = dt.date(2024, 1, 1), years: int = 3, **fields: object) -> None:
    """The campus holds a label."""
    day = PartialDate.of(starts)
    terms = Terms(duration_years=years, starts_on=day, **fields)
    record_decision(kind=DecisionKind.AWARDED, decided_on=day, campus=campus, terms=terms)


def a_measure(room: Room, kind: MeasureKind = MeasureKind.WITHDRAWAL, **fields: object) -> LabelMeasure:
    """A measure on the label of a campus that holds one."""
    campus = fields.pop("campus", None) or a_campus()
    if not campus.decisions.exists():
        a_label(campus)
    fields.setdefault("heard_until", NOW.date() + 20 * DAY)
    fields.setdefault("at", NOW)
    if kind is MeasureKind.EXTENSION:
        fields.setdefault("until", dt.date(2027, 12, 31))
    return propose_measure(
        room.campaign, campus, kind=kind, reasons="Les engagements ne sont pas tenus.", by=room.secretary, **fields
    )


def a_tabled_measure(room: Room, kind: MeasureKind = MeasureKind.WITHDRAWAL, **fields: object) -> LabelMeasure:
    """A measure before the college: the delay of its campus is over."""
    measure = a_measure(room, kind, at=NOW - 40 * DAY, heard_until=(NOW - 10 * DAY).date(), **fields)
    return put_to_college(measure, by=room.secretary, at=NOW)
