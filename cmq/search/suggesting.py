"""Completion: what a reader may be about to type, a thing at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from cmq.search import folders
from cmq.search.asking import typed
from cmq.search.engine import Reader, Wanted
from cmq.search.kinds import Kind, by_slug
from cmq.search.understanding import understand

_MOST = 8
_SHORTEST = 2  # letters
# Offers are too many and too short-lived to be proposed: their jobs are.
_SHARES = (("metier", 4), ("campus", 3), ("formation", 3), ("article", 2))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A thing that what is typed may become."""

    label: str
    kind: str
    url: str


def suggest(text: str) -> list[Suggestion]:
    """At most eight things whose names begin like what is typed; none for fewer than two letters, or without index."""
    text, reader = typed(text), folders.reader()
    if reader is None or len(text) < _SHORTEST:
        return []
    understood = understand(text, reader, reads_place=False, is_unfinished=True)
    if not understood.parts:
        return []
    found = [each for slug, share in _SHARES for each in _of(by_slug[slug], share, understood.slots, reader)]
    return found[:_MOST]


def _of(kind: Kind, share: int, slots: tuple, reader: Reader) -> Iterator[Suggestion]:  # type: ignore[type-arg]
    wanted = Wanted(slots=slots, filters=(("kind", (kind.slug,)),), only_names=True)
    found = reader.best(wanted, limit=share)
    rows = kind.rows([each.number for each in found], timezone.now()) if found else {}
    for each in found:
        if each.number in rows:
            row = rows[each.number]
            yield Suggestion(row.title, kind.label, row.url)
