"""How fresh the page of a campus is."""

import datetime as dt
from typing import Any

from cmq.campuses.models import Campus
from cmq.upkeep import rules


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The line « Fraîcheur » of the campus page, in one query."""
    return {"freshness": rules.public_freshness(campus, on=on)}
