"""The columns of a dataset: what each holds, and how Table Schema calls it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cmq.core.partial_dates import PartialDate

LICENCE_OUVERTE = "Licence Ouverte 2.0 (etalab-2.0)"
REGISTER = "Registre des campus"


class Kind(StrEnum):
    """What a value is. None stands for « unknown » in each, and is never zero or an empty text."""

    TEXT = "texte"
    INTEGER = "entier"
    NUMBER = "nombre"
    BOOLEAN = "oui ou non"
    DAY = "date"
    # « 2017 », « 2017-02 » or « 2017-02-13 »: as far as the source knows.
    PARTIAL_DAY = "date, parfois partielle"
    # ISO 8601 with the offset of the place, as text.
    INSTANT = "date et heure"
    ADDRESS = "adresse web"
    LIST = "liste de textes"


# Kinds whose values are written as the database gives them.
PLAIN = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.DAY})


@dataclass(frozen=True)
class Column:
    """One column: its name in files, and all that its reader must know."""

    name: str
    label: str
    kind: Kind
    meaning: str
    example: str
    unit: str = ""
    source: str = REGISTER
    licence: str = LICENCE_OUVERTE
    is_required: bool = False
    # The codes that it may hold, where they are few.
    codes: tuple[str, ...] = ()


Value = str | int | float | bool | None | list[str] | Any
Row = tuple[Value, ...]


def plain(value: Any) -> Value:
    """A value as every writer takes it: empty is None, choices are their codes, partial dates their ISO text."""
    if type(value) is str or value is None:
        return value or None
    if isinstance(value, PartialDate):
        return value.iso
    if isinstance(value, str):
        return str(value) or None
    if isinstance(value, list | tuple):
        return [str(each) for each in value]
    return value


def codes_of(choices: Iterable[str]) -> tuple[str, ...]:
    """The codes of choices, without the empty one."""
    return tuple(str(each) for each in choices if each)


def campus_columns() -> tuple[Column, ...]:
    """The two columns by which a row names its campus."""
    return (
        Column("campus", "Identifiant du campus", Kind.TEXT, "Celui du jeu « campus ».", "autonomie-longevite-sante"),
        Column("campus_nom", "Nom du campus", Kind.TEXT, "Le nom officiel du campus.", "Autonomie, longévité, santé"),
    )


def place_columns(of: str) -> tuple[Column, ...]:
    """Commune, code and centre; `of` completes « la commune … »."""
    spot = f"Le centre de la commune {of} (WGS 84)."
    centre = "Code officiel géographique et IGN Admin Express"
    return (
        Column("commune", "Commune", Kind.TEXT, f"La commune {of}.", "Arras"),
        Column("code_insee", "Code INSEE", Kind.TEXT, f"Le code officiel de la commune {of}.", "62041"),
        Column("latitude", "Latitude", Kind.NUMBER, spot, "50.2867", unit="degré", source=centre),
        Column("longitude", "Longitude", Kind.NUMBER, spot, "2.7653", unit="degré", source=centre),
    )


def origin_columns() -> tuple[Column, ...]:
    """What a sourced statement says of its origin."""
    return (
        Column("constate_le", "Constaté le", Kind.PARTIAL_DAY, "Quand la source a été lue.", "2026-03"),
        Column(
            "fiabilite",
            "Fiabilité",
            Kind.TEXT,
            "Le jugement de qui a inscrit la ligne ; vide : non évaluée.",
            "haute",
            codes=("haute", "moyenne", "faible"),
        ),
        Column("sources", "Sources", Kind.LIST, "Le titre de chaque source de la ligne.", "Journal officiel"),
        Column(
            "sources_adresses", "Adresses des sources", Kind.LIST, "Celles qui sont connues.", "https://exemple.fr/"
        ),
    )


def origin_of(statement: Any) -> tuple[Value, ...]:
    """The values of `origin_columns`; the sources come with the statement (prefetched)."""
    sources = sorted(statement.sources.all(), key=lambda source: (source.title, source.pk))
    titles, addresses = [each.title for each in sources], [each.url for each in sources if each.url]
    return (statement.observed_on, statement.reliability, titles, addresses)


def place_of(commune: Any) -> tuple[Value, ...]:
    """The values of `place_columns`; a row without a commune has none of them."""
    if commune is None:
        return (None, None, None, None)
    return (commune.name, commune.insee_code, commune.latitude, commune.longitude)
