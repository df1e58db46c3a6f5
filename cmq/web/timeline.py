"""The life of a label as a drawing: periods as bars, decisions as dots, one axis of years."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cmq.labels.models import Label, LabelDecision

WIDTH = 900
LEFT, RIGHT = 20, 880
BARS_TOP, BAR, ROW = 36, 22, 30


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a period: certain (full), possible (dashed), or suspended."""

    x: int
    y: int
    width: int
    title: str
    look: str
    height: int = BAR


@dataclass(frozen=True, slots=True)
class Dot:
    """A decision, from the first to the last day that its date may mean."""

    x: int
    y: int
    title: str
    label: str
    text_x: int
    text_y: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the template draws."""

    height: int
    axis_y: int
    years: tuple[tuple[int, int], ...]
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    today_x: int | None
    left: int = LEFT
    right: int = RIGHT
    width: int = WIDTH
    bars_top: int = BARS_TOP

    @property
    def has_pauses(self) -> bool:
        """Whether the legend explains suspensions."""
        return any(bar.look == "paused" for bar in self.bars)

    @property
    def view_box(self) -> str:
        """Of the SVG."""
        return f"0 0 {self.width} {self.height}"

    @property
    def year_y(self) -> int:
        """The base line of the years."""
        return self.axis_y + 18


class _Scale:
    """Days to units."""

    def __init__(self, first: int, last: int) -> None:
        self.start, self.end = dt.date(first, 1, 1), dt.date(last + 1, 1, 1)

    def __call__(self, day: dt.date) -> int:
        share = (min(max(day, self.start), self.end) - self.start) / (self.end - self.start)
        return LEFT + round(share * (RIGHT - LEFT))


def draw(decisions: Sequence[LabelDecision], labels: Sequence[Label], *, on: dt.date) -> Timeline | None:
    """The time line of one campus as of a day; None when nothing is dated.

    Labels come with their suspensions. An end that no source gives is drawn dashed up to that day, never further.
    """
    if not decisions:
        return None
    days = [day for decision in decisions for day in (decision.decided_on.first, decision.decided_on.last)]
    days += [day for label in labels for day in (label.starts_from, label.ends_by or on)]
    first, last = min(day.year for day in days), max(on.year, *(day.year for day in days))
    scale = _Scale(first, last)
    dots = _dots(decisions, scale)
    bars_y = BARS_TOP + len(dots) * ROW
    bars = tuple(
        bar for label in labels for bar in (*_bars(label, scale, bars_y, on), *_pauses(label, scale, bars_y, on))
    )
    axis_y = bars_y + (BAR + 14 if bars else 6)
    step = 1 if last - first < 18 else 2
    years = tuple((year, scale(dt.date(year, 1, 1))) for year in range(first, last + 2, step))
    return Timeline(axis_y + 28, axis_y, years, bars, dots, scale(on) if first <= on.year <= last else None)


def _bars(label: Label, scale: _Scale, y: int, on: dt.date) -> list[Bar]:
    start, sure_from = label.starts_from, label.starts_by
    sure_to = label.ends_from
    end = label.ends_by or max(on, sure_from)
    found = []
    if sure_to is None:
        found.append(_bar(scale, y, start, end, "Label possible, fin inconnue des sources", look="maybe"))
        return found
    if start < sure_from:
        found.append(_bar(scale, y, start, sure_from, "Début connu à peu près", look="maybe"))
    found.append(_bar(scale, y, sure_from, sure_to, "Label certain", look="sure"))
    if end > sure_to:
        found.append(_bar(scale, y, sure_to, end, "Fin connue à peu près", look="maybe"))
    return found


def _pauses(label: Label, scale: _Scale, y: int, on: dt.date) -> list[Bar]:
    """The suspensions over the bars; one that nothing ends is drawn up to that day."""
    return [
        _bar(scale, y, pause.starts_from, max(pause.starts_from, pause.ends_by or on), "Label suspendu", look="paused")
        for pause in label.suspensions.all()
    ]


def _bar(scale: _Scale, y: int, start: dt.date, end: dt.date, title: str, *, look: str) -> Bar:
    x = scale(start)
    height = BAR - 8 if look == "paused" else BAR
    y = y + 4 if look == "paused" else y
    return Bar(x, y, max(3, scale(end) - x), f"{title}, du {start:%d/%m/%Y} au {end:%d/%m/%Y}", look, height)


def _dots(decisions: Sequence[LabelDecision], scale: _Scale) -> tuple[Dot, ...]:
    dots = []
    for row, decision in enumerate(decisions):
        date = decision.decided_on
        x = (scale(date.first) + scale(date.last)) // 2
        y = BARS_TOP + row * ROW - 8
        label = f"{decision.get_kind_display()}, {date}"
        is_late = x > (LEFT + RIGHT) // 2
        dots.append(
            Dot(
                x,
                y,
                f"{label} ({decision.get_date_nature_display()})",
                label,
                x + (-12 if is_late else 12),
                y + 5,
                "end" if is_late else "start",
            )
        )
    return tuple(dots)
