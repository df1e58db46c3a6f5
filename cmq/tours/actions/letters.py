"""Letters to those who register. Each bears the link of its registration: none keeps its text once it has left."""

from django.conf import settings

from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.tours.models import Registration, Stop


def write(registration: Registration, *, template: str, event: str, reason: str = "") -> bool:
    """Write to one person, once an event; whether the letter is new. `reason`: why, when it is not that of the stop."""
    stop = registration.stop
    context = {
        "tour": stop.tour,
        "campus": stop.tour.campus,
        "when": stop.when,
        "where": stop.where,
        "reason": reason or stop.reason,
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
