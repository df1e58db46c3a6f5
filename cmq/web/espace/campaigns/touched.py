"""Whom a change of the calendar touches: whoever has something to do in the campaign that is not over."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.rules import REGIONAL
from cmq.campaigns.models import PHASE_ENDS, Campaign, Phase, SeatHolder
from cmq.campuses.models import CampusMembership
from cmq.expertise.models import Assignment
from cmq.organisations.models import OrganisationMembership, OrganisationRole

_ORDER = list(PHASE_ENDS)


def touched_by(campaign: Campaign, phases: Iterable[Phase], *, on: dt.date | None = None) -> list[User]:
    """The people of running files and of their regions; bodies, experts and college from their own phase on."""
    moved, day = set(phases), on or timezone.localdate()
    if not moved:
        return []
    last = max(_ORDER.index(phase) for phase in moved)
    running = campaign.applications.running()
    campuses = CampusMembership.objects.active(day).filter(campus__in=running.values("campus"))
    roles = OrganisationMembership.objects.active(day)
    regional = roles.filter(role__in=REGIONAL, organisation__region__in=running.values("campus__region"))
    people = Q(pk__in=campuses.values("person")) | Q(pk__in=regional.values("person"))
    if last >= _ORDER.index(Phase.OPINIONS):
        asked = running.filter(opinions__opinion="").values("opinions__body")
        bodies = roles.filter(role=OrganisationRole.OPINION, organisation__in=asked)
        people |= Q(pk__in=bodies.values("person"))
    if last >= _ORDER.index(Phase.EXPERTISE):
        pending = Assignment.objects.pending().filter(application__campaign=campaign)
        people |= Q(pk__in=pending.values("expert__person"))
    if last >= _ORDER.index(Phase.DELIBERATION):
        seats = SeatHolder.objects.active(day).filter(seat__authority__college=campaign.college_id)
        people |= Q(pk__in=seats.values("person"))
    return list(User.objects.filter(people, is_active=True, is_demo=campaign.is_demo).order_by("name", "pk"))
