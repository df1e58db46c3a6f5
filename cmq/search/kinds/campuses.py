"""Campuses: the rows of the directory, and the titles of what they teach."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.models import Change
from cmq.search.engine import Document
from cmq.search.kinds.base import EVERYTHING, NOTHING, Kind, Row, Stale, of_apps
from cmq.search.register import CampusRow, load_rows
from cmq.trainings.models import Training


class Campuses(Kind):
    """The campuses of the register: a hundred, so that any change writes them all again."""

    slug, number, label, plural = "campus", 1, "Campus", "Campus"
    is_small = True
    tags = ("region", "filiere")

    title_field, place_paths = "slug", ("areas__commune__",)

    def public(self, at: dt.datetime) -> "QuerySet[Campus]":
        """All of them, whatever the state of their label."""
        return Campus.objects.all()

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All of them, whatever the state of their label."""
        wanted = None if only is None else set(only)
        rows = [row for row in load_rows(on=timezone.localdate(at)) if wanted is None or row.pk in wanted]
        taught: dict[int, list[str]] = defaultdict(list)
        trainings = Training.objects.on_offer(timezone.localdate(at)).filter(campus__in=[row.pk for row in rows])
        for campus, title in trainings.values_list("campus", "title"):
            taught[campus].append(title)
        for row in rows:
            yield _document(row, taught[row.pk])

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """As the directory shows them."""
        known = {row.pk: row for row in load_rows(on=timezone.localdate(at))}
        documents = {document.number: document for document in self.documents(at, only=numbers)}
        return {
            number: Row(
                kind=self,
                number=number,
                title=row.name,
                url=row.url,
                context=", ".join(filter(None, (row.places[0].name if row.places else "", row.region.name))),
                document=documents[number],
                badges=tuple(filter(None, (row.filiere.name if row.filiere else "", str(row.state.label)))),
                is_demo=row.is_demo,
            )
            for number in numbers
            if (row := known.get(number))
        }

    def stale(self, changes: Sequence[Change]) -> Stale:
        """All, as soon as anything that a row of the directory says may have changed."""
        is_old = of_apps(changes, "campuses", "labels", "trainings", "organisations", "network", "reference")
        return EVERYTHING if is_old else NOTHING


def _document(row: CampusRow, taught: Sequence[str]) -> Document:
    places = row.located
    return Document(
        kind=Campuses.slug,
        kind_number=Campuses.number,
        number=row.pk,
        title=row.name,
        names=" ".join((row.acronym, *row.other_names)),
        body=" ".join((*row.words, *taught)),
        place=" ".join((*(place.name for place in row.places), *row.territory, row.region.name)),
        spots=tuple((place.lat, place.lon) for place in places if place.lat is not None and place.lon is not None),
        tags={
            "region": [row.region.slug],
            "departement": [place.departement for place in row.places],
            "filiere": [row.filiere.slug] if row.filiere else [],
            "campus": [row.slug],
        },
    )
