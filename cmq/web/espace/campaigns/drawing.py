"""The calendar of a campaign as a drawing: one bar a phase, one mark for now."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from cmq.campaigns.models import PHASE_ENDS, Campaign, Phase

WIDTH, LEFT, RIGHT, ROW, TOP, BAR = 900, 190, 880, 30, 10, 18


@dataclass(frozen=True)
class Line:
    """A phase with its ends, and where its bar stands."""

    phase: Phase
    starts: dt.datetime | None
    ends: dt.datetime | None
    is_now: bool
    is_past: bool
    x: int = 0
    y: int = 0
    width: int = 0

    @property
    def text_y(self) -> int:
        """The base line of its name."""
        return self.y + 14

    @property
    def look(self) -> str:
        """How its bar is drawn: full while it runs."""
        return "sure" if self.is_now else "maybe"


@dataclass(frozen=True)
class Drawing:
    """All that the template draws."""

    lines: tuple[Line, ...]
    height: int
    now_x: int | None
    months: tuple[tuple[str, int], ...]

    @property
    def view_box(self) -> str:
        """Of the SVG."""
        return f"0 0 {WIDTH} {self.height}"

    @property
    def axis_y(self) -> int:
        """Where the months are written."""
        return self.height - 8


def lines(campaign: Campaign, *, at: dt.datetime) -> list[Line]:
    """The phases of a campaign from the opening on; a rolling one has a single phase without end."""
    now = campaign.phase(at)
    phases = [Phase.SUBMISSION] if campaign.is_rolling else list(PHASE_ENDS)[1:]
    found, starts = [], campaign.opens_at
    for phase in phases:
        end = campaign.until(phase)
        found.append(Line(phase, starts, end, phase is now, bool(end and end < at)))
        starts = end or starts
    return found


def draw(campaign: Campaign, *, at: dt.datetime) -> Drawing | None:
    """The drawing; None for a rolling campaign, whose only date is its opening."""
    phases = lines(campaign, at=at)
    first, last = campaign.opens_at, phases[-1].ends
    if last is None:
        return None

    def x(instant: dt.datetime) -> int:
        return LEFT + round((instant - first) / (last - first) * (RIGHT - LEFT))

    placed = tuple(
        Line(
            line.phase,
            line.starts,
            line.ends,
            line.is_now,
            line.is_past,
            x(line.starts or first),
            TOP + row * ROW,
            max(3, x(line.ends or last) - x(line.starts or first)),
        )
        for row, line in enumerate(phases)
    )
    height = TOP + len(placed) * ROW + 28
    return Drawing(placed, height, x(at) if first <= at <= last else None, _months(first, last, x))


def _months(first: dt.datetime, last: dt.datetime, x: Callable[[dt.datetime], int]) -> tuple[tuple[str, int], ...]:
    found, month = [], timezone.localtime(first).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    step = max(1, (last - first).days // 300)
    while month <= last:
        if month >= first:
            found.append((f"{month:%m/%Y}", x(month)))
        for _ in range(step):
            month = (month + dt.timedelta(days=32)).replace(day=1)
    return tuple(found)
