"""Stops as a calendar for other programs (iCalendar, RFC 5545): instants, so that every clock is right."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from cmq.tours.models import Stop, StopState


def feed(stops: Iterable[Stop], *, name: str, at: dt.datetime) -> bytes:
    """The calendar of these stops. A stop keeps its name (UID) when it moves; a cancelled one says so."""
    calendar = Calendar()
    calendar.add("prodid", "-//Registre des campus des métiers et des qualifications//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", dt.timedelta(hours=6), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for stop in stops:
        calendar.add_component(_event(stop, at))
    return bytes(calendar.to_ical())


def _event(stop: Stop, at: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"etape-{stop.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("dtstamp", at.astimezone(dt.UTC))
    event.add("sequence", stop.version)
    event.add("dtstart", stop.starts_at.astimezone(dt.UTC))
    event.add("dtend", stop.ends_at.astimezone(dt.UTC))
    is_cancelled = stop.state == StopState.CANCELLED
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("summary", f"{'ANNULÉ – ' if is_cancelled else ''}{stop.tour} – {stop.commune.name}")
    event.add("location", stop.where)
    if stop.commune.latitude is not None and stop.commune.longitude is not None:
        event.add("geo", (stop.commune.latitude, stop.commune.longitude))
    event.add("description", _said(stop))
    event.add("url", f"{settings.SITE_URL}{stop.get_absolute_url()}")
    event.add("class", "PUBLIC")
    return event


def _said(stop: Stop) -> str:
    lines = [
        "Démonstration : cet événement n’existe pas." if stop.tour.campus.is_demo else "",
        f"Annulé : {stop.reason}" if stop.state == StopState.CANCELLED else "",
        f"Public : {', '.join(stop.audience_labels)}.",
        f"Organisé par {stop.tour.campus}.",
        stop.description,
        f"Accessibilité : {stop.accessibility}" if stop.accessibility else "",
    ]
    return "\n".join(filter(None, lines))
