"""Subscribers for tests, made as people make themselves."""

import datetime as dt
import re
from typing import Any

from django.utils import timezone

from cmq.core.models import OutgoingMail
from cmq.newsletter import links
from cmq.newsletter.actions import subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Subscriber, Theme
from cmq.newsletter.rules import Wishes

DAY = dt.timedelta(days=1)
EVERYTHING = frozenset(Theme)


def asked(email: str = "camille@exemple.fr", *, at: dt.datetime | None = None, **wishes: Any) -> Subscriber:
    """Somebody who asked for the letter and has not confirmed."""
    subscribing.ask(email, Wishes(**wishes), at=at or timezone.now())
    return Subscriber.objects.get(email=email.strip().lower())


def subscribed(email: str = "camille@exemple.fr", *, at: dt.datetime | None = None, **wishes: Any) -> Subscriber:
    """Somebody who receives the letter."""
    return subscribing.confirm(token_of(asked(email, at=at, **wishes)), at=at)


def token_of(subscriber: Subscriber) -> str:
    """The link to the choices, from its last slash on."""
    return links.token(Purpose.CHOICES, subscriber.pk, subscriber.key)


def stop_token_of(subscriber: Subscriber) -> str:
    """The link that ends a subscription."""
    return links.token(Purpose.STOP, subscriber.pk, subscriber.key)


def link_in(text: str) -> str:
    """The path of the link to the choices that a letter bears."""
    found = re.search(r"/lettre/abonnement/\d+-[0-9a-f]{40}/", text)
    assert found, text
    return found[0]


def subjects(email: str = "camille@exemple.fr") -> list[str]:
    """What was written to an address through the outbox."""
    return list(OutgoingMail.objects.filter(to=email).order_by("pk").values_list("subject", flat=True))
