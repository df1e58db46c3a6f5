"""Apache Parquet, by DuckDB: it reads our NDJSON from a file and writes columns, typed as the dataset says."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cmq.opendata.columns import Kind
from cmq.opendata.dataset import Dataset

_TYPES: dict[Kind, str] = {
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DAY: "DATE",
    Kind.LIST: "VARCHAR[]",
}
_PIECE = 64 * 1024
# It shares the machine with the pages, and fetches nothing.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "memory_limit": "256MB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def from_ndjson(dataset: Dataset, lines: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a Parquet file, of the pieces of the NDJSON of a dataset; memory stays flat."""
    # Loaded when it first serves: 66 MB that most processes never need.
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "lignes.ndjson", Path(folder) / "lignes.parquet"
        with source.open("wb") as file:
            file.writelines(lines)
        with duckdb.connect(":memory:", config=_CONFIG) as base:
            base.execute(_copy(dataset, source, target))
        with target.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _copy(dataset: Dataset, source: Path, target: Path) -> str:
    columns = ", ".join(f"{_text(column.name)}: {_text(_type(column.kind))}" for column in dataset.columns)
    told = {"title": dataset.title, "licence": dataset.licence, "source": " ; ".join(dataset.sources)}
    said = ", ".join(f"{name}: {_text(text)}" for name, text in told.items())
    names = ", ".join(f'"{name}"' for name in dataset.names)
    rows = f"read_json({_text(str(source))}, format = 'newline_delimited', columns = {{{columns}}})"
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{said}}}"
    # Names and paths are ours; texts of rows are in the file, never in this sentence.
    return f"COPY (SELECT {names} FROM {rows}) TO {_text(str(target))} ({options})"  # noqa: S608


def _type(kind: Kind) -> str:
    return _TYPES.get(kind, "VARCHAR")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
