"""Table Schema (specs.frictionlessdata.io/table-schema): what the CSV of a dataset holds, for machines."""

from typing import Any

from cmq.opendata.columns import Column, Kind
from cmq.opendata.dataset import Dataset

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DAY: {"type": "date"},
    Kind.PARTIAL_DAY: {"type": "string"},
    Kind.INSTANT: {"type": "datetime", "format": "any"},
    Kind.ADDRESS: {"type": "string", "format": "uri"},
    Kind.LIST: {"type": "array"},
}
_PARTIAL_DAY = r"^\d{4}(-\d{2}(-\d{2})?)?$"


def table_schema(dataset: Dataset, *, url: str) -> dict[str, Any]:
    """The schema of a dataset; `url` is its page."""
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "name": dataset.slug,
        "title": dataset.title,
        "description": dataset.description,
        "homepage": url,
        "fields": [_field(column) for column in dataset.columns],
        "primaryKey": list(dataset.key),
        "missingValues": [""],
    }


def _field(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if column.is_required:
        limits["required"] = True
    if column.codes:
        limits["enum"] = list(column.codes)
    if column.kind == Kind.PARTIAL_DAY:
        limits["pattern"] = _PARTIAL_DAY
    field: dict[str, Any] = {
        "name": column.name,
        "title": column.label,
        **_TYPES[column.kind],
        "description": column.meaning,
        "example": column.example,
        "source": column.source,
        "license": column.licence,
    }
    if column.unit:
        field["unit"] = column.unit
    return {**field, "constraints": limits} if limits else field
