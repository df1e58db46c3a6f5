"""How often somebody asks, counted for all processes together.

The counts are worth a minute and are no data: on PostgreSQL an unlogged table holds them, for all machines; on SQLite,
whose one writer a night's load may keep for minutes, a file beside the database, for all processes of the machine.
"""

import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

_COUNT = """
    INSERT INTO core_rates (key, since, number) VALUES ({0}, {0}, 1)
    ON CONFLICT (key) DO UPDATE SET
        number = CASE WHEN core_rates.since = excluded.since THEN core_rates.number + 1 ELSE 1 END,
        since = excluded.since
    RETURNING number
"""
_FORGET = "DELETE FROM core_rates WHERE since < {0}"
TABLE = "CREATE {} TABLE IF NOT EXISTS core_rates (key text PRIMARY KEY, since bigint NOT NULL, number bigint NOT NULL)"
# Who cannot be counted at once is let through: a limit is there to share the site, not to close it.
_PATIENCE = 0.2  # seconds
_local = threading.local()


@dataclass(frozen=True)
class Rate:
    """How many have asked in this window, of how many, and in how many seconds it starts anew."""

    number: int
    limit: int
    reset: int

    @property
    def left(self) -> int:
        """How many may still ask."""
        return max(0, self.limit - self.number)

    @property
    def is_over(self) -> bool:
        """Whether this one is too many."""
        return self.number > self.limit


def hit(key: str, *, limit: int, seconds: int = 60, at: float | None = None) -> Rate:
    """Count one more under a key, in windows of some seconds."""
    now = int(time.time() if at is None else at)
    since = now - now % seconds
    return Rate(_count(key, since), limit, since + seconds - now)


def forget(*, at: float | None = None) -> None:
    """Delete the counts of more than a day ago."""
    before = int(time.time() if at is None else at) - 86_400
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FORGET.format("%s"), [before])
    else:
        _file().execute(_FORGET.format("?"), [before])


def _count(key: str, since: int) -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format("%s"), [key, since])
            return int(cursor.fetchone()[0])
    try:
        return int(_file().execute(_COUNT.format("?"), [key, since]).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _file() -> sqlite3.Connection:
    """This thread's connection to the file of counts."""
    path = Path(settings.RATES_FILE)
    known = getattr(_local, "file", None)
    if known is None or known[0] != path:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=OFF")
        opened.execute(TABLE.format(""))
        known = _local.file = (path, opened)
    return known[1]
