"""How often somebody asks, counted for all processes together.

The counts are worth a minute and are no data: the cache server holds them where there is one; else, and while it is
away, an unlogged table of PostgreSQL, for all machines, or, for SQLite, whose one writer a night's load may keep for
minutes, a file beside the database, for all processes of the machine.

Large limits need no exact count: a process may keep some calls to itself (`step`) before it tells the others, so that
most pages cost no question. What all allow together is then over the limit by at most `step` for each process.
"""

import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from cmq.core import shared_cache

_COUNT = """
    INSERT INTO core_rates (key, since, number) VALUES ({0}, {0}, {0})
    ON CONFLICT (key) DO UPDATE SET
        number = excluded.number + CASE WHEN core_rates.since = excluded.since THEN core_rates.number ELSE 0 END,
        since = excluded.since
    RETURNING number
"""
_FORGET = "DELETE FROM core_rates WHERE since < {0}"
TABLE = "CREATE {} TABLE IF NOT EXISTS core_rates (key text PRIMARY KEY, since bigint NOT NULL, number bigint NOT NULL)"
# Who cannot be counted at once is let through: a limit is there to share the site, not to close it.
_PATIENCE = 0.2  # seconds
# A database that did not answer is left alone for a while: pages that need none of it are not kept waiting.
_LEAVE_ALONE_FOR = 5.0  # seconds
_MOST_HELD = 50_000
_local = threading.local()
clock = time.time


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


def hit(key: str, *, limit: int, seconds: int = 60, step: int = 1, at: float | None = None) -> Rate:
    """Count one more under a key, in windows of some seconds.

    Args:
        step: how many this process may count before it tells the others; 1 tells each at once.
    """
    now = int(clock() if at is None else at)
    since = now - now % seconds
    number = held.hit(key, since, step, seconds) if step > 1 else _count(key, since, 1, seconds)
    return Rate(number, limit, since + seconds - now)


@dataclass
class _Own:
    """What a process knows of a key: the count of all when it last told its own, and what it has not told yet."""

    since: int
    known: int = 0
    untold: int = 0


class _Held:
    """What this process has not told the others yet."""

    def __init__(self) -> None:
        self.own: dict[str, _Own] = {}
        self.lock = threading.Lock()
        self.silent_until = float("-inf")

    def hit(self, key: str, since: int, step: int, seconds: int) -> int:
        with self.lock:
            if len(self.own) >= _MOST_HELD:
                self.own.clear()
            own = self.own.get(key)
            if own is None or own.since != since:
                own = self.own[key] = _Own(since)
            own.untold += 1
            if own.untold < step:
                return own.known + own.untold
            told, own.untold = own.untold, 0
        # Outside the lock: who waits for the database holds nobody else.
        own.known = max(own.known + told, _count(key, since, told, seconds))
        return own.known + own.untold


held = _Held()


def forget(*, at: float | None = None) -> None:
    """Delete the counts of more than a day ago."""
    before = int(time.time() if at is None else at) - 86_400
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FORGET.format("%s"), [before])
    else:
        _file().execute(_FORGET.format("?"), [before])


def _count(key: str, since: int, number: int, seconds: int) -> int:
    """The count of all with these; 0 when it cannot be told."""
    if (server := shared_cache.in_use()) is not None:
        told = server.count(f"rates:{since}:{key}", number, seconds=seconds)
        if told is not None:
            return told
    if connection.vendor != "postgresql":
        try:
            return int(_file().execute(_COUNT.format("?"), [key, since, number]).fetchone()[0])
        except sqlite3.OperationalError:
            return 0
    if time.monotonic() < held.silent_until:
        return 0
    try:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format("%s"), [key, since, number])
            return int(cursor.fetchone()[0])
    except (OperationalError, InterfaceError):
        held.silent_until = time.monotonic() + _LEAVE_ALONE_FOR
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
