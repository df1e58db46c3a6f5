"""Verifying a journal of a million lines against hashing them alone: `python -m bench.journal [LINES]`.

It works in a database of its own, in a temporary folder (or where DATABASE_URL points: an empty one), so that no
journal of a site is touched.

« Hashing them alone » can be read in two ways, and both are printed:
- writing each line from values in memory and chaining its SHA-256, which every proof must do; wanted: at least 0.50;
- chaining the SHA-256 of bytes that are already there, which is what an exported file allows; wanted there: 0.50.
"""

import datetime as dt
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-journal-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/journal.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from cmq.core.canonical import written_line  # noqa: E402
from cmq.core.journal import export, rows, verify, verify_export  # noqa: E402
from cmq.core.models import Change, FeedHead  # noqa: E402

ACTS = (
    ("labels.record_decision", "labels.labeldecision", "Décision inscrite : Campus fictif n° {} – Label obtenu.", "{}"),
    ("campuses.state_fact", "campuses.campusfact", "Fait inscrit : Filière du Campus fictif n° {} des Métiers.", "{}"),
    ("organisations.end_role", "organisations.role", "Rôle terminé : n° {}.", '{"ends_on":[null,"2026-11-24"]}'),
)
Row = tuple[Any, ...]


def main(total: int) -> None:
    """Fill, then measure each way three times and keep the best."""
    call_command("migrate", "core", verbosity=0)
    fill(total)
    # Before anything is in memory: a process that shares the work copies what it touches of it.
    rates = {
        f"journal verify, {connection.vendor}, {processes} process(es)": speed(
            total, lambda processes=processes: checked(verify(processes=processes), total)
        )
        for processes in sorted({1, os.cpu_count() or 1})
    }
    with export_file().open("wb") as out:
        export(out)
    rates["journal verify FILE"] = speed(total, lambda: check_file(total))
    hashing, writing = alone(total)
    print(f"{'journal, SHA-256 of ready bytes':<50} {hashing:>12,.0f} lines/s")
    print(f"{'journal, writing and hashing from memory':<50} {writing:>12,.0f} lines/s")
    for name, rate in rates.items():
        ratios = f"{rate / writing:.2f} of writing and hashing, {rate / hashing:.2f} of hashing ready bytes"
        print(f"{name:<50} {rate:>12,.0f} lines/s, {ratios}", flush=True)


def alone(total: int) -> tuple[float, float]:
    """Lines a second in memory: of bytes that are there, and of values to be written first."""
    ready = [line[:-1] for line in export_file().read_bytes().splitlines(keepends=True)[:-2]]
    hashing = speed(total, lambda: chained(ready))
    values = [row[:-1] for row in rows(1)]
    return hashing, speed(total, lambda: written(values))


def speed(total: int, act: Callable[[], Any]) -> float:
    """Lines a second, the best of three runs."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - started)
    return total / best


def chained(lines: list[bytes]) -> str:
    """The bare loop: what SHA-256 costs."""
    digest = ""
    for line in lines:
        digest = hashlib.sha256(line).hexdigest()
    return digest


def written(values: list[Row]) -> str:
    """The loop that nobody can avoid who starts from values: write, hash, chain."""
    digest = ""
    for row in values:
        digest = hashlib.sha256(written_line(digest, *row)).hexdigest()
    return digest


def checked(verdict: Any, total: int) -> None:
    """Stop when what was measured did not prove anything."""
    if verdict.broken or verdict.head.position != total:
        sys.exit(f"the journal should be whole: {verdict}")


def check_file(total: int) -> None:
    """Verify the export."""
    with export_file().open("rb") as file:
        checked(verify_export(file), total)


def export_file() -> Path:
    """Where the journal is exported."""
    return Path(FOLDER.name) / "export.jsonl"


def fill(total: int) -> None:
    """Lines like those of a register, chained as the feed chains them."""
    table, columns = Change._meta.db_table, [field.column for field in Change._meta.local_concrete_fields]
    marks = ", ".join(["%s"] * len(columns))
    names = ", ".join(f'"{name}"' for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        batch = []
        for row in changes(total):
            batch.append([row[name] for name in columns])
            if len(batch) == 5_000 or row["position"] == total:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)
                batch.clear()
        FeedHead.objects.update_or_create(
            pk=1, defaults={"position": total, "public_position": total, "digest": row["digest"]}
        )


def changes(total: int) -> Iterator[dict[str, Any]]:
    """The lines, one by one."""
    digest, began = "", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    for position in range(1, total + 1):
        act, model, summary, diff = ACTS[position % len(ACTS)]
        at = began + dt.timedelta(seconds=position, microseconds=position)
        by, key, text = position % 400 or None, str(position), summary.format(position)
        told_at = at.replace(tzinfo=None).isoformat(" ", "microseconds")
        line = written_line(digest, position, told_at, by, act, model, key, "", "", 1, text, 0, diff)
        digest = hashlib.sha256(line).hexdigest()
        yield {
            "position": position,
            "at": at.replace(tzinfo=None) if connection.vendor == "sqlite" else at,
            "by": by,
            "act": act,
            "model": model,
            "key": key,
            "first_key": "",
            "last_key": "",
            "count": 1,
            "summary": text,
            "diff": diff,
            "is_private": False,
            "digest": digest,
        }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
