"""Every form of a dataset, read back by a tool that is not ours, says the same rows, whatever the texts hold."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import polars
import pytest
from django.db.models import QuerySet
from hypothesis import given, settings
from hypothesis import strategies as st

from cmq.core.cells import cell
from cmq.opendata.columns import Column, Kind, Row
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.formats import (
    FORMATS,
    PIECE,
    formats_of,
    write_csv,
    write_geojson,
    write_json,
    write_ndjson,
    write_parquet,
    write_spreadsheet,
    write_xlsx,
)
from cmq.opendata.schema import table_schema


class Sample(Dataset):
    """A column of every kind."""

    slug, title, description = "essai", "Essai", "Essai."
    key = ("texte",)
    columns = (
        Column("texte", "Texte", Kind.TEXT, "=1+1", "@x"),
        Column("entier", "Entier", Kind.INTEGER, "n", "1"),
        Column("nombre", "Nombre", Kind.NUMBER, "n", "1.5"),
        Column("vrai", "Vrai", Kind.BOOLEAN, "v", "true"),
        Column("jour", "Jour", Kind.DAY, "j", "2026-01-01"),
        Column("liste", "Liste", Kind.LIST, "l", "a"),
        Column("latitude", "Latitude", Kind.NUMBER, "n", "1.5"),
        Column("longitude", "Longitude", Kind.NUMBER, "n", "1.5"),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Any]":
        raise AssertionError("its rows come from the examples")

    def values(self, thing: Any, *, on: dt.date) -> Row:
        return thing


SAMPLE = Sample()
_FORMULAS = st.sampled_from(
    ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "\r=1", '=cmd|"/c calc"!A1', "_x000D_", 'a"b;c,d\r\n']
)
# What PostgreSQL and UTF-8 hold.
TEXTS = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40) | _FORMULAS
)
_DEGREES = st.none() | st.floats(-90, 90, allow_nan=False).map(lambda value: round(value, 5))
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS,
        st.none() | st.integers(-(10**9), 10**9),
        st.none() | st.decimals(-(10**8), 10**8, places=2),
        st.none() | st.booleans(),
        st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
        st.lists(TEXTS, max_size=3),
        _DEGREES,
        _DEGREES,
    ),
    max_size=5,
)


def text_of(pieces: Any) -> str:
    return b"".join(pieces).decode()


def in_json(row: Row) -> dict[str, Any]:
    """A row as JSON tells it."""
    told = [
        float(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, dt.date) else value
        for value in row
    ]
    return dict(zip(SAMPLE.names, told, strict=True))


@given(ROWS)
def test_csv_reads_back_by_its_table_schema(rows: list[Row]) -> None:
    text = text_of(write_csv(SAMPLE, rows))
    read: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": Decimal,
        "boolean": {"true": True, "false": False}.__getitem__,
        "date": dt.date.fromisoformat,
        "array": json.loads,
    }
    types = {field["name"]: field["type"] for field in table_schema(SAMPLE, url="")["fields"]}
    found = [
        [
            ([] if types[name] == "array" else None) if value == "" else read[types[name]](value)
            for name, value in line.items()
        ]
        for line in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    ]
    assert found == [[Decimal(str(value)) if isinstance(value, float) else value for value in row] for row in rows]
    assert text.startswith(",".join(SAMPLE.names) + "\r\n") and text.endswith("\r\n")


@given(ROWS)
def test_the_spreadsheet_form_reads_back_and_runs_nothing(rows: list[Row]) -> None:
    content = b"".join(write_spreadsheet(SAMPLE, rows))
    assert content.startswith(b"\xef\xbb\xbf")
    _, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True)
    assert lines == [[str(cell(value)) for value in row] for row in rows]
    assert not any(line[index].startswith(("=", "+", "@", "\t", "\r", "-")) for line in lines for index in (0, 5))


@given(ROWS)
def test_json_and_ndjson_read_back(rows: list[Row]) -> None:
    expected = [in_json(row) for row in rows]
    assert json.loads(text_of(write_json(SAMPLE, rows))) == expected
    # Not `splitlines`, which also cuts at signs that JSON leaves in its texts.
    lines = text_of(write_ndjson(SAMPLE, rows)).split("\n")
    assert [json.loads(line) for line in lines[:-1]] == expected and lines[-1] == ""


@settings(max_examples=12)
@given(ROWS)
def test_parquet_reads_back_typed(rows: list[Row]) -> None:
    found = polars.read_parquet(io.BytesIO(b"".join(write_parquet(SAMPLE, rows))))
    types = (*(polars.String, polars.Int64, polars.Float64, polars.Boolean, polars.Date), polars.List(polars.String))
    assert found.schema == dict(zip(SAMPLE.names, (*types, polars.Float64, polars.Float64), strict=True))
    expected = [
        {name: float(v) if isinstance(v, Decimal) else v for name, v in zip(SAMPLE.names, row, strict=True)}
        for row in rows
    ]
    assert found.to_dicts() == expected


@given(ROWS)
def test_geojson_reads_back_longitude_first(rows: list[Row]) -> None:
    found = json.loads(text_of(write_geojson(SAMPLE, rows)))
    assert found["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in found["features"]] == [in_json(row) for row in rows]
    for feature, row in zip(found["features"], rows, strict=True):
        lat, lon = row[6:]
        spot = None if lat is None or lon is None else {"type": "Point", "coordinates": [lon, lat]}
        assert feature["geometry"] == spot


@given(ROWS)
def test_xlsx_reads_back_and_no_cell_is_a_formula(rows: list[Row]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(write_xlsx(SAMPLE, rows))))
    header, *lines = book["Données"].iter_rows()
    assert [each.value for each in header] == list(SAMPLE.names)
    assert [[as_read(each.value) for each in line] for line in lines] == [
        [in_cell(value) for value in row] for row in rows
    ]
    cells = [each for sheet in book for line in sheet.iter_rows() for each in line]
    assert not any(each.data_type == "f" for each in cells)
    assert all(each.quotePrefix for each in cells if str(each.value).startswith(("=", "@")))


def as_read(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def in_cell(value: Any) -> Any:
    """What a workbook can hold of a value: XML has no control characters, and one kind of line end."""
    if isinstance(value, list):
        value = " | ".join(value) or None
    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join("\ufffd" if (ord(c) < 32 and c not in "\t\n") or c in "\ufffe\uffff" else c for c in value)


@pytest.mark.parametrize(
    "form", [each for each in FORMATS if each.suffix not in (".xlsx", ".parquet")], ids=lambda each: each.suffix
)
def test_a_long_file_goes_out_piece_by_piece_as_its_rows_are_read(form: Any) -> None:
    read = 0

    def rows() -> Any:
        nonlocal read
        for number in range(20_000):
            read = number
            yield ("x" * 100, number, None, True, None, [], 50.0, 3.0)

    pieces = form.write(SAMPLE, rows())
    sizes = [len(next(pieces)) for _ in range(2)]
    assert read < 2_000
    sizes += [len(piece) for piece in pieces]
    assert read == 19_999 and len(sizes) > 20 and max(sizes) < 2 * PIECE


def test_geojson_is_for_datasets_with_places() -> None:
    suffixes = {slug: {form.suffix for form in formats_of(dataset)} for slug, dataset in DATASETS.items()}
    assert {slug for slug, known in suffixes.items() if ".geojson" in known} == {
        *("campus", "membres", "formations", "evenements")
    }
    assert all(
        {".csv", "-tableur.csv", ".xlsx", ".json", ".ndjson", ".parquet"} <= known for known in suffixes.values()
    )


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_every_column_is_explained(dataset: Dataset) -> None:
    names = dataset.names
    assert len(set(names)) == len(names) and set(dataset.key) <= set(names)
    for column in dataset.columns:
        assert all((column.label, column.meaning, column.example, column.source, column.licence)), column.name
        assert not column.codes or column.example in column.codes, column.name
    fields = table_schema(dataset, url="https://exemple.fr/")["fields"]
    assert [field["name"] for field in fields] == list(names)
