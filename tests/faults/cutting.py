"""Something happens in the middle of an act: at one of the statements that it writes."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

on_a_server = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no other process")


class At:
    """Do something before a statement that writes is run: the `number`th, counted from 1."""

    def __init__(self, number: int, act: Callable[[], None]) -> None:
        self.left, self.act = number, act

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self.left -= 1
            if self.left == 0:
                self.act()
        return execute(sql, params, many, context)


def end_the_session() -> None:
    """As when the server dies or the wire is cut: from beside, in the middle of the transaction."""
    mine = connection.connection.info
    with psycopg.connect(mine.dsn, autocommit=True) as beside:
        beside.execute("SELECT pg_terminate_backend(%s, 5000)", [mine.backend_pid])
