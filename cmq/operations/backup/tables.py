"""The rows of a database as lines of JSON, the same on every engine, so that a backup of one is restored on another."""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from cmq.core.inserting import insert_lines
from cmq.core.partial_dates import PartialDate, PartialDateField

# Left to itself, orjson writes a partial date by its parts, which no field reads.
_AS_LINES = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS
# Whoever was logged in logs in again: what opens an account stays in no backup.
LEFT_OUT: frozenset[type[models.Model]] = frozenset({Session})


class TableSum(NamedTuple):
    """What a table holds: how many rows, and the SHA-256 of its lines."""

    rows: int
    sha256: str


def held() -> list[type[models.Model]]:
    """Every table that a backup holds, each after those that its rows point at where that can be."""
    everything = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in LEFT_OUT
    ]
    ordered: list[type[models.Model]] = []
    placed: set[type[models.Model]] = set()

    def place(model: type[models.Model], on_the_way: frozenset[type[models.Model]]) -> None:
        if model in placed or model in on_the_way:
            return
        for target in _targets(model):
            place(target, on_the_way | {model})
        placed.add(model)
        ordered.append(model)

    for model in sorted(everything, key=lambda each: each._meta.db_table):
        place(model, frozenset())
    known = set(everything)
    return [model for model in ordered if model in known]


def _targets(model: type[models.Model]) -> list[type[models.Model]]:
    related = [field.related_model for field in model._meta.local_fields if field.is_relation]
    return [each for each in related if isinstance(each, type) and each is not model]


def write(model: type[models.Model], file: BinaryIO, *, using: str) -> TableSum:
    """Write the rows of a table in the order of their keys, one JSON array a line; returns what was written."""
    fields = model._meta.local_concrete_fields
    names = [field.attname for field in fields]
    rows = model._base_manager.using(using).order_by(model._meta.pk.attname).values_list(*names)
    count, digest = 0, hashlib.sha256()
    for row in rows.iterator(chunk_size=2000):
        line = orjson.dumps(row, default=_plain, option=_AS_LINES)
        digest.update(line)
        file.write(line)
        count += 1
    return TableSum(count, digest.hexdigest())


def _plain(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def columns(model: type[models.Model]) -> list[str]:
    """The columns of a table as its lines give them."""
    return [field.attname for field in model._meta.local_concrete_fields]


def read(model: type[models.Model], path: Path, *, using: str) -> None:
    """Insert the lines of a table as they are; the table is empty. Constraints are looked at by who opened the
    transaction."""
    fields, connection = model._meta.local_concrete_fields, connections[using]
    # Not as new rows of the model: a field that tells when its row was made keeps what it told, and what a manager of
    # ours does besides has been done once already.
    with path.open("rb") as file:
        insert_lines(model, (_row(fields, orjson.loads(line), connection) for line in file), using=using)


def _row(fields: Sequence[Any], values: list[Any], connection: BaseDatabaseWrapper) -> list[Any]:
    """The values of a line as the database takes them."""
    return [
        None if value is None else field.get_db_prep_save(_value(field, value), connection)
        for field, value in zip(fields, values, strict=True)
    ]


def _value(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.ForeignKey):
        return _value(field.target_field, value)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    if isinstance(field, models.JSONField):
        return value
    if isinstance(field, PartialDateField) and isinstance(value, dict):
        # Backups of before wrote a partial date by its parts.
        return PartialDate(**value)
    return field.to_python(value)


def empty(using: str) -> None:
    """Remove every row of every table, also of those that a backup leaves out; inside the caller's transaction."""
    connection = connections[using]
    # PostgreSQL empties no table while keys changed in the same transaction are still to be looked at.
    connection.check_constraints()
    names = [model._meta.db_table for model in (*held(), *LEFT_OUT)]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), names, allow_cascade=False):
            cursor.execute(statement)


def follow_numbers(using: str) -> None:
    """Let the next rows be numbered after those that were inserted with their keys."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), held()):
            cursor.execute(statement)


def sums(using: str) -> Iterator[tuple[str, TableSum]]:
    """Name of each table and what it holds now."""

    class Nowhere:
        def write(self, line: bytes) -> int:
            return len(line)

    for model in held():
        yield model._meta.db_table, write(model, Nowhere(), using=using)  # type: ignore[arg-type]
