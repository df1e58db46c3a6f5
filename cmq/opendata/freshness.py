"""When a dataset last changed, as the change feed tells, and the tag of its present state."""

import datetime as dt
import hashlib

from django.db.models import Max
from django.utils import timezone

from cmq import __version__
from cmq.core import feed
from cmq.core.models import Change
from cmq.opendata.dataset import Dataset


def last_changed(dataset: Dataset) -> dt.datetime | None:
    """When something of the kinds of objects that it is made of last entered the feed; None before."""
    labels = [model._meta.label_lower for model in dataset.models]
    last: dt.datetime | None = Change.objects.public().filter(model__in=labels).aggregate(last=Max("at"))["last"]
    return last


def tag(name: str) -> str:
    """A strong ETag of what is public today under a name; it moves with the register, the day and the software."""
    position, digest = feed.public_version()
    told = f"{name} {position} {digest} {timezone.localdate()} {__version__}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:24]}"'


def moved_at() -> dt.datetime:
    """The last instant at which what is public may have changed: the last public change, or this midnight, for a
    label ends and a training opens with the day."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    last = Change.objects.filter(position=feed.public_position()).values_list("at", flat=True).first()
    return max(last, midnight) if last else midnight
