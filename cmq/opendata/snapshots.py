"""What datasets were: permanent snapshots, and what has changed since one of them."""

import datetime as dt
import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.formats import PIECE, write_ndjson
from cmq.opendata.models import Snapshot

Row = dict[str, Any]


def take(*, on: dt.date) -> int:
    """Take a snapshot of each dataset that has changed since its last one; once a day. Returns how many are new."""
    return sum(_take(dataset, on) for dataset in DATASETS.values())


def _take(dataset: Dataset, on: dt.date) -> bool:
    before = Snapshot.objects.filter(dataset=dataset.slug, taken_on__lte=on).first()
    if before is not None and before.taken_on == on:
        return False
    with tempfile.TemporaryFile() as kept:
        made = _write(dataset, on, kept)
        if before is not None and before.digest == made.digest and default_storage.exists(before.file):
            return False
        if not default_storage.exists(made.file):
            kept.seek(0)
            default_storage.save(made.file, File(kept))
    with transaction.atomic():
        # Of two runs at once, the second finds the row.
        return Snapshot.objects.get_or_create(
            dataset=dataset.slug,
            taken_on=on,
            defaults={"digest": made.digest, "rows": made.rows, "size": made.size},
        )[1]


def _write(dataset: Dataset, on: dt.date, into: BinaryIO) -> Snapshot:
    """Write the NDJSON of a day, compressed, and say what it is. Memory stays flat."""
    told, size, rows = hashlib.sha256(), 0, 0
    with gzip.GzipFile(fileobj=into, mode="wb", mtime=0) as out:
        for piece in write_ndjson(dataset, dataset.rows(on=on)):
            out.write(piece)
            told.update(piece)
            size, rows = size + len(piece), rows + piece.count(b"\n")
    return Snapshot(dataset=dataset.slug, taken_on=on, digest=told.hexdigest(), rows=rows, size=size)


def pieces_of(snapshot: Snapshot) -> Iterator[bytes]:
    """The NDJSON of a snapshot. Raises FileNotFoundError."""
    with default_storage.open(snapshot.file) as stored, gzip.GzipFile(fileobj=stored) as file:
        while piece := file.read(PIECE):
            yield piece


def rows_of(snapshot: Snapshot) -> Iterator[Row]:
    """Its rows. Raises FileNotFoundError."""
    with default_storage.open(snapshot.file) as stored, gzip.GzipFile(fileobj=stored) as file:
        for line in file:
            yield orjson.loads(line)


@dataclass(frozen=True)
class Changed:
    """A row that says something else than before: its key, and the columns that differ, (before, now)."""

    key: Any
    columns: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Changes:
    """What a dataset became since a snapshot."""

    since: Snapshot
    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many rows came, went or changed."""
        return len(self.added) + len(self.removed) + len(self.changed)

    def as_json(self) -> dict[str, Any]:
        """For files and the API."""
        return {
            "jeu": self.since.dataset,
            "depuis": self.since.taken_on.isoformat(),
            "empreinte": self.since.digest,
            "ajoutees": self.added,
            "retirees": self.removed,
            "modifiees": [
                {"cle": each.key, "colonnes": {n: {"avant": a, "apres": b} for n, (a, b) in each.columns.items()}}
                for each in self.changed
            ],
        }


def in_force(dataset: Dataset, day: dt.date) -> Snapshot | None:
    """The snapshot that says what a dataset was on a day: the last one taken by then; None before the first."""
    return Snapshot.objects.filter(dataset=dataset.slug, taken_on__lte=day).first()


def changes_since(dataset: Dataset, snapshot: Snapshot, *, on: dt.date) -> Changes:
    """What changed from a snapshot to this day's rows. Columns that only one of the two knows are left out.

    Raises FileNotFoundError when the snapshot's file is gone.
    """
    key = dataset.key[0]
    before = {row[key]: row for row in rows_of(snapshot)}
    found = Changes(snapshot)
    for line in write_ndjson(dataset, dataset.rows(on=on)):
        for row in map(orjson.loads, line.splitlines()):
            old = before.pop(row[key], None)
            if old is None:
                found.added.append(row)
            elif columns := {name: (old[name], row[name]) for name in row if name in old and old[name] != row[name]}:
                found.changed.append(Changed(row[key], columns))
    found.removed.extend(before.values())
    return found
