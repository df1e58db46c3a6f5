"""What an importer is: where a source publishes, how its file reads, and which rows it fills."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from django.db import models
from django.db.models import Q

from cmq.certifications.models import Diploma
from cmq.core.partial_dates import PartialDate
from cmq.official.errors import Rejected, SourceUnavailable
from cmq.official.fetching import Caller
from cmq.reference.models import Commune, CommuneKind, CommunePostcode, Departement

Value = TypeVar("Value")
# Latitude and longitude, where they are known.
Centre = tuple[float, float] | tuple[()]

LICENCE_OUVERTE = "Licence Ouverte 2.0 (Etalab)"
ODBL = "Open Database License 1.0 (ODbL)"


@dataclass(frozen=True)
class Located:
    """Where the newest edition of a source is.

    Attributes:
        title: of the document, as facts will cite it.
        published_on: the date that the source says it is of.
        name: a file name, with its ending.
    """

    url: str
    title: str
    name: str
    published_on: PartialDate | None = None


class ByArea(Generic[Value]):
    """What is known of codes that begin with their area, read area by area, when one is first asked for: most readings
    are of a few départements, and there are thirty-five thousand communes."""

    def __init__(self, areas: Container[str], load: Callable[[tuple[str, str]], Mapping[str, Value]]) -> None:
        """Make a mapping.

        Args:
            areas: the first two signs of every code that may be known.
            load: everything from one code to another, both included.
        """
        self._areas, self._load = areas, load
        self._loaded: dict[str, Mapping[str, Value]] = {}

    def get(self, code: str) -> Value | None:
        """What is known of a code; None where nothing is."""
        area = code[:2]
        if area not in self._areas:
            return None
        if area not in self._loaded:
            self._loaded[area] = self._load((area.ljust(5, "0"), area.ljust(5, "9")))
        return self._loaded[area].get(code)

    def __contains__(self, code: str) -> bool:
        return self.get(code) is not None


class Known:
    """What parsers may ask of the reference, each part read once: they touch no database themselves."""

    def __init__(self) -> None:
        self._keys: dict[type[models.Model], frozenset[str]] = {}

    @cached_property
    def communes(self) -> ByArea[Centre]:
        """INSEE code of each of today's communes and arrondissements → its centre."""
        return ByArea({code[:2] for code in self.departements}, _communes)

    @cached_property
    def departements(self) -> Mapping[str, str]:
        """INSEE code of each département → that of its region."""
        return dict(Departement.objects.values_list("code", "region"))

    @cached_property
    def served(self) -> ByArea[Mapping[str, str]]:
        """Postcode → folded name → INSEE code; where there are arrondissements, those only."""
        return ByArea({f"{number:02}" for number in range(100)}, _served)

    @cached_property
    def diplomas(self) -> Mapping[str, str]:
        """Code scolarité of each diploma → its title."""
        return dict(Diploma.objects.exclude(cfd_code="").values_list("cfd_code", "title"))

    def keys(self, model: type[models.Model]) -> frozenset[str]:
        """Primary keys of a table, as they are when it is asked for the first time."""
        if model not in self._keys:
            self._keys[model] = frozenset(model._default_manager.values_list("pk", flat=True))
        return self._keys[model]


def _communes(codes: tuple[str, str]) -> dict[str, Centre]:
    rows = Commune.objects.filter(insee_code__range=codes).values_list("insee_code", "latitude", "longitude")
    return {code: () if lat is None or lon is None else (lat, lon) for code, lat, lon in rows}


def _served(codes: tuple[str, str]) -> dict[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = CommunePostcode.objects.filter(code__range=codes).order_by("code", "commune__kind", "commune")
    columns = ("code", "commune__folded_name", "commune_id", "commune__kind", "commune__parent__folded_name")
    for code, name, insee, kind, parent in rows.values_list(*columns):
        if kind == CommuneKind.ARRONDISSEMENT:
            found[code] = {parent: insee}
        elif name not in found[code]:
            found[code][name] = insee
    return dict(found)


Parsed = tuple[int, models.Model | Rejected]
Parse = Callable[[Path, Known], Iterable[Parsed]]


@dataclass(frozen=True)
class Table:
    """One table that an importer fills.

    Attributes:
        key: the fields that tell one row from another (`attname`s).
        columns: the other fields that the file says; a row that has them all the same is left alone.
        parse: pure: reads the file, yields line numbers with an unsaved row or with `Rejected`.
        removes: whether a row that the file no longer has goes away. A row that others point at stays.
        retires: what such a row becomes, where it must not go away.
        scope: the rows that belong to this importer, in a table that several fill.
        dated: whether rows have `source` (and `loaded_on`), to be set when they change.
    """

    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    parse: Parse
    removes: bool = True
    retires: Mapping[str, object] = field(default_factory=dict)
    scope: Q = field(default_factory=Q)
    dated: bool = True


class Describes(Protocol):
    """What every importer says of its source, by file or by slices."""

    @property
    def slug(self) -> str:
        """Its name on the command line."""

    @property
    def title(self) -> str:
        """As pages cite it."""

    @property
    def publisher(self) -> str:
        """Who gives it out."""

    @property
    def page(self) -> str:
        """Where a person reads about it."""

    @property
    def stale_after(self) -> dt.timedelta:
        """How long what was loaded is fresh."""

    @property
    def has_key(self) -> bool:
        """Whether the site may ask it: a source that wants a key is off until there is one."""


@dataclass(frozen=True)
class Importer:
    """A source and what is made of it.

    Attributes:
        slug: its name on the command line.
        title, publisher, licence: as pages and open data cite them.
        page: where a person reads about it.
        locate: asks the source for its newest edition.
        tables: filled in this order.
        stale_after: how long an edition is fresh.
        smallest_share: a file with fewer rows than this share of those held is refused.
        most_rejected: a file with more bad rows than this share is refused.
        has_key: these sources ask for none.
        after: called once all rows are in, in the same transaction: what is derived from them.
    """

    slug: str
    title: str
    publisher: str
    licence: str
    page: str
    locate: Callable[[Caller], Located]
    tables: Sequence[Table]
    stale_after: dt.timedelta
    smallest_share: float = 0.5
    most_rejected: float = 0.2
    after: Callable[[], object] | None = None
    has_key: bool = True


def columns_but(model: type[models.Model], *left_out: str) -> tuple[str, ...]:
    """The columns of a table that a file says: all but those left out, and those that say where a row is from."""
    names = (each.attname for each in model._meta.concrete_fields)
    return tuple(name for name in names if name not in (*left_out, "source_id", "loaded_on"))


def by_hand(where: str) -> Callable[[Caller], Located]:
    """For a source without a lasting address: a person downloads its file.

    Args:
        where: where to find it, in French.
    """

    def locate(_: Caller) -> Located:
        raise SourceUnavailable(f"Cette source n’a pas d’adresse durable : prenez le fichier ({where}), puis --file.")

    return locate


def fixed(url: str, *, title: str, name: str) -> Callable[[Caller], Located]:
    """For a source whose address never changes; the date of the edition is then that of the file's own rows."""

    def locate(_: Caller) -> Located:
        return Located(url, title, name)

    return locate
