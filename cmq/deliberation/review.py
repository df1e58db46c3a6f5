"""Whom a change of the calendar touches, and what waits for somebody before the college. Reads only."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState
from cmq.applications.rules import REGIONAL
from cmq.campaigns.models import PHASE_ENDS, Campaign, Phase, SeatHolder
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.deliberation.models import AgendaItem, Attendance, LabelMeasure, MeasureState, MeetingState, Position
from cmq.expertise.models import Assignment
from cmq.organisations.models import OrganisationMembership, OrganisationRole

_ORDER = list(PHASE_ENDS)


def touched_by(campaign: Campaign, phases: Iterable[Phase], *, on: dt.date | None = None) -> list[User]:
    """The people whom moving the end of these phases touches: whoever has an act of theirs still to come.

    The people of the campuses whose files run and those of their territories, always; the secretaries of bodies whose
    opinion is awaited, when it moves or what comes after it; the experts who have not handed in, from the expertise on;
    the college, for its deliberation and what comes after it.
    """
    moved = sorted({Phase(phase) for phase in phases}, key=_ORDER.index)
    if not moved:
        return []
    last, day = _ORDER.index(moved[-1]), on or timezone.localdate()
    people = _campus_people(campaign, day) | _regional_people(campaign, day)
    if last >= _ORDER.index(Phase.OPINIONS):
        people = people | _consulted(campaign, day)
    if last >= _ORDER.index(Phase.EXPERTISE):
        people = people | User.objects.filter(
            expert__in=Assignment.objects.pending().filter(application__campaign=campaign).values("expert")
        )
    if last >= _ORDER.index(Phase.DELIBERATION):
        seated = SeatHolder.objects.active(day).filter(seat__authority__college=campaign.college_id)
        people = people | User.objects.filter(pk__in=seated.values("person"))
    return list(people.filter(is_active=True).distinct().order_by("pk"))


def positions_awaited(person: User) -> QuerySet[AgendaItem]:
    """The points of open meetings on which the seat that this person holds there has said nothing yet."""
    sitting = Attendance.objects.present().filter(person=person, meeting__state=MeetingState.OPEN)
    said = Position.objects.filter(item=OuterRef("pk"), person=person).filter(
        Q(step=F("item__application__step")) | Q(step=F("item__measure__step"))
    )
    tabled = Q(application__state=ApplicationState.COLLEGE) | Q(measure__state=MeasureState.COLLEGE)
    items = AgendaItem.objects.filter(tabled, concluded_at=None, meeting__in=sitting.values("meeting"))
    return items.exclude(Exists(said))


def measures_to_answer(person: User, *, on: dt.date | None = None) -> QuerySet[LabelMeasure]:
    """The measures on the campuses that this person directs, on which they may still be heard and have said nothing."""
    day = on or timezone.localdate()
    directed = CampusMembership.objects.of(person).active(day).filter(role=CampusRole.DIRECTOR)
    return LabelMeasure.objects.filter(
        campus__in=directed.values("campus"), state=MeasureState.HEARING, heard_at=None, heard_until__gte=day
    )


def _campus_people(campaign: Campaign, day: dt.date) -> QuerySet[User]:
    campuses = campaign.applications.running().values("campus")
    return _of(CampusMembership.objects.active(day).filter(campus__in=campuses).values("person"))


def _regional_people(campaign: Campaign, day: dt.date) -> QuerySet[User]:
    regions = campaign.applications.running().values("campus__region")
    roles = OrganisationMembership.objects.active(day).filter(role__in=REGIONAL, organisation__region__in=regions)
    return _of(roles.filter(organisation__is_demo=campaign.is_demo).values("person"))


def _consulted(campaign: Campaign, day: dt.date) -> QuerySet[User]:
    awaited = Q(organisation__opinion_requests__opinion="") & Q(
        organisation__opinion_requests__application__in=campaign.applications.running()
    )
    roles = OrganisationMembership.objects.active(day).filter(awaited, role=OrganisationRole.OPINION)
    return _of(roles.values("person"))


def _of(people: Any) -> QuerySet[User]:
    return User.objects.filter(pk__in=people)
