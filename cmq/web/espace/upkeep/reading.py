"""When what a page of the workspace shows was last observed or confirmed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cmq.campuses.models import Campus
from cmq.upkeep import rules


def mark_seen(campus: Campus, things: Iterable[Any], *, on: dt.date) -> None:
    """Give each of these things, all shown by the campus, its line of upkeep as `seen`, in one query."""
    for line in rules.lines_for(campus, things, on=on):
        line.thing.seen = line
