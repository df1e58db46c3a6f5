"""The change feed: one append-only, ordered list of what changed, for history, caches, search and open data.

Actions open a `change_set`; what they `record` is written just before the outermost one commits, under a lock on the
feed's head. So positions come in the order of the commits, without a hole: who has read up to position n never misses
a line that appears later with a smaller number. The head is always the last lock that a transaction takes, which is
why actions cannot wait for each other in a circle.

Each line carries the SHA-256 of its written form, which names that of the line before it (`core.canonical`): a changed,
removed or reordered line shows (`core.journal`).
"""

import functools
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction
from django.utils import timezone

from cmq.core import journal
from cmq.core.canonical import canonical_json, digest_of, written_line
from cmq.core.models import Change, FeedHead

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _ChangeSet:
    by: int | None
    pending: list[Change] = field(default_factory=list)


_current: ContextVar[_ChangeSet | None] = ContextVar("change_set", default=None)


@contextmanager
def change_set(*, by: int | None = None) -> Iterator[None]:
    """A transaction whose recorded changes enter the feed when it commits, all or none.

    Args:
        by: primary key of the person who acts; None for the system, or for the enclosing set's person.
    Sets nest: an inner one that fails takes its own lines with it.
    """
    outer = _current.get()
    if outer is not None:
        kept = len(outer.pending)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer.pending[kept:]
            raise
        return
    current = _ChangeSet(by)
    token = _current.set(current)
    try:
        with transaction.atomic():
            yield
            _append(current.pending)
    finally:
        _current.reset(token)


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function of `actions.py` one change set; its keyword `by` (a person or None) is who acts."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        person = kwargs.get("by")
        with change_set(by=getattr(person, "pk", None)):
            return function(*args, **kwargs)

    return wrapper


def record(
    subject: models.Model, act: str, summary: str, *, diff: dict[str, Any] | None = None, is_private: bool = False
) -> None:
    """Say that `subject` changed.

    Args:
        act: name of the act, « room.verb ».
        summary: one French sentence for the history.
        diff: field → [before, after], JSON values.
        is_private: no public page or file can change with it: caches and indexes stay as they are.
    Raises RuntimeError outside a change set.
    """
    _add(
        Change(
            act=act,
            model=subject._meta.label_lower,
            key=str(subject.pk),
            summary=summary[:400],
            diff=diff or {},
            is_private=is_private,
        )
    )


def record_bulk(*, model: type[models.Model], count: int, first: object, last: object, summary: str) -> None:
    """Say that `count` rows of `model` were loaded at once, keys `first` to `last`: one line whatever the count."""
    _add(
        Change(
            act="core.bulk_load",
            model=model._meta.label_lower,
            first_key=str(first),
            last_key=str(last),
            count=count,
            summary=summary[:400],
        )
    )


def recorded(*, since: int = 0) -> list[Change]:
    """What the open change set has recorded so far, leaving out the first `since` lines; nothing outside of one."""
    current = _current.get()
    return current.pending[since:] if current else []


def position() -> int:
    """The last position given out; 0 for an empty feed."""
    return FeedHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0


def public_position() -> int:
    """The last position of a public line; 0 without one. It moves exactly when something public may have changed."""
    return FeedHead.objects.filter(pk=1).values_list("public_position", flat=True).first() or 0


def public_version() -> tuple[int, str]:
    """`public_position` with that line's digest: another database may have reached the same position."""
    digest = Change.objects.filter(position=models.OuterRef("public_position")).values("digest")
    head = FeedHead.objects.filter(pk=1, public_position__gt=0)
    return head.values_list("public_position", models.Subquery(digest)).first() or (0, "")


def changed_at(model: type[models.Model], keys: Collection[object] | None = None) -> dict[str, datetime]:
    """When rows last changed for the public: key as text → instant; a row of which the feed says nothing is left out.

    Args:
        keys: the rows of interest; all that a line names when not said (bulk lines then count for those alone).
    """
    lines = Change.objects.public().filter(model=model._meta.label_lower).order_by()
    named = lines.exclude(key="")
    if keys is not None:
        named = named.filter(key__in=[str(key) for key in keys])
    told = dict(named.values_list("key").annotate(models.Max("at")))
    ranges = list(lines.filter(key="").values_list("first_key", "last_key", "at"))
    for key in map(str, keys if keys is not None else tuple(told)):
        instants = [at for first, last, at in ranges if _rank(first) <= _rank(key) <= _rank(last)]
        if instants:
            told[key] = max(instants + ([told[key]] if key in told else []))
    return told


def _rank(key: str) -> tuple[int, str]:
    """The order of keys: numbers by value, codes by letter."""
    return (int(key), "") if key.isdecimal() else (-1, key)


def first_broken_position() -> int | None:
    """The position of the first line that is not as it was written, or None (`core.journal.verify` says why)."""
    broken = journal.verify().broken
    return broken.position if broken else None


def _add(change: Change) -> None:
    current = _current.get()
    if current is None:
        raise RuntimeError("record() needs a change_set(): the change and its line commit together")
    change.by = current.by
    change.at = timezone.now()
    current.pending.append(change)


def _append(pending: list[Change]) -> None:
    if not pending:
        return
    locked = FeedHead.objects.select_for_update().filter(pk=1)
    head = locked.first()
    if head is None:
        FeedHead.objects.get_or_create(pk=1)
        head = locked.get()
    for change in pending:
        head.position += 1
        change.position = head.position
        if not change.is_private:
            head.public_position = head.position
        head.digest = change.digest = digest_of(_written(head.digest, change))
    Change.objects.bulk_create(pending)
    locked.update(position=head.position, public_position=head.public_position, digest=head.digest)


def _written(previous: str, change: Change) -> bytes:
    return written_line(
        previous,
        change.position,
        change.at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
        change.by,
        change.act,
        change.model,
        change.key,
        change.first_key,
        change.last_key,
        change.count,
        change.summary,
        change.is_private,
        canonical_json(change.diff),
    )
