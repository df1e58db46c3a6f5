"""The links of the letters: a subscription's number and an HMAC, never the address.

Each purpose has its own: whoever sees the link that ends a subscription, as mail programs do, cannot open the choices.
"""

import hashlib
import hmac
import re
from enum import StrEnum
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import constant_time_compare

from cmq.newsletter.models import Subscriber

TOKEN = re.compile(r"(\d{1,18})-([0-9a-f]{40})", re.ASCII)


class Purpose(StrEnum):
    """What a link is good for."""

    CHOICES = "abonnement"
    STOP = "desabonnement"
    # In the Message-ID of a letter, which comes back with it when it bounces.
    LETTER = "lettre"


def token(purpose: Purpose, pk: int, key: str, extra: str = "") -> str:
    """What the link of a subscription ends with, 42 to 59 letters, digits and a dash.

    Args:
        extra: something else that it vouches for: the number of an issue.
    """
    return f"{pk}-{_mac(_derived(purpose, settings.SECRET_KEY), key + extra)}"


def find(purpose: Purpose, text: str, extra: str = "") -> Subscriber | None:
    """The subscription that a link leads to, none when it has ended or the link is not ours."""
    read = TOKEN.fullmatch(text)
    if read is None:
        return None
    subscriber = Subscriber.objects.filter(pk=int(read[1])).first()
    if subscriber is None:
        return None
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    expected = [_mac(_derived(purpose, secret), subscriber.key + extra) for secret in secrets]
    return subscriber if any([constant_time_compare(each, read[2]) for each in expected]) else None


def choices_path(subscriber: Subscriber) -> str:
    """Where a person sees, changes and ends the subscription."""
    return f"/lettre/abonnement/{token(Purpose.CHOICES, subscriber.pk, subscriber.key)}/"


@lru_cache(maxsize=64)
def _derived(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"cmq.newsletter.{purpose}{secret}".encode()).digest()


def _mac(derived: bytes, text: str) -> str:
    return hmac.digest(derived, text.encode(), "sha256").hex()[:40]
