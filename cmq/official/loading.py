"""Bringing one table to what a file says: only what differs is written."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import ProtectedError

from cmq.core.inserting import insert_rows
from cmq.core.models import Source
from cmq.official.errors import Rejected
from cmq.official.importers import Parsed, Table

BATCH = 2000
# Enough to mend a file by; the counts say how many more there are.
MOST_TOLD = 200

Values = tuple[Any, ...]


@dataclass
class Outcome:
    """What became of the rows of a file."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    refused: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    # [key, field, before, after]
    differences: list[list[str]] = field(default_factory=list)

    @property
    def wrote(self) -> int:
        """How many rows are other than before."""
        return self.created + self.changed + self.removed

    def add(self, other: "Outcome") -> None:
        """Count another table too."""
        for name in ("read", "created", "changed", "unchanged", "removed", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rejected = (self.rejected + other.rejected)[:MOST_TOLD]
        self.differences = (self.differences + other.differences)[:MOST_TOLD]


def load_table(
    table: Table,
    parsed: Iterable[Parsed],
    *,
    source: Source | None,
    on: dt.date,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Write what differs; inside a transaction of the caller's.

    A key that comes twice in the file is refused the second time. Only the keys are held in memory.
    """
    writer = _Writer(table, source, on)
    for batch in _batches(parsed):
        writer.take(batch)
        progress(writer.outcome.read)
    writer.remove_the_rest()
    return writer.outcome


def _batches(parsed: Iterable[Parsed]) -> Iterator[list[Parsed]]:
    rows = iter(parsed)
    while batch := list(islice(rows, BATCH)):
        yield batch


class _Writer:
    """One table while it is loaded."""

    def __init__(self, table: Table, source: Source | None, on: dt.date) -> None:
        self.table, self.source, self.on = table, source, on
        self.outcome = Outcome()
        self.held = table.model._default_manager.filter(table.scope)
        # Primary keys of the rows that the file has not named yet.
        self.left: set[Any] = set(self.held.values_list("pk", flat=True))
        self.was_empty = not self.left
        self.seen: set[int] = set()
        self.dates = self._dates()

    def _dates(self) -> dict[str, Any]:
        """The columns that say where a row is from, with what they say of rows written now."""
        if not self.table.dated:
            return {}
        names = {each.attname for each in self.table.model._meta.concrete_fields}
        said = {"source_id": self.source.pk if self.source else None, "loaded_on": self.on}
        return {name: value for name, value in said.items() if name in names}

    def take(self, batch: list[Parsed]) -> None:
        """The next rows of the file."""
        rows = []
        for number, row in batch:
            self.outcome.read += 1
            if isinstance(row, Rejected):
                self._refuse(row)
                continue
            key = self._key(row)
            if hash(key) in self.seen:
                self._refuse(
                    Rejected(number, "Cette ligne est déjà plus haut dans le fichier.", " ".join(map(str, key)))
                )
                continue
            self.seen.add(hash(key))
            rows.append((key, row))
        self._write(rows)

    def _write(self, rows: list[tuple[Values, models.Model]]) -> None:
        held = {} if self.was_empty else self._held_of([key for key, _ in rows])
        new, changed = [], []
        for key, row in rows:
            before = held.get(key)
            if before is None:
                new.append(self._dated(row))
            elif self._differs(key, before[1:], row):
                row.pk = before[0]
                changed.append(self._dated(row))
            else:
                self.outcome.unchanged += 1
            if before is not None:
                self.left.discard(before[0])
        insert_rows(new)
        if changed:
            names = [*self.table.columns, *self.dates]
            self.table.model._default_manager.bulk_update(changed, names, batch_size=200)
        self.outcome.created += len(new)
        self.outcome.changed += len(changed)

    def remove_the_rest(self) -> None:
        """Take away what the file no longer has; what others point at stays."""
        if not self.table.removes:
            return
        if self.table.retires:
            self.outcome.removed += (
                self.held.filter(pk__in=self.left).exclude(**self.table.retires).update(**self.table.retires)
            )
            return
        for keys in _chunks(sorted(self.left), 500):
            try:
                self.held.filter(pk__in=keys).delete()
                self.outcome.removed += len(keys)
            except ProtectedError as error:
                kept = {getattr(each, "pk", None) for each in error.protected_objects}
                self.outcome.unchanged += len(kept)

    def _key(self, row: models.Model) -> Values:
        return tuple(getattr(row, name) for name in self.table.key)

    def _held_of(self, keys: list[Values]) -> dict[Values, Values]:
        first = {f"{self.table.key[0]}__in": {key[0] for key in keys}}
        columns = self.held.filter(**first).values_list("pk", *self.table.key, *self.table.columns)
        size = len(self.table.key)
        return {line[1 : 1 + size]: (line[0], *line[1 + size :]) for line in columns}

    def _differs(self, key: Values, before: Values, row: models.Model) -> bool:
        after = tuple(getattr(row, name) for name in self.table.columns)
        if after == before:
            return False
        if len(self.outcome.differences) < MOST_TOLD:
            named = zip(self.table.columns, before, after, strict=True)
            told = " ".join(map(str, key))
            self.outcome.differences += [[told, n, _short(b), _short(a)] for n, b, a in named if b != a]
        return True

    def _dated(self, row: models.Model) -> models.Model:
        for name, value in self.dates.items():
            setattr(row, name, value)
        return row

    def _refuse(self, row: Rejected) -> None:
        self.outcome.refused += 1
        if len(self.outcome.rejected) < MOST_TOLD:
            self.outcome.rejected.append(row)


def _chunks(values: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _short(value: object) -> str:
    return str("" if value is None else value)[:120]
