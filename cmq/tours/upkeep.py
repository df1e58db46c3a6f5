"""What a campus is asked to confirm of its tours: those that still go somewhere, or have no stop yet."""

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cmq.tours.models import Stop, Tour
from cmq.upkeep.registry import changed, register, with_last_change


def _running(on: dt.date) -> "QuerySet[Tour]":
    at = timezone.make_aware(dt.datetime.combine(on, dt.time.min))
    stops = Stop.objects.filter(tour=OuterRef("pk"))
    return Tour.objects.filter(Exists(stops.upcoming(at)) | ~Exists(stops))


def declare() -> None:
    """Register the kind; to be called once, when the application starts."""
    register(
        Tour,
        "Tournée",
        things=lambda on: with_last_change(_running(on)),
        dated=changed,
        path=lambda tour: f"tournees/{tour.pk}/",
        is_public=lambda tour: tour.is_published,
    )
