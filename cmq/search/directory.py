"""The directory: which campuses answer a reader's choice, in which order, and what the other choices would give.

Pure functions over the rows of `cmq.search.register`; a hundred rows need no search engine, only forgiveness.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from rapidfuzz.distance import OSA

from cmq.campuses.models import Category
from cmq.core.text import fold, one_line
from cmq.labels.states import LabelState
from cmq.reference.models import Commune
from cmq.search.register import CampusRow, Choices, load_choices, load_rows

__all__ = ["CampusRow", "Choices", "Results", "Selection", "load_choices", "load_rows", "parse", "select"]

PAGE_SIZE = 20
MAX_TEXT = 200
RADII = (2, 5, 10, 15, 30, 50, 100)
DEFAULT_RADIUS = 30
# Words that every campus bears, or that say nothing.
_SILENT = (
    "a au aux d de des du en et l la le les par pour sur campus cmq cmqe metier metiers qualification qualifications"
)
_EMPTY_WORDS = frozenset(_SILENT.split())


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


@dataclass(frozen=True, slots=True)
class Hit:
    """A campus that answers, how well, and how far it is in kilometres."""

    row: CampusRow
    score: float = 0.0
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with the number of campuses that it would show, all other choices kept."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class WayOut:
    """A filter to drop when nothing answers, and how many campuses would."""

    label: str
    selection: Selection
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer: all hits in order, facets, and ways out when there is no hit."""

    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]]
    ways_out: tuple[WayOut, ...] = ()
    nearest: tuple[Hit, ...] = field(default=())

    @property
    def total(self) -> int:
        """How many campuses answer."""
        return len(self.hits)

    @property
    def pages(self) -> int:
        """How many pages they fill; one for none."""
        return max(1, -(-self.total // PAGE_SIZE))

    def page(self, number: int) -> tuple[Hit, ...]:
        """The hits of a page, from 1."""
        return self.hits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


# --- reading an address -------------------------------------------------------------------------------------------


def parse(parameters: Mapping[str, Sequence[str]], choices: Choices) -> tuple[Selection, tuple[Problem, ...]]:
    """Read the parameters of an address (name → values). Never raises.

    Returns the selection made of what has a meaning, and a French problem for each part that has none.
    """
    reader = _Reader(parameters)
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


class _Reader:
    """Reads one parameter after the other, noting what means nothing."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self.parameters = parameters
        self.problems: list[Problem] = []

    def _one(self, name: str) -> str:
        values = self.parameters.get(name) or [""]
        return one_line(values[-1])

    def _refuse(self, name: str, message: str) -> None:
        self.problems.append(Problem(name, message))

    def text(self) -> str:
        text = self._one("q")
        if len(text) > MAX_TEXT:
            self._refuse("q", f"La recherche dépasse {MAX_TEXT} caractères : elle n’a pas été faite.")
            return ""
        return text

    def values(self, name: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        asked = {value.strip() for value in self.parameters.get(name) or [] if value.strip()}
        unknown = asked.difference(known)
        for value in sorted(unknown)[:3]:
            self._refuse(
                name, f"Le registre ne connaît pas {what} : « {_short(value)} ». Ce filtre n’est pas appliqué."
            )
        return tuple(sorted(asked - unknown))

    def near(self) -> Near | None:
        typed = self._one("lieu")
        if not typed:
            return None
        found = _first_located(typed) if len(typed) <= 100 else None
        if found is None:
            self._refuse("lieu", f"Aucune commune trouvée pour « {_short(typed)} ». Écrivez un nom ou un code postal.")
        return found

    def radius(self) -> int:
        typed = self._one("rayon")
        if not typed:
            return DEFAULT_RADIUS
        if typed.isascii() and typed.isdigit() and len(typed) < 6 and 2 <= int(typed) <= 100:
            return int(typed)
        self._refuse(
            "rayon", f"Le rayon va de 2 à 100 km : « {_short(typed)} » a été remplacé par {DEFAULT_RADIUS} km."
        )
        return DEFAULT_RADIUS

    def sort(self) -> Sort | None:
        typed = self._one("tri")
        if not typed:
            return None
        if typed in Sort:
            return Sort(typed)
        self._refuse("tri", f"Ce tri n’existe pas : « {_short(typed)} ».")
        return None

    def day(self) -> dt.date | None:
        typed = self._one("le")
        if not typed:
            return None
        try:
            day = dt.date.fromisoformat(typed)
        except ValueError:
            day = None
        if day is None or not 2013 <= day.year <= 2100:
            self._refuse(
                "le", f"« {_short(typed)} » n’est pas un jour entre 2013 et 2100 : écrivez-le comme 2024-06-21."
            )
            return None
        return day

    def page(self) -> int:
        typed = self._one("page")
        if not typed:
            return 1
        if typed.isascii() and typed.isdigit() and len(typed) < 8 and int(typed) >= 1:
            return int(typed)
        self._refuse("page", f"« {_short(typed)} » n’est pas un numéro de page.")
        return 1

    def view(self) -> str:
        typed = self._one("vue")
        if typed in ("", "liste", "carte"):
            return typed or "liste"
        self._refuse("vue", f"Cette vue n’existe pas : « {_short(typed)} ».")
        return "liste"


def _first_located(typed: str) -> Near | None:
    for commune in Commune.objects.matching(typed, limit=5):
        if commune.latitude is not None and commune.longitude is not None:
            return Near(commune.insee_code, str(commune), commune.latitude, commune.longitude)
    return None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# --- choosing -----------------------------------------------------------------------------------------------------


def select(rows: Sequence[CampusRow], selection: Selection, choices: Choices) -> Results:
    """The campuses that answer `selection`, in its order, with facets and, when none does, ways out."""
    hits = _found(rows, selection)
    kept = tuple(sorted((hit for hit in hits if _passes(hit.row, selection)), key=_ORDER[selection.order]))
    facets = {name: _facet(name, hits, selection, choices) for name in FACETS}
    if kept:
        return Results(kept, facets)
    return Results((), facets, tuple(_ways_out(rows, selection)), _nearest(rows, selection))


def _found(rows: Sequence[CampusRow], selection: Selection) -> list[Hit]:
    """What answers the text, the place and the day; facets come after."""
    scores = _scores(rows, selection.q)
    hits = []
    for row in rows:
        if selection.held_on and not row.held:
            continue
        if scores is not None and row.pk not in scores:
            continue
        distance = row.distance_from(selection.near.lat, selection.near.lon) if selection.near else None
        if selection.near and (distance is None or distance > selection.radius):
            continue
        hits.append(Hit(row, scores[row.pk] if scores is not None else 0.0, distance))
    return hits


_VALUES: dict[str, Callable[[CampusRow], tuple[str, ...]]] = {
    "filiere": lambda row: (row.filiere.slug,) if row.filiere else (),
    "region": lambda row: (row.region.slug,),
    "academie": lambda row: tuple(academie.slug for academie in row.academies),
    "categorie": lambda row: (row.category,) if row.category else (),
    "etat": lambda row: (row.state.value,),
}


def _passes(row: CampusRow, selection: Selection, *, but: str = "") -> bool:
    for name in FACETS:
        asked = getattr(selection, name)
        if asked and name != but and not set(asked).intersection(_VALUES[name](row)):
            return False
    return True


def _facet(name: str, hits: Sequence[Hit], selection: Selection, choices: Choices) -> tuple[FacetValue, ...]:
    counts = Counter(value for hit in hits if _passes(hit.row, selection, but=name) for value in _VALUES[name](hit.row))
    chosen = getattr(selection, name)
    return tuple(
        FacetValue(value, label, counts[value], value in chosen) for value, label in _facet_labels(name, choices)
    )


def _facet_labels(name: str, choices: Choices) -> list[tuple[str, str]]:
    if name == "categorie":
        return [(value, str(label)) for value, label in Category.choices]
    if name == "etat":
        return [(value, str(label)) for value, label in LabelState.choices]
    named = {"filiere": choices.filieres, "region": choices.regions, "academie": choices.academies}[name]
    return [(each.slug, each.name) for each in named]


def _by_name(hit: Hit) -> tuple[str, int]:
    return (fold(hit.row.name), hit.row.pk)


_FAR = float("inf")
_ORDER: dict[Sort, Callable[[Hit], tuple[object, ...]]] = {
    Sort.RELEVANCE: lambda hit: (-hit.score, _distance(hit), *_by_name(hit)),
    Sort.NAME: _by_name,
    Sort.DISTANCE: lambda hit: (_distance(hit), *_by_name(hit)),
    Sort.REGION: lambda hit: (fold(hit.row.region.name), *_by_name(hit)),
}


def _distance(hit: Hit) -> float:
    return _FAR if hit.distance is None else hit.distance


# --- text ---------------------------------------------------------------------------------------------------------


def _scores(rows: Sequence[CampusRow], text: str) -> dict[int, float] | None:
    """Score of each row that every word of the text finds; None when the text asks nothing."""
    words = query_words(text)
    if not words:
        # « campus » asks for everything; « <> », which has no word at all, for nothing.
        return {} if text and not fold(text) else None
    vocabulary = {word for row in rows for word in row.words}
    likeness = [{known: close for known in vocabulary if (close := _closeness(word, known))} for word in words]
    scores = {}
    for row in rows:
        parts = [
            max((close * row.words.get(known, 0) for known, close in like.items()), default=0) for like in likeness
        ]
        if all(parts):
            scores[row.pk] = sum(parts)
    return scores


def query_words(text: str) -> list[str]:
    """The words of a text that tell campuses apart."""
    return [word for word in fold(text).split() if word not in _EMPTY_WORDS]


def _closeness(asked: str, known: str) -> float:
    """1 for the same word, less for a beginning, less still with one slip from 4 letters, two from 8; else 0."""
    if asked == known:
        return 1.0
    if known.startswith(asked):
        return 0.8
    slips = 2 if len(asked) >= 8 else 1 if len(asked) >= 4 else 0
    if not slips or abs(len(asked) - len(known)) > slips:
        return 0.0
    distance = OSA.distance(asked, known, score_cutoff=slips)
    return 0.0 if distance > slips else 0.6 - 0.2 * distance


# --- never a dead end -----------------------------------------------------------------------------------------------


_DROPS: tuple[tuple[str, str, object], ...] = (
    ("filiere", "la filière", ()),
    ("region", "la région", ()),
    ("academie", "l’académie", ()),
    ("categorie", "la catégorie", ()),
    ("etat", "l’état du label", ()),
    ("near", "le lieu", None),
    ("held_on", "le jour", None),
    ("q", "le texte cherché", ""),
)

_EMPTY = {name: empty for name, _, empty in _DROPS}


def _ways_out(rows: Sequence[CampusRow], selection: Selection) -> list[WayOut]:
    """Without one of the choices; when that is never enough, with one of them only."""
    asked = [(name, label) for name, label, _ in _DROPS if getattr(selection, name)]
    without = [(f"Sans {label}", replace(selection, **{name: _EMPTY[name]}, page=1)) for name, label in asked]
    alone = [
        (f"Avec {label} seulement", replace(Selection(radius=selection.radius), **{name: getattr(selection, name)}))
        for name, label in asked
    ]
    for ways in (without, alone):
        found = [WayOut(label, wider, count) for label, wider in ways if (count := _count(rows, wider))]
        if found:
            return found
    return []


def _count(rows: Sequence[CampusRow], selection: Selection) -> int:
    return sum(_passes(hit.row, selection) for hit in _found(rows, selection))


def _nearest(rows: Sequence[CampusRow], selection: Selection) -> tuple[Hit, ...]:
    """Three campuses close to what was asked: around the place, else with some of the words."""
    if selection.near:
        far = _found(rows, replace(selection, radius=25_000, held_on=None))
        hits = [hit for hit in far if _passes(hit.row, selection)] or far
        if hits:
            return tuple(sorted(hits, key=_ORDER[Sort.DISTANCE])[:3])
    best: dict[int, Hit] = {}
    for word in query_words(selection.q):
        for hit in _found(rows, Selection(q=word)):
            known = best.get(hit.row.pk)
            best[hit.row.pk] = Hit(hit.row, hit.score + (known.score if known else 0))
    return tuple(sorted(best.values(), key=_ORDER[Sort.RELEVANCE])[:3])
