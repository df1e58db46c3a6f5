"""What a reader asks of the directory: read from an address, and written back to one."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from cmq.campuses.models import Category
from cmq.core.text import one_line
from cmq.labels.states import LabelState
from cmq.reference.models import Commune
from cmq.reference.queries import folded_place
from cmq.search.register import Choices

MAX_TEXT = 200
RADII = (2, 5, 10, 15, 30, 50, 100)
DEFAULT_RADIUS = 30
_LABEL = re.compile(r"(.+) \((\d[\dABab]\d?)\)")
MIN_RADIUS, MAX_RADIUS = 2, 100


class Sort(StrEnum):
    """The orders that a list can be asked in."""

    RELEVANCE = "pertinence"
    NAME = "nom"
    DISTANCE = "distance"
    REGION = "region"

    @property
    def label(self) -> str:
        """In French."""
        return {"pertinence": "Pertinence", "nom": "Nom", "distance": "Distance", "region": "Région"}[self.value]


@dataclass(frozen=True, slots=True)
class Near:
    """A commune to look around."""

    insee_code: str
    label: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What a reader asks of the directory. Facets with several values mean « one of them »."""

    q: str = ""
    filiere: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    academie: tuple[str, ...] = ()
    categorie: tuple[str, ...] = ()
    etat: tuple[str, ...] = ()
    near: Near | None = None
    radius: int = DEFAULT_RADIUS
    sort: Sort | None = None
    held_on: dt.date | None = None
    page: int = 1
    view: str = "liste"

    @property
    def order(self) -> Sort:
        """The order asked for, else the natural one."""
        if self.sort is not None:
            return self.sort
        return Sort.RELEVANCE if self.q else Sort.DISTANCE if self.near else Sort.NAME

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.near or self.held_on or any(getattr(self, name) for name in FACETS))

    def pairs(self) -> list[tuple[str, str]]:
        """The address's parameters in their stable order, without those at their default."""
        pairs = [("q", self.q)] if self.q else []
        for name in FACETS:
            pairs += [(name, value) for value in sorted(getattr(self, name))]
        if self.near:
            pairs.append(("lieu", self.near.label))
            if self.radius != DEFAULT_RADIUS:
                pairs.append(("rayon", str(self.radius)))
        if self.held_on:
            pairs.append(("le", self.held_on.isoformat()))
        if self.sort:
            pairs.append(("tri", self.sort.value))
        if self.view != "liste":
            pairs.append(("vue", self.view))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def query(self, **changes: object) -> str:
        """The query string of this selection with some parts changed, back on its first page unless told."""
        return urlencode(replace(self, **{"page": 1, **changes}).pairs())  # type: ignore[arg-type]


FACETS = ("filiere", "region", "academie", "categorie", "etat")


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of an address that means nothing; it was left out of the selection."""

    name: str
    message: str


def parse(parameters: Mapping[str, Sequence[str]], choices: Choices) -> tuple[Selection, tuple[Problem, ...]]:
    """Read the parameters of an address (name → values). Never raises.

    Returns the selection made of what has a meaning, and a French problem for each part that has none.
    """
    reader = Reader(parameters)
    selection = Selection(
        q=reader.text(),
        filiere=reader.values("filiere", (each.slug for each in choices.filieres), "cette filière"),
        region=reader.values("region", (each.slug for each in choices.regions), "cette région"),
        academie=reader.values("academie", (each.slug for each in choices.academies), "cette académie"),
        categorie=reader.values("categorie", Category.values, "cette catégorie"),
        etat=reader.values("etat", LabelState.values, "cet état du label"),
        near=reader.near(),
        radius=reader.radius(),
        sort=reader.sort(),
        held_on=reader.day(),
        page=reader.page(),
        view=reader.view(),
    )
    return selection, tuple(reader.problems)


class Reader:
    """Reads the parameters of an address one after the other, noting in `problems` what means nothing."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self.parameters = parameters
        self.problems: list[Problem] = []

    def one(self, name: str) -> str:
        """The last value of a parameter on one line; empty without one."""
        values = self.parameters.get(name) or [""]
        return one_line(values[-1])

    def refuse(self, name: str, message: str) -> None:
        """Note that a part means nothing."""
        self.problems.append(Problem(name, message))

    def text(self) -> str:
        """The text looked for."""
        text = self.one("q")
        if len(text) > MAX_TEXT:
            self.refuse("q", f"La recherche dépasse {MAX_TEXT} caractères : elle n’a pas été faite.")
            return ""
        return text

    def values(self, name: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        """Those of the values of a facet that are known."""
        asked = {value.strip() for value in self.parameters.get(name) or [] if value.strip()}
        unknown = asked.difference(known)
        for value in sorted(unknown)[:3]:
            self.refuse(name, f"Le registre ne connaît pas {what} : « {short(value)} ». Ce filtre n’est pas appliqué.")
        return tuple(sorted(asked - unknown))

    def near(self) -> Near | None:
        """The commune to look around."""
        typed = self.one("lieu")
        if not typed:
            return None
        found = first_located(typed) if len(typed) <= 100 else None
        if found is None:
            self.refuse("lieu", f"Aucune commune trouvée pour « {short(typed)} ». Écrivez un nom ou un code postal.")
        return found

    def radius(self) -> int:
        """Kilometres around the place."""
        typed = self.one("rayon")
        if not typed:
            return DEFAULT_RADIUS
        if typed.isascii() and typed.isdigit() and len(typed) < 6 and MIN_RADIUS <= int(typed) <= MAX_RADIUS:
            return int(typed)
        self.refuse(
            "rayon",
            f"Le rayon va de {MIN_RADIUS} à {MAX_RADIUS} km : "
            f"« {short(typed)} » a été remplacé par {DEFAULT_RADIUS} km.",
        )
        return DEFAULT_RADIUS

    def sort(self) -> Sort | None:
        """The order asked for."""
        typed = self.one("tri")
        if not typed:
            return None
        if typed in list(Sort):
            return Sort(typed)
        self.refuse("tri", f"Ce tri n’existe pas : « {short(typed)} ».")
        return None

    def day(self) -> dt.date | None:
        """The day asked for."""
        typed = self.one("le")
        if not typed:
            return None
        try:
            day = dt.date.fromisoformat(typed)
        except ValueError:
            day = None
        if day is None or not 2013 <= day.year <= 2100:
            self.refuse("le", f"« {short(typed)} » n’est pas un jour entre 2013 et 2100 : écrivez-le comme 2024-06-21.")
            return None
        return day

    def page(self) -> int:
        """The page, from 1."""
        typed = self.one("page")
        if not typed:
            return 1
        if typed.isascii() and typed.isdigit() and len(typed) < 8 and int(typed) >= 1:
            return int(typed)
        self.refuse("page", f"« {short(typed)} » n’est pas un numéro de page.")
        return 1

    def view(self) -> str:
        """« liste » or « carte »."""
        typed = self.one("vue")
        if typed in ("", "liste", "carte"):
            return typed or "liste"
        self.refuse("vue", f"Cette vue n’existe pas : « {short(typed)} ».")
        return "liste"


def first_located(typed: str) -> Near | None:
    """The commune that a name, a postcode or an INSEE code means first, when its centre is known; None for none."""
    labelled = _LABEL.fullmatch(typed)
    if labelled:
        # As completion and our own addresses write it: one row by its index, not a search.
        named = Commune.objects.filter(folded_name=folded_place(labelled[1]), departement=labelled[2].upper())
        found = _first(named)
        if found:
            return found
    return _first([*Commune.objects.matching(typed, limit=5), *Commune.objects.filter(insee_code=typed.upper())])


def _first(communes: Iterable[Commune]) -> Near | None:
    for commune in communes:
        if commune.latitude is not None and commune.longitude is not None:
            return Near(commune.insee_code, str(commune), commune.latitude, commune.longitude)
    return None


def short(text: str) -> str:
    """A typed text cut to what a message can quote."""
    return text if len(text) <= 40 else f"{text[:39]}…"
