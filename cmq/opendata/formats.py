"""The forms of a dataset. Each writer takes its rows one by one and gives the bytes of a file piece by piece."""

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from cmq.core.cells import FORMULA, cell
from cmq.opendata import parquet
from cmq.opendata.columns import Kind, Row, Value
from cmq.opendata.dataset import Dataset

PIECE = 64 * 1024  # bytes, about
LINES = 100  # written together
# What XML cannot hold.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Writer = Callable[[Dataset, Iterable[Row]], Iterator[bytes]]


def write_csv(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8: comma, CRLF, point in numbers; as the Table Schema says, a list is a JSON array."""
    told: dict[Kind, Callable[[Any], Any]] = {Kind.LIST: _array, Kind.BOOLEAN: _truth}
    return _delimited(dataset, rows, ",", [told.get(column.kind) for column in dataset.columns])


def write_spreadsheet(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """For spreadsheets in French: BOM, « ; », decimal comma, « | » in lists, nothing that runs as a formula."""
    yield b"\xef\xbb\xbf"
    yield from _delimited(dataset, rows, ";", [cell] * len(dataset.columns))


def write_json(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """One array of objects."""
    yield b"["
    yield from _pieces(_joined(_objects(dataset, rows), b",\n"))
    yield b"]\n"


def write_ndjson(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """One object a line."""
    return _pieces(each + b"\n" for each in _objects(dataset, rows))


def write_geojson(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """RFC 7946: a feature a row, without geometry where its place is unknown."""
    yield b'{"type":"FeatureCollection","features":['
    yield from _pieces(_joined((_feature(dataset, row) for row in rows), b",\n"))
    yield b"]}\n"


def write_xlsx(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """A workbook: the rows, and a second sheet that says what each column is. Written to a file, then read out."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Données")
    sheet.append(dataset.names)
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    said = book.create_sheet("Colonnes")
    said.append(("Nom", "Libellé", "Type", "Unité", "Ce que c’est", "Exemple", "Source", "Licence"))
    for each in dataset.columns:
        texts = (each.name, each.label, each.kind.value, each.unit, each.meaning, each.example)
        said.append([_typed(said, text) for text in (*texts, each.source, each.licence)])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def write_parquet(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    """Columns, typed, for analysis."""
    return parquet.from_ndjson(dataset, write_ndjson(dataset, rows))


@dataclass(frozen=True)
class Format:
    """One form: how its address ends, what it is, who writes it."""

    suffix: str
    name: str
    media_type: str
    write: Writer
    # As the European vocabulary of file types calls it.
    file_type: str
    needs_places: bool = False


FORMATS = (
    Format(".csv", "CSV (RFC 4180)", "text/csv; charset=utf-8; header=present", write_csv, "CSV"),
    Format(
        *("-tableur.csv", "CSV pour tableur en français", "text/csv; charset=utf-8; header=present"),
        *(write_spreadsheet, "CSV"),
    ),
    Format(
        *(".xlsx", "Classeur XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        *(write_xlsx, "XLSX"),
    ),
    Format(".json", "JSON", "application/json", write_json, "JSON"),
    Format(".ndjson", "NDJSON (un objet par ligne)", "application/x-ndjson", write_ndjson, "JSON"),
    Format(".parquet", "Parquet", "application/vnd.apache.parquet", write_parquet, "PARQUET"),
    Format(".geojson", "GeoJSON", "application/geo+json", write_geojson, "GEOJSON", needs_places=True),
)


def formats_of(dataset: Dataset) -> tuple[Format, ...]:
    """The forms that a dataset has: GeoJSON only where it knows of places."""
    return tuple(each for each in FORMATS if dataset.point or not each.needs_places)


def _delimited(
    dataset: Dataset, rows: Iterable[Row], by: str, told: Sequence[Callable[[Any], Any] | None]
) -> Iterator[bytes]:
    """A line a row; `told` says how the values of each column are written, None as they are, None values empty."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=by)
    writer.writerow(dataset.names)
    # Over a million rows, a call saved for each cell is a minute.
    changed = [(index, tell) for index, tell in enumerate(told) if tell is not None]
    found = iter(rows)
    while lines := [list(row) for row in islice(found, LINES)]:
        for line in lines:
            for index, tell in changed:
                line[index] = tell(line[index])
        writer.writerows(lines)
        if out.tell() >= PIECE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _array(value: list[str] | None) -> str:
    return orjson.dumps(value).decode() if value else ""


def _truth(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"


def as_json(thing: Any) -> bytes:
    """JSON of what rows hold."""
    return orjson.dumps(thing, default=_number)


def _objects(dataset: Dataset, rows: Iterable[Row]) -> Iterator[bytes]:
    names = dataset.names
    return (orjson.dumps(dict(zip(names, row, strict=True)), default=_number) for row in rows)


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def _feature(dataset: Dataset, row: Row) -> bytes:
    if dataset.point is None:
        raise ValueError(f"{dataset.slug} has no places")
    spot = [row[index] for index in dataset.point]
    geometry = {"type": "Point", "coordinates": spot} if None not in spot else None
    properties = dict(zip(dataset.names, row, strict=True))
    return orjson.dumps({"type": "Feature", "geometry": geometry, "properties": properties}, default=_number)


def _joined(parts: Iterable[bytes], by: bytes) -> Iterator[bytes]:
    before = b""
    for part in parts:
        yield before + part
        before = by


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= PIECE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _typed(sheet: Any, value: Value) -> Any:
    """A cell: numbers, days and truth values as such; a text stays one, whatever it begins with."""
    if value is None or isinstance(value, bool | int | float | Decimal | dt.date):
        return value
    text = " | ".join(value) if isinstance(value, list) else str(value)
    text = _NOT_XML.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.startswith(FORMULA):
        return text
    # Typed as a text and marked as typed in with an apostrophe: neither opening nor editing it runs anything.
    kept = WriteOnlyCell(sheet, value=text)
    kept.data_type = "s"
    kept.quotePrefix = True
    return kept
