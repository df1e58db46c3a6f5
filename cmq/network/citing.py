"""Where organisations are cited in the life of a campus. Rooms above register what cites them, at start."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from cmq.campuses.models import Campus
from cmq.organisations.models import Organisation


@dataclass(frozen=True)
class Citation:
    """One thing that cites an organisation.

    Attributes:
        what: French, with its kind: « formation « Domotique » ».
        path: where it is corrected, under the workspace of the campus.
    """

    organisation: Organisation
    thing: Any
    what: str
    path: str


# What of a campus, still in force on that day, cites some of these organisations.
Citing = Callable[[Campus, Collection[Organisation], dt.date], Iterator[Citation]]
CITING: dict[str, Citing] = {}


def register(name: str, citing: Citing) -> None:
    """Add what a room cites, or replace it."""
    CITING[name] = citing
