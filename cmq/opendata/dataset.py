"""What a dataset is: one definition, from which every form, page and catalogue entry is made."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from django.db.models import Model, QuerySet

from cmq.opendata.columns import LICENCE_OUVERTE, PLAIN, Column, Row, plain

# Rows read at a time: what is in memory does not grow with the dataset.
CHUNK = 500


class Dataset(ABC):
    """A public table: everyone may read each of its rows, and none is of the demonstration."""

    slug: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    # What one row is, for « une ligne par … ».
    row_is: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    # The columns that tell a row from all others.
    key: ClassVar[tuple[str, ...]]
    # The field of the model behind its key: rows are in its order.
    key_field: ClassVar[str] = "pk"
    is_descending: ClassVar[bool] = False
    # For long tables: the fields that `values` takes, as one tuple; without any, it takes an object of the model.
    reads: ClassVar[tuple[str, ...]] = ()
    # How the model leads to the campus of a row; empty where rows have none.
    campus_path: ClassVar[str] = "campus"
    # The models whose changes move it.
    models: ClassVar[tuple[type[Model], ...]]
    sources: ClassVar[tuple[str, ...]] = ("Registre des campus : déclarations datées et sourcées",)
    licence: ClassVar[str] = LICENCE_OUVERTE
    keywords: ClassVar[tuple[str, ...]] = ()
    # What is left out, and why.
    limits: ClassVar[str] = ""

    @abstractmethod
    def queryset(self, *, on: dt.date) -> "QuerySet[Any]":
        """What its rows are made of that day, with what `values` reads of it; in no order."""

    @abstractmethod
    def values(self, thing: Any, *, on: dt.date) -> Row:
        """The values of one row, in the order of the columns."""

    def rows(self, *, on: dt.date) -> Iterator[Row]:
        """Its rows as of a day, with plain values; the memory that it takes does not grow with their number."""
        rows = self.queryset(on=on).order_by(self.order)
        return self._told(self._read(rows).iterator(chunk_size=CHUNK), on)

    def rows_of(self, rows: "QuerySet[Any]", *, on: dt.date) -> Iterator[Row]:
        """The rows of some of what `queryset` gives, with plain values."""
        return self._told(self._read(rows), on)

    def completed(self, things: list[Any]) -> Iterable[Any]:
        """Things as `values` takes them, when one question serves many; as they are, unless a dataset says more."""
        return things

    def _read(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        return rows.values_list(*self.reads) if self.reads else rows

    def _told(self, things: Iterable[Any], on: dt.date) -> Iterator[Row]:
        # Numbers, truths and days are plain as they are; over a million rows, what is not asked of them is a minute.
        others = [index for index, column in enumerate(self.columns) if column.kind not in PLAIN]
        found = iter(things)
        while chunk := list(islice(found, CHUNK)):
            for thing in self.completed(chunk):
                row = self.values(thing, on=on)
                odd = [
                    index
                    for index in others
                    if (value := row[index]) is not None and (not value or value.__class__ is not str) and value != []
                ]
                yield _plain_at(row, odd) if odd else row

    @property
    def order(self) -> str:
        """The one order of its rows, that of its key."""
        return f"-{self.key_field}" if self.is_descending else self.key_field

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def point(self) -> tuple[int, int] | None:
        """Where longitude and latitude stand in a row; None for a dataset without places."""
        names = self.names
        return (names.index("longitude"), names.index("latitude")) if "longitude" in names else None


def _plain_at(row: Row, places: Iterable[int]) -> Row:
    told = list(row)
    for index in places:
        told[index] = plain(told[index])
    return tuple(told)
