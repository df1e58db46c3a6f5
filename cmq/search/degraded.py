"""The answers of the database while the index is away: by the words of titles, without forgiveness for slips."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from cmq.reference.geo import bounding_box
from cmq.search import words
from cmq.search.asking import PAGE_SIZE, Ask, radius_of
from cmq.search.kinds import KINDS, Kind, Row

_MOST_COUNTED = 1_000  # rows: the database counts slowly what the index counts at once
_MOST_WORDS = 6


def find(ask: Ask, at: dt.datetime, *, each: int) -> Iterator[tuple[Kind, list[Row], int]]:
    """Of each kind asked for: the rows shown, and how many there are (at most a thousand)."""
    for kind in KINDS:
        if ask.kind and kind is not ask.only:
            continue
        limit, offset = (PAGE_SIZE, (ask.page - 1) * PAGE_SIZE) if ask.kind else (each, 0)
        found = _chosen(kind, ask, at)
        numbers = [kind.number_of(key) for key in found.values_list("pk", flat=True)[offset : offset + limit]]
        rows = kind.rows(numbers, at) if numbers else {}
        yield kind, [rows[number] for number in numbers if number in rows], found[:_MOST_COUNTED].count()


def _chosen(kind: Kind, ask: Ask, at: dt.datetime) -> "QuerySet[Any]":
    found = kind.public(at)
    for word in words.telling(ask.q)[:_MOST_WORDS]:
        found = found.filter(**{f"{kind.title_field}__icontains": word})
    if ask.near and kind.is_placed:
        # A square around the place: near enough while something is out of order.
        box = bounding_box(ask.near.lat, ask.near.lon, radius_of(ask))
        sides = {"latitude": (box.south, box.north), "longitude": (box.west, box.east)}
        within = Q()
        for path in kind.place_paths:
            within |= Q(**{f"{path}{name}__range": side for name, side in sides.items()})
        found = found.filter(pk__in=kind.public(at).filter(within).values("pk"))
    return found
