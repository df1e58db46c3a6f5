"""The doors of the tours, and what stands on the stage behind them; read by `doors`."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.reference.models import Commune
from cmq.tours.models import Booking, Registration, Stop, Tour
from tests.cast import Stage
from tests.money import NOBODY, ON_CAMPUS

READ = ("tours", "tour", "tour_stop", "tour_registrations_csv")
WRITE = ("tour_new", "tour_edit", "tour_stop_new", "tour_stop_edit", "tour_stop_cancel", "tour_attendance")
WRITE += ("tour_registration_withdraw",)
ONLY_POST = ("tour_publish", "tour_order")
# Who reads, who posts.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(READ, (ON_CAMPUS, NOBODY)),
    **dict.fromkeys(WRITE, (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(ONLY_POST, (NOBODY, ON_CAMPUS)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about a tour of the stage's campus or its stop."""
    more: tuple[object, ...] = ()
    if name not in ("tours", "tour_new"):
        stop = _stop(stage.campus)
        is_of_tour = name in ("tour", "tour_edit", "tour_stop_new", *ONLY_POST)
        more = (stop.tour_id if is_of_tour else stop.pk,)
        if name == "tour_registration_withdraw":
            more = (stop.pk, _registration(stop).pk)
    return reverse(name, args=[stage.campus.slug, *more])


def _registration(stop: Stop) -> Registration:
    at = timezone.now()
    said = {"name": "Camille", "audience": "eleves", "seats": 1, "state": "attente", "asked_at": at, "confirmed_at": at}
    said |= {"digest": f"inscription-{stop.pk}", "key": "k"}
    return Registration.objects.get_or_create(stop=stop, email="camille@exemple.fr", defaults=said)[0]


def _stop(campus: Campus) -> Stop:
    found = Stop.objects.filter(tour__campus=campus).first()
    if found is None:
        at = timezone.now()
        tour = Tour.objects.create(campus=campus, title="Tournée", slug="tournee", summary="S", created_at=at)
        found = Stop.objects.create(
            tour=tour,
            starts_at=at + dt.timedelta(days=9),
            ends_at=at + dt.timedelta(days=9, hours=2),
            commune=Commune.objects.get(insee_code="62041"),
            place="Place",
            booking=Booking.OPEN,
            capacity=9,
        )
    return found
