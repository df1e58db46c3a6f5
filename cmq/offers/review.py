"""What waits for somebody: employers to vouch for, reports to answer."""

import datetime as dt

from django.db.models import Count, Q, QuerySet

from cmq.campuses.models import Campus, Partnership
from cmq.offers.models import Employer, OfferReport, OfferState


def to_vouch() -> "QuerySet[Employer]":
    """Employers whose address is proved, and for whom nobody has spoken; `waiting`: their offers that wait."""
    waiting = Count("offers", filter=Q(offers__state=OfferState.WAITING))
    found = Employer.objects.filter(refused_at=None, vouched_at=None).exclude(address_proved_at=None)
    return found.annotate(waiting=waiting).filter(waiting__gt=0).select_related("organisation").order_by("pk")


def of_campus(campus: Campus, *, on: dt.date) -> "QuerySet[Employer]":
    """Employers who are members of the campus on that day, or for whom it has vouched."""
    members = Partnership.objects.active(on).filter(campus=campus).values("organisation")
    theirs = Employer.objects.filter(Q(organisation__in=members) | Q(vouched_for_by=campus))
    shown = Count("offers", filter=Q(offers__state=OfferState.OPEN))
    waiting = Count("offers", filter=Q(offers__state=OfferState.WAITING))
    proved = theirs.exclude(address_proved_at=None).annotate(shown=shown, waiting=waiting)
    return proved.select_related("organisation", "vouched_for_by").order_by("name", "pk")


def reports() -> "QuerySet[OfferReport]":
    """Reports that nobody has answered, the oldest first."""
    return OfferReport.objects.filter(handled_at=None).select_related("offer").order_by("pk")
