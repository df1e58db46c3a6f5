"""What a dataset is: one definition, from which every form, page and catalogue entry is made."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Model, QuerySet

from cmq.opendata.columns import LICENCE_OUVERTE, Column, Row, plain

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
        things = self.queryset(on=on).order_by(self.order).iterator(chunk_size=CHUNK)
        return self.rows_of(things, on=on)

    def rows_of(self, things: Iterable[Any], *, on: dt.date) -> Iterator[Row]:
        """The rows of some of what `queryset` gives, with plain values."""
        for thing in things:
            yield tuple(plain(value) for value in self.values(thing, on=on))

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
