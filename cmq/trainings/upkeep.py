"""What a campus is asked to confirm of its trainings: those that it holds and that are not over."""

import datetime as dt

from django.db.models import Q

from cmq.trainings.models import Training
from cmq.upkeep.registry import register


def _note(training: Training, day: dt.date) -> None:
    Training.objects.filter(pk=training.pk).update(confirmed_on=day)


def declare() -> None:
    """Register the kind; to be called once, when the application starts."""
    register(
        Training,
        "Formation",
        things=lambda on: Training.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on)),
        # The day on which it was entered, changed, loaded again or confirmed, which lists show.
        dated=lambda training: training.confirmed_on,
        path=lambda training: f"formations/{training.pk}/",
        note=_note,
    )
