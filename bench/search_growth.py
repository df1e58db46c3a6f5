"""How the search grows: the same questions on more and more offers, drawn into `docs/`."""

import datetime as dt
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection

from bench.measuring import row
from bench.search_corpus import Maker, fill
from bench.search_measures import classes, get, memory_of_workers, quantile, seconds
from bench.search_raw import size_of
from bench.serving import serving
from cmq.search import folders, indexing

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
SHOWN = ("rare word", "common word", "text and radius", "text and facets", "newest first", "deep page")
_COLOURS = ("#000091", "#c9191e", "#18753c", "#716043", "#6e445a", "#0063cb")
_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 400, 60, 20
_FLOOR, _CEILING = 1.0, 1_000.0  # ms


@dataclass(frozen=True)
class Step:
    """What was measured on so many offers; milliseconds, seconds, bytes."""

    offers: int
    p95: dict[str, float]
    p50: dict[str, float]
    build: float
    size: int
    memory: int


def grow(maker: Maker, most: int) -> None:
    """Measure each size in turn, and write what is known after each: the last ones are long."""
    steps: list[Step] = []
    loaded = 0
    for size in (each for each in SIZES if each <= most):
        fill(maker, offers=size - loaded, courses=0 if loaded else SIZES[0] // 20)
        loaded = size
        steps.append(_measure(size))
        _write(steps)


def _measure(offers: int) -> Step:
    started = time.perf_counter()
    indexing.rebuild()
    build = time.perf_counter() - started
    folder = folders.current()
    assert folder is not None
    p50, p95 = {}, {}
    with serving("cmq.wsgi:application", workers=1) as (url, _):
        for name, questions in classes(None).items():
            paths = [f"/recherche/?{urlencode(each.query, doseq=True)}" for each in questions]
            if name not in SHOWN or not paths:
                continue
            for path in paths:
                get(url, path)
            times = [seconds(lambda path=path: get(url, path)) * 1000 for path in paths]
            p50[name], p95[name] = quantile(times, 0.5), quantile(times)
        memory = max((held for _, held in memory_of_workers()), default=0)
    row(f"search: growth, {offers:,} offers", ", ".join(f"{name} {p95[name]:.0f} ms" for name in p95))
    return Step(offers, p95, p50, build, size_of(folder), memory)


def _write(steps: list[Step]) -> None:
    (DOCS / "search-growth.svg").write_text(_drawing(steps))
    names = [name for name in SHOWN if name in steps[0].p95]
    lines = [
        "# How the search grows",
        "",
        f"Whole page over HTTP, p50 / p95 in milliseconds, {os.cpu_count()} cores shared with other work,"
        f" {connection.vendor}, measured on {dt.date.today():%d/%m/%Y} by `python -m bench.search growth`.",
        "Read how the lines rise, not their height.",
        "",
        "![Whole page, median, by number of offers](search-growth.svg)",
        "",
        "| offers | " + " | ".join(names) + " | index | built in | web process |",
        "|---" * (len(names) + 4) + "|",
    ]
    for step in steps:
        times = " | ".join(f"{step.p50[name]:.0f} / {step.p95[name]:.0f}" for name in names if name in step.p95)
        sizes = f"{step.size / 1e6:.0f} MB | {step.build:.0f} s | {step.memory / 1e6:.0f} MB"
        lines.append(f"| {step.offers:,} | {times} | {sizes} |")
    if steps[-1].offers < SIZES[-1]:
        lines += ["", f"{SIZES[-1]:,} offers were not measured in this run."]
    (DOCS / "search-growth.md").write_text("\n".join(lines) + "\n")


def _drawing(steps: list[Step]) -> str:
    """Both axes logarithmic: offers to the right, milliseconds up."""
    first, last = math.log10(SIZES[0]), math.log10(SIZES[-1])

    def x(offers: int) -> float:
        return _LEFT + (math.log10(offers) - first) / (last - first) * (_WIDTH - _LEFT - 190)

    def y(milliseconds: float) -> float:
        held = min(_CEILING, max(_FLOOR, milliseconds))
        share = math.log10(held / _FLOOR) / math.log10(_CEILING / _FLOOR)
        return _HEIGHT - 50 - share * (_HEIGHT - 50 - _TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12" aria-label="Whole page, median in ms, by number of offers">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    for tick in (1, 10, 100, 1_000):
        parts.append(f'<path d="M{_LEFT} {y(tick):.0f}H{_WIDTH - 190}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick} ms</text>')
    for size in SIZES:
        parts.append(f'<text x="{x(size):.0f}" y="{_HEIGHT - 28}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">offers in the index; whole page over HTTP, median</text>')
    for at, name in enumerate(name for name in SHOWN if name in steps[0].p95):
        colour = _COLOURS[at]
        spots = [(x(step.offers), y(step.p50[name])) for step in steps if name in step.p50]
        line = " ".join(f"{left:.0f},{top:.0f}" for left, top in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{left:.0f}" cy="{top:.0f}" r="3.5" fill="{colour}"/>' for left, top in spots]
        parts.append(f'<path d="M{_WIDTH - 175} {_TOP + 20 * at + 8}h24" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{_WIDTH - 145}" y="{_TOP + 20 * at + 12}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
