"""Events: the stops to come of the tours that campuses publish."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from cmq.core.models import Change
from cmq.search.engine import Document
from cmq.search.kinds.base import EVERYTHING, NOTHING, Kind, Row, Stale, geography, of_apps, spot
from cmq.tours.models import Stop


class Events(Kind):
    """What one can still go to: some hundreds, written again together."""

    slug, number, label, plural = "evenement", 5, "Événement", "Événements"
    is_small = True
    tags = ("region",)

    title_field, place_paths = "tour__slug", ("commune__",)

    def public(self, at: dt.datetime) -> "QuerySet[Stop]":
        """Those to come of published tours."""
        return Stop.objects.public().upcoming(at)

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All that are to come."""
        stops = Stop.objects.public().upcoming(at).for_lists()
        if only is not None:
            stops = stops.filter(pk__in=list(only))
        for stop in stops:
            yield _document(stop)

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """With day and place."""
        stops = Stop.objects.public().upcoming(at).for_lists().filter(pk__in=numbers).order_by()
        return {
            stop.pk: Row(
                kind=self,
                number=stop.pk,
                title=f"{stop.tour.title}, {stop.commune.name}",
                url=stop.get_absolute_url(),
                context=f"{stop.when} – {stop.where}",
                document=_document(stop),
                badges=tuple(stop.audience_labels),
                is_demo=stop.tour.campus.is_demo,
            )
            for stop in stops
        }

    def stale(self, changes: Sequence[Change]) -> Stale:
        """All, with any public change of a tour or a campus."""
        return EVERYTHING if of_apps(changes, "tours", "campuses") else NOTHING


def _document(stop: Stop) -> Document:
    campus = stop.tour.campus
    return Document(
        kind=Events.slug,
        kind_number=Events.number,
        number=stop.pk,
        title=stop.tour.title,
        body=" ".join((stop.tour.summary, stop.description, stop.place, campus.name, *stop.audience_labels)),
        place=geography().words(stop.commune),
        spots=spot(stop, stop.commune),
        tags={
            **geography().tags(stop.commune),
            "campus": [campus.slug],
            "filiere": [campus.filiere.slug] if campus.filiere else [],
        },
    )
