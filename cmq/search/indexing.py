"""The index made from the database: whole into a new folder, then kept up by following the change feed.

Each commit of the index says up to which line of the feed it goes, so a process killed at any instant loses nothing:
the next one starts from there. A line may be applied twice; the result is the same.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils import timezone

from cmq.core import feed
from cmq.core.models import Change
from cmq.search import engine, folders
from cmq.search.engine import Writer
from cmq.search.kinds import KINDS, Kind, Stale

Say = Callable[[str], None]
_LINES_AT_ONCE = 2_000
_ROWS_AT_ONCE = 500
_TOLD_EVERY = 100_000
_TIME_COUNTS = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Point:
    """How far an index goes: the position of a line, its digest, and the instant that decided what was open."""

    position: int
    digest: str
    at: str

    @classmethod
    def now(cls, at: dt.datetime) -> "Point":
        """The last line of the feed."""
        position = feed.position()
        return cls(position, _digest_at(position), at.isoformat())

    @classmethod
    def read(cls, note: str) -> "Point | None":
        """As a commit's note says it."""
        try:
            return cls(**json.loads(note))
        except (ValueError, TypeError):
            return None

    def written(self) -> str:
        """For a commit's note."""
        return json.dumps({"position": self.position, "digest": self.digest, "at": self.at})


def rebuild(*, say: Say = lambda line: None) -> int:
    """Make the index anew and let everyone read it; returns the number of things in it.

    The former index is read until the new one is whole. Raises `LockBusy` when another process writes.
    """
    with folders.writing():
        at = timezone.now()
        point = Point.now(at)
        folder = folders.new()
        writer = Writer(folder)
        count = sum(_add_all(writer, kind, at, say) for kind in KINDS)
        writer.commit(point.written())
        writer.close()
        folders.switch(folder)
    folders.forget_reader()
    return count


def _add_all(writer: Writer, kind: Kind, at: dt.datetime, say: Say) -> int:
    count = 0
    for document in kind.documents(at):
        writer.add(document)
        count += 1
        if count % _TOLD_EVERY == 0:
            say(f"{kind.plural} : {count:,}".replace(",", " "))
    say(f"{kind.plural} : {count:,}".replace(",", " "))
    return count


def needs_rebuilding() -> bool:
    """Whether there is no index of this version, or it was made from another database."""
    return _point() is None


def behind() -> int:
    """How many lines of the feed the index has not read; -1 when it must be made anew."""
    point = _point()
    return -1 if point is None else feed.position() - point.position


def is_due(at: dt.datetime) -> bool:
    """Whether time alone may have made some of the index old: it was brought up to date another day, or an hour ago."""
    point = _point()
    return point is not None and _is_due(point, at)


def _is_due(point: Point, at: dt.datetime) -> bool:
    since = dt.datetime.fromisoformat(point.at)
    return at - since > _TIME_COUNTS or timezone.localdate(since) != timezone.localdate(at)


def _point() -> Point | None:
    """How far the index goes; None without one, when it does not say, or its line is not in this database's feed."""
    folders.forget_reader()
    reader = folders.reader()
    point = Point.read(reader.note) if reader else None
    return point if point and _digest_at(point.position) == point.digest else None


def _digest_at(position: int) -> str:
    return Change.objects.filter(position=position).values_list("digest", flat=True).first() or ""


def follow(*, say: Say = lambda line: None) -> int:
    """Bring the index to the last line of the feed; returns how many lines were read.

    Makes it anew when there is none that fits. Raises `LockBusy` when another process writes.
    """
    with folders.writing():
        folder, point = folders.current(), _point()
        if folder is not None and point is not None:
            return _catch_up(folder, point)
    say("Index à construire…")
    rebuild(say=say)
    return 0


def _catch_up(folder: Path, point: Point) -> int:
    at, read = timezone.now(), 0
    while True:
        lines = list(Change.objects.filter(position__gt=point.position).order_by("position")[:_LINES_AT_ONCE])
        stale = _stale(lines, point, at)
        if not lines and not stale and not _is_due(point, at):
            return read
        last = lines[-1] if lines else None
        reached = Point(last.position, last.digest, at.isoformat()) if last else replace(point, at=at.isoformat())
        writer = Writer(folder)
        for kind, old in stale:
            _renew(writer, kind, old, at)
        writer.commit(reached.written())
        writer.close()
        folders.forget_reader()
        point, read = reached, read + len(lines)


def _stale(lines: Sequence[Change], point: Point, at: dt.datetime) -> list[tuple[Kind, Stale]]:
    """What is old in the index, by kind: what the lines name, and what time alone has shown or closed."""
    since = dt.datetime.fromisoformat(point.at)
    old = {kind.slug: kind.stale(lines) for kind in KINDS}
    if timezone.localdate(since) != timezone.localdate(at):
        # A new day: labels end, stops are over.
        old |= {kind.slug: Stale(everything=True) for kind in KINDS if kind.is_small}
    for kind in KINDS:
        known = old[kind.slug]
        old[kind.slug] = replace(known, numbers=known.numbers.union(kind.moved_by_time(since, at)))
    return [(kind, old[kind.slug]) for kind in KINDS if not old[kind.slug].is_nothing]


def _renew(writer: Writer, kind: Kind, old: Stale, at: dt.datetime) -> None:
    """Write again what is old of one kind: dropped, then added if it is still public."""
    if old.everything:
        writer.forget_kind(kind.slug)
        for document in kind.documents(at):
            writer.add(document)
        return
    # Each thing once: one added twice within a commit would be there twice.
    ranges = _joined(old.ranges)
    for first, last in ranges:
        writer.forget_range(kind.number, first, last)
        for document in kind.documents_between(first, last, at):
            writer.add(document)
    alone = sorted(each for each in old.numbers if not any(first <= each <= last for first, last in ranges))
    for start in range(0, len(alone), _ROWS_AT_ONCE):
        some = alone[start : start + _ROWS_AT_ONCE]
        for number in some:
            writer.forget(kind.slug, number)
        for document in kind.documents(at, only=some):
            writer.add(document)


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in their order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


@dataclass(frozen=True, slots=True)
class State:
    """What the index of this machine is: its name, its bytes, kind → number of things, lines of the feed not read."""

    name: str
    size: int
    counts: tuple[tuple[str, int], ...]
    behind: int


def state() -> State | None:
    """How the index is; None when there is none."""
    folder, reader = folders.current(), folders.reader()
    if folder is None or reader is None:
        return None
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    counts = reader.counts(engine.Wanted(), ["kind"])["kind"]
    return State(folder.name, size, tuple((kind.plural, counts.get(kind.slug, 0)) for kind in KINDS), behind())
