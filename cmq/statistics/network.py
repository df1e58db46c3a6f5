"""The network through time: campuses under label year after year, and labels that come to their end."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Min, TextChoices

from cmq.campuses.models import Category
from cmq.labels.models import Label
from cmq.labels.states import LabelState
from cmq.search.register import CampusRow

QUARTERS = 20


class Cut(TextChoices):
    """What the campuses of a year are counted by."""

    FILIERE = "filiere", "Filière"
    REGION = "region", "Région"
    CATEGORY = "categorie", "Catégorie"


UNKNOWN = ""
_NAMES: dict[Cut, Callable[[Label], str]] = {
    Cut.FILIERE: lambda label: label.campus.filiere.name if label.campus.filiere else UNKNOWN,
    Cut.REGION: lambda label: label.campus.region.name,
    Cut.CATEGORY: lambda label: Category(label.category).label if label.category else UNKNOWN,
}


@dataclass(frozen=True)
class Held:
    """Campuses under label on a day: for certain, and perhaps (no source gives the end of their label)."""

    certain: int
    perhaps: int


@dataclass(frozen=True)
class Year:
    """A year by its last day, or today for the one that runs; each name with its campuses, the whole apart."""

    day: dt.date
    whole: Held
    by_name: dict[str, Held]


def years(
    cut: Cut, *, on: dt.date, is_demo: bool = False, filiere: str = "", among: frozenset[int] | None = None
) -> list[Year]:
    """Every year since the first known label; one query for the labels, one for the first year.

    Args:
        filiere: slug that narrows the count; empty for all.
        among: keys of the campuses to count; all when not said.
    A campus counts once a day: for certain when one of its labels is certain. Category is that of the label held;
    filière and region are those of the campus today.
    """
    found = Label.objects.filter(campus__is_demo=is_demo).select_related("campus__filiere", "campus__region")
    if filiere:
        found = found.filter(campus__filiere__slug=filiere)
    if among is not None:
        found = found.filter(campus__in=among)
    first = found.order_by().aggregate(Min("starts_from"))["starts_from__min"]
    if first is None:
        return []
    labels = list(found.order_by("campus", "-starts_from"))
    days = [min(dt.date(year, 12, 31), on) for year in range(first.year, on.year + 1)]
    return [_year(day, labels, _NAMES[cut]) for day in days]


def _year(day: dt.date, labels: Iterable[Label], name: Callable[[Label], str]) -> Year:
    certain: dict[int, str] = {}
    perhaps: dict[int, str] = {}
    for label in labels:
        if label.contains(day):
            certain.setdefault(label.campus_id, name(label))
        elif label.starts_from <= day and (label.ends_by is None or day <= label.ends_by):
            perhaps.setdefault(label.campus_id, name(label))
    sure, maybe = Counter(certain.values()), Counter(perhaps[pk] for pk in perhaps.keys() - certain.keys())
    by_name = {each: Held(sure[each], maybe[each]) for each in sure.keys() | maybe.keys()}
    return Year(day, Held(sure.total(), maybe.total()), by_name)


@dataclass(frozen=True)
class Quarter:
    """The labels whose last certain day falls in a quarter."""

    year: int
    number: int
    campuses: tuple[CampusRow, ...]

    @property
    def label(self) -> str:
        """« 1er trimestre 2027 »."""
        return f"{self.number}{'er' if self.number == 1 else 'e'} trimestre {self.year}"

    @property
    def short(self) -> str:
        """« T1 2027 »."""
        return f"T{self.number} {self.year}"


def quarters(rows: Sequence[CampusRow], *, on: dt.date) -> tuple[list[Quarter], list[CampusRow]]:
    """The labels that end in this quarter and the nineteen that follow; and the campuses to check, whose end no source
    gives."""
    ends: dict[tuple[int, int], list[CampusRow]] = defaultdict(list)
    for row in rows:
        if row.ends_on is not None:
            ends[row.ends_on.year, (row.ends_on.month + 2) // 3].append(row)
    first = on.year * 4 + (on.month - 1) // 3
    spans = [(place // 4, place % 4 + 1) for place in range(first, first + QUARTERS)]
    due = [
        Quarter(year, number, tuple(sorted(ends[year, number], key=lambda each: (each.ends_on, each.pk))))
        for year, number in spans
    ]
    return due, [row for row in rows if row.state == LabelState.TO_CHECK]
