"""One at a time, across the processes of every machine: a lock that dies with whoever holds it."""

import datetime as dt
import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q

from cmq.core.text import slug_of


def without_a_sign(field: str, *, at: dt.datetime, after: dt.timedelta) -> Q:
    """Rows whose holder gave its last sign of life too long ago to be alive: the instant in `field`.

    A sign from as far in the future was given by a clock that was wrong, and says nothing either: waiting for that
    instant to pass would hold the row for as long as the clock had jumped.
    """
    return Q(**{f"{field}__lt": at - after}) | Q(**{f"{field}__gt": at + after})


@contextmanager
def one_at_a_time(name: str) -> Iterator[bool]:
    """Hold the lock of that name for the block, when nobody else does.

    Yields whether it is held; nobody waits. A process that is killed lets go: the lock is a session of the database on
    PostgreSQL, which every machine shares and which ends with the statement under way; on SQLite, which has one machine
    only, it is a file.
    """
    if connection.vendor == "postgresql":
        with _database_lock(name) as held:
            yield held
    else:
        # A lock is of one database: another site of this machine has its own.
        database = slug_of(str(connection.settings_dict["NAME"]))[-80:]
        with _file_lock(Path(settings.VAR_DIR) / "locks" / f"{database}-{slug_of(name)}.lock") as held:
            yield held


@contextmanager
def _database_lock(name: str) -> Iterator[bool]:
    number = zlib.crc32(name.encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def in_turn(name: str) -> None:
    """Wait until no other transaction holds the turn of that name, and hold it until this one ends.

    On SQLite a transaction that writes is alone anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])
