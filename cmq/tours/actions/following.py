"""After the planning: who came is counted; every day, reminders leave."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.tours import rules
from cmq.tours.actions import letters
from cmq.tours.actions.planning import STALE, locked_stop
from cmq.tours.models import Attendance, Audience, RegistrationState, Stop, StopState


@action
def count_attendance(
    stop: Stop, *, numbers: Mapping[Audience, int], version: int, by: User | None, at: dt.datetime | None = None
) -> Stop:
    """Say how many people of each public came: the stop was held. Counting again replaces the numbers.

    `version` is the one that was seen. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, stop.tour.campus))
    stop = locked_stop(stop)
    require(version == stop.version, STALE)
    require(stop.state != StopState.CANCELLED, "Cette étape est annulée : personne n’y est venu.")
    require(stop.starts_at <= (at or timezone.now()), "Cette étape n’a pas encore commencé.")
    rules.check_attendance(numbers.values())
    stop.attendances.all().delete()
    Attendance.objects.bulk_create(
        Attendance(stop=stop, audience=audience, number=number) for audience, number in numbers.items() if number
    )
    stop.state, stop.version = StopState.HELD, stop.version + 1
    stop.save(update_fields=["state", "version"])
    said = f"{stop.tour.campus} – tournée {stop.tour}, étape tenue : {stop}, {sum(numbers.values())} personnes."
    record(stop, "tours.count_attendance", said, is_private=not stop.tour.is_published)
    return stop


@action
def remind(*, on: dt.date) -> int:
    """Write once to those who have seats at a stop of the next day, on the clocks of its place; how many letters."""
    noon = dt.datetime.combine(on, dt.time(12), dt.UTC)
    near = Stop.objects.public().filter(
        state=StopState.PLANNED, starts_at__gt=noon - dt.timedelta(days=1), starts_at__lt=noon + dt.timedelta(days=3)
    )
    number = 0
    for stop in near.select_related("tour__campus", "commune"):
        if stop.starts.date() != on + dt.timedelta(days=1):
            continue
        for registration in stop.registrations.filter(state=RegistrationState.CONFIRMED, erased_at=None):
            registration.stop = stop
            event = f"reminder-{stop.starts:%Y-%m-%d}"
            number += letters.write(registration, template="mail/tour_registration_reminder", event=event)
    return number
