"""The few letters to one subscriber, through the outbox. Each bears a key: none keeps its text once it has left."""

from django.conf import settings

from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.newsletter import links
from cmq.newsletter.models import Subscriber

_PREFIX = "newsletter:"


def write(subscriber: Subscriber, template: str, event: str) -> bool:
    """Write to one subscriber, once an event; whether the letter is new."""
    context = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "rhythm": subscriber.get_rhythm_display(),
        "link": f"{settings.SITE_URL}{links.choices_path(subscriber)}",
        "is_demo": subscriber.is_demo,
    }
    key = f"{_prefix(subscriber.pk)}{event}"
    return mail.post(subscriber.email, f"mail/{template}", context, key=key, is_secret=True)


def forget(pk: int) -> None:
    """Take the letters to a subscriber out of the outbox: they bear an address."""
    OutgoingMail.objects.filter(key__startswith=_prefix(pk)).delete()


def _prefix(pk: int) -> str:
    return f"{_PREFIX}{pk}:"
