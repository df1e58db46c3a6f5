"""Storing many new rows at once, faster than `bulk_create` where nothing but the rows is wanted."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Max

# Attribute → value, each column in each row.
Rows = Sequence[dict[str, Any]]
BATCH = 500
# Where an attribute holds what the database stores, when it is of one of these types.
_PLAIN_FIELDS = {
    *("CharField", "TextField", "SlugField", "URLField", "EmailField", "BooleanField", "FloatField"),
    *("IntegerField", "PositiveIntegerField", "SmallIntegerField", "PositiveSmallIntegerField", "BigIntegerField"),
    *("AutoField", "BigAutoField"),
}
_PLAIN_TYPES = {str, int, float, bool, type(None)}


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Store unsaved rows of one model, and give them their numbers when the database makes these.

    For tables without inheritance, and columns without an expression as their value. In a transaction of the caller's:
    on SQLite it is alone to write (`transaction_mode` is IMMEDIATE), so that the numbers it takes are nobody else's.
    Raises `IntegrityError` as `bulk_create` does.
    """
    if not rows:
        return
    model, connection = type(rows[0]), connections[DEFAULT_DB_ALIAS]
    assert connection.in_atomic_block
    key = model._meta.pk
    if isinstance(key, models.AutoField) and rows[0].pk is None:
        for row, number in zip(rows, _numbers(model, len(rows)), strict=False):
            row.pk = number
    readers = [_reader(each, connection) for each in model._meta.local_concrete_fields]
    insert_lines(model, ([read(row) for read in readers] for row in rows), using=DEFAULT_DB_ALIAS)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_lines(model: type[models.Model], lines: Iterable[Sequence[Any]], *, using: str) -> None:
    """Store lines of what the table of a model stores, each in the order of its `local_concrete_fields`.

    In a transaction of the caller's. Raises `IntegrityError`.
    """
    connection, fields = connections[using], model._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(each.column)) for each in fields)
    table = connection.ops.quote_name(str(model._meta.db_table))
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
            return
        marks, left = ", ".join(["%s"] * len(fields)), iter(lines)
        while batch := list(itertools.islice(left, BATCH)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", batch)  # noqa: S608  names of our tables


def write_rows(model: type[models.Model], rows: Rows, *, key: str = "") -> None:
    """Insert rows of text and numbers, without an object of each, inside the caller's transaction.

    Args:
        key: the unique attribute by which a row that the table has already is brought to the new values; without one
            such a row is an `IntegrityError`.
    """
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    connection = connections[DEFAULT_DB_ALIAS]
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


def _reader(field: Any, connection: Any) -> Callable[[models.Model], object]:
    """What a column stores of a row."""
    name, target, prepared = field.attname, getattr(field, "target_field", field), field.get_db_prep_save
    is_own = type(target).__module__.startswith("django.")

    def plain(row: models.Model) -> object:
        value = row.__dict__[name]
        return value if type(value) in _PLAIN_TYPES else prepared(value, connection)

    def unless_none(row: models.Model) -> object:
        value = row.__dict__[name]
        return None if value is None else prepared(value, connection)

    if is_own and target.get_internal_type() in _PLAIN_FIELDS:
        return plain
    if is_own and isinstance(field, models.DateField) and not (field.auto_now or field.auto_now_add):
        return unless_none
    return lambda row: prepared(field.pre_save(row, True), connection)


def _numbers(model: type[models.Model], many: int) -> Sequence[int]:
    """Numbers that no row has had: from the sequence of the table, or, on SQLite, after the highest ever given."""
    key, table, connection = model._meta.pk, model._meta.db_table, connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            asked = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(asked, [connection.ops.quote_name(table), key.column, many])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        given = cursor.fetchone()
    highest = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
    first = max(highest, given[0] if given else 0) + 1
    return range(first, first + many)
