"""How fresh the page of a campus is, and when each thing on it was last observed or confirmed."""

import datetime as dt
from typing import Any

from cmq.campuses.models import Campus, CampusFact
from cmq.upkeep import rules


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The line « Fraîcheur » of the campus page and, for each fact that is shown first, its line by field.

    The other things of the page, read with the campus, get theirs as `seen`.
    """
    lines = rules.public_lines(campus, on=on)
    for line in lines:
        line.thing.seen = line
    facts = {line.thing.field: line for line in lines if isinstance(line.thing, CampusFact)}
    return {"freshness": rules.freshness((line.day for line in lines), on=on), "seen": facts}
