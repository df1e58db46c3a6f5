"""What a person did that cannot be: one exception, one French sentence. What the site stands on may fail too;
everything else is a bug and must crash."""

import errno
import sqlite3

from django.db import InterfaceError, OperationalError

_DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Refusal(Exception):
    """An act that is refused; `str()` gives the French sentence to show. Nothing was written."""


class NotAllowed(Refusal):
    """The act is refused because of who asks."""


def require(condition: object, message: str) -> None:
    """Raise `Refusal(message)` unless `condition` holds."""
    if not condition:
        raise Refusal(message)


def require_right(condition: object, message: str = "Vous n’avez pas le droit de faire cela.") -> None:
    """Raise `NotAllowed(message)` unless `condition` holds."""
    if not condition:
        raise NotAllowed(message)


def is_passing(error: BaseException | None) -> bool:
    """Whether a failure is of what the site stands on: the database away, too busy or without room, the disk full.

    The same request may pass later.
    """
    if isinstance(error, OSError):
        return error.errno in _DISK_IS_FULL
    cause = getattr(error, "__cause__", None)
    if isinstance(cause, sqlite3.Error):
        # SQLite says the same of a statement that makes no sense, which is a bug.
        return isinstance(error, OperationalError) and cause.sqlite_errorcode != sqlite3.SQLITE_ERROR
    return isinstance(error, OperationalError | InterfaceError)
