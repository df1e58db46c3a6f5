"""Where a query goes: to the primary, unless what asks has said that a copy that may lag is good enough.

A page says so for its reader (`cmq.web.replicas`): never one who has just written, never inside a transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections

from cmq.core.models import FeedHead

REPLICA = "replica"
# Who somebody is, and whether they still may enter, is always asked of the primary.
_ALWAYS_PRIMARY = frozenset(
    {"accounts", "account", "auth", "contenttypes", "mfa", "sessions", "socialaccount", "usersessions"}
)
_allowed: ContextVar[bool] = ContextVar("replica_allowed", default=False)


class ReplicaRouter:
    """Django's questions."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """The replica where it is allowed and good enough."""
        if not _allowed.get() or model._meta.app_label in _ALWAYS_PRIMARY or connections["default"].in_atomic_block:
            return "default"
        return REPLICA

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """The primary, also for what was read from the replica."""
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Rows of both are rows of one register."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The replica follows the primary by itself."""
        return db != REPLICA


def has_replica() -> bool:
    """Whether this site has a copy to read from."""
    return REPLICA in settings.DATABASES


def is_reading_replica() -> bool:
    """Whether queries may go to the replica now."""
    return _allowed.get()


@contextmanager
def reading_from_replica(allowed: bool = True) -> Iterator[None]:
    """Let queries inside go to the replica, or keep them from it."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def replica_position() -> int | None:
    """How far the replica has followed the change feed; None when it does not answer."""
    try:
        return FeedHead.objects.using(REPLICA).filter(pk=1).values_list("position", flat=True).first() or 0
    except DatabaseError:
        return None
