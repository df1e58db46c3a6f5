"""Whole tables of rows that are text and numbers already, written in one statement repeated.

Django's `bulk_create` makes an object of each row and an expression of each value: for the communes of France that is
most of the time that a first set-up takes.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router

Rows = Sequence[dict[str, Any]]


def write_rows(model: type[models.Model], rows: Rows, *, key: str = "") -> None:
    """Insert `rows` (attribute → value, each column of `model` in each of them), inside the caller's transaction.

    Args:
        key: the unique attribute by which a row that the table has already is brought to the new values; without one
            such a row is an `IntegrityError`.
    """
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = {field.attname: quote(str(field.column)) for field in fields}
    # Names of our own tables and columns alone are written into the text; values are parameters.
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns.values())}) "
    insert += f"VALUES ({', '.join(['%s'] * len(columns))})"
    if key:
        changed = [f"{column} = EXCLUDED.{column}" for name, column in columns.items() if name != key]
        insert += f" ON CONFLICT ({columns[key]}) DO UPDATE SET {', '.join(changed)}"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.executemany(insert, [[row[name] for name in columns] for row in rows])
