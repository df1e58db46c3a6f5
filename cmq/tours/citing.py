"""Where stops of tours cite organisations, for the partners that have left."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.text import fold
from cmq.network.citing import Citation
from cmq.organisations.models import Organisation
from cmq.tours.models import Stop


def receiving(campus: Campus, organisations: Collection[Organisation], on: dt.date) -> Iterator[Citation]:
    """Stops to come that name one of them as their place: a stop keeps its place as people write it."""
    at = timezone.make_aware(dt.datetime.combine(on, dt.time.min))
    names = {f" {fold(each.name)} ": each for each in organisations}
    for stop in Stop.objects.filter(tour__campus=campus).upcoming(at).select_related("tour", "commune"):
        written = f" {fold(f'{stop.place} {stop.address}')} "
        for name, organisation in names.items():
            if name in written:
                path = f"tournees/etapes/{stop.pk}/"
                yield Citation(organisation, stop, f"étape de {stop}, tournée « {stop.tour} »", path)
