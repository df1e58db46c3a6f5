"""When letters of a saved search are due, and how long an address is kept."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cmq.alerts.models import Rhythm, SavedSearch
from cmq.core.errors import require

# A request that nobody confirms: its address goes.
CONFIRMED_WITHIN = dt.timedelta(days=30)
MOST_SEARCHES = 20
MOST_TOLD = 20
# What a transaction that is under way writes may be dated a little before it is seen: it is told the next time.
SETTLED = dt.timedelta(minutes=10)
_EVERY = {Rhythm.DAILY: dt.timedelta(days=1), Rhythm.WEEKLY: dt.timedelta(days=7)}
# The command leaves at the same hour each day, or nearly.
_SLACK = dt.timedelta(hours=2)


def clean_email(value: str) -> str:
    """The address in the form that is kept. Raises `Refusal`."""
    email = value.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        require(False, "Cette adresse électronique n’est pas complète.")
    require(len(email) <= 254, "Cette adresse électronique est trop longue.")
    return email


def is_due(saved: SavedSearch, *, at: dt.datetime) -> bool:
    """Whether it is time to look for news."""
    if saved.confirmed_at is None:
        return False
    before = saved.last_sent_at or saved.confirmed_at
    return at - before >= _EVERY[Rhythm(saved.rhythm)] - _SLACK
