"""What a kind of thing must tell for the one search to find it, show it, and notice that it has changed."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from cmq.core.models import Change
from cmq.reference.models import Commune, Departement
from cmq.search.engine import Document


@dataclass(frozen=True, slots=True)
class Row:
    """A thing found, as a list shows it.

    Attributes:
        context: who and where, on one line; `badges`: short facts.
        document: what the index was told of it, to say why it was found.
    """

    kind: "Kind"
    number: int
    title: str
    url: str
    context: str
    document: Document
    badges: tuple[str, ...] = ()
    published: dt.datetime | None = None
    text: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """What a change makes old: everything of a kind, some things by number, or all from a number to another."""

    everything: bool = False
    numbers: frozenset[int] = frozenset()
    ranges: tuple[tuple[int, int], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether the kind is still right."""
        return not (self.everything or self.numbers or self.ranges)


NOTHING = Stale()
EVERYTHING = Stale(everything=True)


class Kind(ABC):
    """One kind of thing. A new one is a class with a number of its own, listed in `kinds.KINDS`.

    Attributes:
        slug: its name in addresses and in the index; number: its place in identifiers, never used again for another.
        label, plural: in French; gender: « e » when feminine.
        is_placed: whether a place narrows it; `is_dated`: whether « newest first » means something.
        is_small: few enough to be all written again, each day and at any change.
        tags: tags that are counted beside its results.
        title_field: column of the folded title; place_paths: ways from the model to latitudes and longitudes.
    """

    slug: str
    number: int
    label: str
    plural: str
    gender: str = ""
    is_placed: bool = True
    is_small: bool = False
    is_dated: bool = False
    tags: tuple[str, ...] = ()
    title_field: str = "folded_title"
    place_paths: tuple[str, ...] = ("", "commune__")

    @abstractmethod
    def public(self, at: dt.datetime) -> "QuerySet[Any]":
        """All that anyone may see at that instant, in the order of their model."""

    def number_of(self, key: Any) -> int:
        """The number of a primary key."""
        return int(key)

    @abstractmethod
    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """What the index learns of all public things of this kind at that instant, or of `only` some numbers."""

    @abstractmethod
    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """Those of some numbers that may be shown at that instant.

        Asked of the database in no order: for the sake of one, SQLite would walk a whole index instead of the keys.
        """

    @abstractmethod
    def stale(self, changes: Sequence[Change]) -> Stale:
        """What some lines of the change feed make old."""

    def moved_by_time(self, since: dt.datetime, at: dt.datetime) -> Collection[int]:
        """The numbers of what became public, or ceased to be, between two instants without a line in the feed."""
        return ()

    def newest(self, at: dt.datetime, *, limit: int, offset: int) -> list[int] | None:
        """The numbers of the newest of all, which a database finds sooner than an index; None where it cannot."""
        return None

    def documents_between(self, first: int, last: int, at: dt.datetime) -> Iterator[Document]:
        """As `documents`, for numbers from `first` to `last`."""
        return self.documents(at, only=range(first, last + 1))


def of_apps(changes: Sequence[Change], *apps: str) -> bool:
    """Whether a public line is of one of these rooms."""
    return any(not change.is_private and change.model.split(".")[0] in apps for change in changes)


def by_key(changes: Sequence[Change], model: str) -> Stale:
    """The rows of one model that lines name: single keys and loaded ranges."""
    mine = [change for change in changes if change.model == model and not change.is_private]
    ranges = [(int(each.first_key), int(each.last_key)) for each in mine if each.first_key and each.last_key]
    return Stale(numbers=frozenset(int(each.key) for each in mine if each.key), ranges=tuple(ranges))


class Geography:
    """Names and codes of départements and regions, read once for many documents."""

    def __init__(self) -> None:
        rows = Departement.objects.select_related("region")
        self.departements = {row.code: (row.name, row.region.slug, row.region.name) for row in rows}

    def tags(self, commune: Commune | None) -> dict[str, list[str]]:
        """The département and region of a commune."""
        if commune is None:
            return {}
        return {"departement": [commune.departement_id], "region": [self.departements[commune.departement_id][1]]}

    def words(self, commune: Commune | None) -> str:
        """The names that a place is looked for by."""
        if commune is None:
            return ""
        departement, _, region = self.departements[commune.departement_id]
        return f"{commune.name} {departement} {region}"


@lru_cache(maxsize=1)
def geography() -> Geography:
    """The one of this process: départements change with the product."""
    return Geography()


def spot(thing: object, commune: Commune | None) -> tuple[tuple[float, float], ...]:
    """Where a thing is: its own coordinates, else the centre of its commune."""
    for place in (thing, commune):
        lat, lon = getattr(place, "latitude", None), getattr(place, "longitude", None)
        if lat is not None and lon is not None:
            return ((lat, lon),)
    return ()
