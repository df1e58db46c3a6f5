"""What an importer by slices is: a source of offers that is read page by page, each page kept as soon as it is read.

Beside `importers.Importer`, which loads one file whole or not at all: a million offers, asked 150 at a time, are
neither one file nor one transaction. A reading that was cut goes on from its cursor.
"""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import ijson
from django.conf import settings

from cmq.offers.actions.taking_in import BATCH, Publication
from cmq.offers.models import OfferSource
from cmq.official.errors import FileRefused, Rejected
from cmq.official.importers import Known
from cmq.official.reading import opened

# JSON: what a source needs to know to go on.
Cursor = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some raw offers in their source's form.

    Attributes:
        cursor: where the next page begins; None after the last one.
        notes: what this page shows to be missing, in French.
    """

    offers: Sequence[Any]
    cursor: Cursor | None
    notes: tuple[str, ...] = ()


class Parse(Protocol):
    """Reads one raw offer; pure. None for one that is not to be shown."""

    def __call__(self, raw: Any, known: Known, *, rank: int, at: dt.datetime) -> Publication | Rejected | None:
        """`rank`: from 1, in this reading."""


class Walk(Protocol):
    """Asks a source for its pages, from a cursor on."""

    def __call__(self, cursor: Cursor | None, *, at: dt.datetime) -> Iterator[Page]:
        """`at`: the instant at which the reading began."""


@dataclass(frozen=True)
class OfferImporter:
    """A source of offers.

    Attributes:
        slug, title, publisher, licence, page: as those of `Importer`.
        keys: the settings without which it is off.
        lists: where the offers lie in a file of the source.
        smallest_share: when fewer offers than this share of those held are seen, none is closed.
        most_rejected: a reading with more bad offers than this share is stopped.
    """

    slug: str
    title: str
    publisher: str
    licence: str
    page: str
    source: OfferSource
    keys: tuple[str, ...]
    walk: Walk
    parse: Parse
    lists: tuple[str, ...]
    stale_after: dt.timedelta
    smallest_share: float = 0.5
    most_rejected: float = 0.2

    @property
    def has_key(self) -> bool:
        """Whether the settings let the site ask it."""
        return all(getattr(settings, name) for name in self.keys)


def pages_of(path: Path, lists: Sequence[str], *, done: int = 0, size: int = BATCH) -> Iterator[Page]:
    """The offers of a JSON file, at flat memory, but for the first `done`. Raises `FileRefused`."""
    read = done
    with opened(path) as raw:
        offers = islice(_items(raw, lists), done, None)
        following = _some(offers, size)
        while following:
            some, following = following, _some(offers, size)
            read += len(some)
            yield Page(some, {"file": str(path), "done": read} if following else None)
    if not read:
        raise FileRefused("Le fichier ne contient aucune offre.")


def _some(offers: Iterable[Any], size: int) -> list[Any]:
    try:
        return list(islice(offers, size))
    except (ijson.JSONError, UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
        raise FileRefused("Le fichier est tronqué, ou n’est pas du JSON.") from error


def _items(raw: Any, lists: Sequence[str]) -> Iterator[Any]:
    """A list at the top, or the first list that is where the source puts it."""
    start = raw.peek(64).lstrip()[:1] if hasattr(raw, "peek") else b"{"
    prefix = "item" if start == b"[" else next(each for each in lists if each != "item")
    return iter(ijson.items(raw, prefix, use_float=True))
