"""End what is over of lines of the table of what is kept of people, as the night does."""

import datetime as dt

from cmq.core import retention


def swept(*names: str, at: dt.datetime) -> int:
    """How much those lines ended at that instant."""
    lines = {line.name: line for line in retention.table()}
    return sum(retention.sweep(lines[name], at=at) for name in names)
