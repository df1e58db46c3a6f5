"""Where trainings cite organisations, for the partners that have left."""

import datetime as dt
from collections.abc import Collection, Iterator

from cmq.campuses.models import Campus
from cmq.network.citing import Citation
from cmq.organisations.models import Organisation
from cmq.trainings.models import Training


def given_by(campus: Campus, organisations: Collection[Organisation], on: dt.date) -> Iterator[Citation]:
    """Trainings that a campus holds, not over, and that they give."""
    rows = Training.objects.running(on).filter(campus=campus, organisation__in=organisations)
    for training in rows.select_related("organisation"):
        yield Citation(training.organisation, training, f"formation « {training} »", f"formations/{training.pk}/")
