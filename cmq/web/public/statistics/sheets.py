"""What every statistic is shown as: one picture, with its table, its summary in words, its method and its addresses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cmq.web.charts import Chart
from cmq.web.maps import Map

UNKNOWN, SECRET = "inconnu", "secret"


@dataclass(frozen=True)
class Linked:
    """A cell that leads somewhere."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Column:
    """A column of a table: what it is called, and whether it holds numbers."""

    label: str
    is_number: bool = True


def words(*labels: str) -> list[Column]:
    """Columns of text."""
    return [Column(label, is_number=False) for label in labels]


def figures(*labels: str) -> list[Column]:
    """Columns of numbers."""
    return [Column(label) for label in labels]


Cell = str | int | Decimal | Linked | Sequence[Linked] | None


@dataclass(frozen=True)
class Picture:
    """One statistic. A cell that is None is unknown; `SECRET` is a figure that its source does not tell."""

    key: str
    title: str
    # Sentences: what a reader who does not see the picture should know of it.
    summary: tuple[str, ...]
    header: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None
    map: Map | None = None
    # How it is counted, how sure it is, what is missing.
    method: tuple[str, ...] = ()
    # What to say where there is no row.
    empty: str = "Rien n’est connu."
    # Longer tables are cut here on the page; their file has every row.
    shown: int = 60

    @property
    def first_rows(self) -> list[list[dict[str, Any]]]:
        """The rows that the page shows, each cell with how it is drawn."""
        return [[_drawn(cell, column) for cell, column in self._cells(row)] for row in self.rows[: self.shown]]

    @property
    def left_out(self) -> int:
        """How many rows the page leaves to the file."""
        return max(0, len(self.rows) - self.shown)

    def as_text(self) -> list[list[Any]]:
        """The rows for a file: numbers as numbers, nothing for what is unknown."""
        return [[_plain(cell) for cell, _ in self._cells(row)] for row in self.rows]

    def _cells(self, row: Sequence[Cell]) -> list[tuple[Cell, Column]]:
        return list(zip(row, self.header, strict=True))


@dataclass
class Page:
    """A page of statistics: its pictures, and what is missing for all of them."""

    pictures: list[Picture] = field(default_factory=list)
    # Sentences shown above the pictures: what is not loaded, and how it is.
    missing: list[str] = field(default_factory=list)


def _drawn(cell: Cell, column: Column) -> dict[str, Any]:
    links = cell if isinstance(cell, list | tuple) else [cell] if isinstance(cell, Linked) else []
    is_unknown = cell is None or cell == SECRET
    text = UNKNOWN if cell is None else "" if links else cell
    number = isinstance(cell, int | Decimal)
    return {"links": links, "text": text, "is_unknown": is_unknown, "is_figure": number, "is_number": column.is_number}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, list | tuple):
        return " | ".join(str(each) for each in cell)
    # A number below zero is a number, not the formula that a text beginning so would be.
    return Decimal(cell) if isinstance(cell, int) else str(cell) if isinstance(cell, Linked) else cell
