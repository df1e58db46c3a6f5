"""Dates known to the year, the month or the day, as sources give them.

Stored as the ISO text cut where knowledge ends (« 2017 », « 2017-02 », « 2017-02-13 »): it reads plainly in any export,
and nothing pretends to a day that no source gave.
"""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
HELP = "Année, mois/année ou jour/mois/année : 2017, 02/2017, 13/02/2017."
# What is outside is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1900, 2200
REFUSED = "Donnez une date : année, mois/année ou jour/mois/année."

if TYPE_CHECKING:
    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_FRENCH = re.compile(r"(?:(?:(\d{1,2})/)?(\d{1,2})/)?(\d{4})")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A year, perhaps its month, perhaps its day. Raises ValueError when no such day exists."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs its month")
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError("year out of range")
        dt.date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read « 2017-02-13 », « 13/02/2017 », « 02/2017 », « 2017 »… Raises ValueError."""
        text = text.strip()
        if match := _ISO.fullmatch(text):
            year, month, day = match.groups()
        elif match := _FRENCH.fullmatch(text):
            day, month, year = match.groups()
        else:
            raise ValueError(f"not a date: {text[:40]!r}")
        return cls(int(year), int(month) if month else None, int(day) if day else None)

    @classmethod
    def of(cls, day: dt.date) -> "PartialDate":
        """The partial date that is fully known."""
        return cls(day.year, day.month, day.day)

    @property
    def first(self) -> dt.date:
        """The first day it may mean."""
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> dt.date:
        """The last day it may mean."""
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def is_full(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def iso(self) -> str:
        """« 2017 », « 2017-02 » or « 2017-02-13 »."""
        parts = [f"{self.year:04}"]
        if self.month is not None:
            parts.append(f"{self.month:02}")
        if self.day is not None:
            parts.append(f"{self.day:02}")
        return "-".join(parts)

    def __str__(self) -> str:
        if self.month is None:
            return str(self.year)
        month = f"{MONTHS[self.month - 1]} {self.year}"
        if self.day is None:
            return month
        return f"{'1er' if self.day == 1 else self.day} {month}"


class PartialDateFormField(forms.CharField):
    """Text in, `PartialDate` (or None when empty) out: « 2017 », « 02/2017 », « 13/02/2017 »."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or HELP
        super().__init__(max_length=10, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Shown again as people write it here, not as ISO."""
        if isinstance(value, PartialDate):
            return "/".join(f"{part:02}" for part in (value.day, value.month, value.year) if part)
        return value

    def clean(self, value: Any) -> Any:
        """The typed text as a `PartialDate`; ValidationError in French."""
        if isinstance(value, PartialDate):
            return value
        text = super().clean(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(REFUSED) from error


class PartialDateField(_CharField):
    """A `PartialDate`, or None where the date is unknown. Sorts by time (text order of ISO dates)."""

    # Where the types of a field are kept by its stubs.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    description = "Date connue à l’année, au mois ou au jour"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> PartialDate | None:
        """The stored text as a `PartialDate`."""
        return PartialDate.parse(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        """Anything that a form or a fixture gives, as a `PartialDate`. Raises ValidationError in French."""
        if value is None or value == "" or isinstance(value, PartialDate):
            return value or None
        if isinstance(value, dt.date):
            return PartialDate.of(value)
        try:
            return PartialDate.parse(str(value))
        except ValueError as error:
            raise ValidationError(REFUSED) from error

    def run_validators(self, value: Any) -> None:
        """Nothing to check: a `PartialDate` is a date by construction."""

    def get_prep_value(self, value: Any) -> str | None:
        """The ISO text to store."""
        date = self.to_python(value)
        return date.iso if date else None

    def value_to_string(self, obj: models.Model) -> str:
        """For serializers."""
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def formfield(self, **kwargs: Any) -> Any:
        """A text input that understands French partial dates."""
        return PartialDateFormField(
            required=not self.blank, label=kwargs.get("label", self.verbose_name), help_text=self.help_text
        )
