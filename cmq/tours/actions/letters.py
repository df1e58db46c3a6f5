"""Letters to those who register. Each bears the link of its registration: none keeps its text once it has left."""

import datetime as dt

from django.conf import settings

from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.tours.models import Registration, Stop
from cmq.tours.zones import is_paris_time


def when(stop: Stop) -> str:
    """« samedi 3 octobre 2026 de 9 h 30 à 12 h », on the clocks of the place."""
    starts, ends = stop.starts, stop.ends
    first, last = _day(starts.date()), _day(ends.date())
    if first == last:
        said = f"{first} de {_hour(starts)} à {_hour(ends)}"
    else:
        said = f"du {first} à {_hour(starts)} au {last} à {_hour(ends)}"
    return said if is_paris_time(stop.zone) else f"{said} (heure locale)"


def where(stop: Stop) -> str:
    """The place on one line."""
    return ", ".join(filter(None, (stop.place, stop.address, stop.commune.name)))


def write(registration: Registration, *, template: str, event: str) -> bool:
    """Write to one person, once an event; whether the letter is new."""
    stop = registration.stop
    context = {
        "tour": stop.tour,
        "campus": stop.tour.campus,
        "when": when(stop),
        "where": where(stop),
        "reason": stop.reason,
        "seats": registration.seats,
        "accessibility": stop.accessibility,
        "name": registration.name,
        "page": f"{settings.SITE_URL}{stop.get_absolute_url()}",
        "link": f"{settings.SITE_URL}/agenda/inscription/{registration.token}/",
    }
    return mail.post(registration.email, template, context, key=f"{_prefix(registration)}{event}", is_secret=True)


def tell_everyone(stop: Stop, *, template: str, event: str) -> None:
    """Write to all who come or wait."""
    for registration in stop.registrations.alive().filter(erased_at=None):
        registration.stop = stop
        write(registration, template=template, event=event)


def forget(registration: Registration) -> None:
    """Take the letters to somebody out of the outbox: they bear an address."""
    OutgoingMail.objects.filter(key__startswith=_prefix(registration)).delete()


def _prefix(registration: Registration) -> str:
    return f"tour-registration:{registration.pk}:"


_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def _day(day: dt.date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{_DAYS[day.weekday()]} {number} {_MONTHS[day.month - 1]} {day.year}"


def _hour(instant: dt.datetime) -> str:
    return f"{instant.hour} h {instant.minute:02}" if instant.minute else f"{instant.hour} h"
