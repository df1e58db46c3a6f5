"""The directory: which campuses answer a reader's choice, in which order, and what the other choices would give.

Pure functions over the rows of `cmq.search.register`; a hundred rows need no search engine, only forgiveness.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz.distance import OSA

from cmq.campuses.models import Category
from cmq.core.text import fold
from cmq.labels.states import LabelState
from cmq.search.register import CampusRow, Choices, load_choices, load_rows
from cmq.search.selection import FACETS, RADII, Near, Problem, Selection, Sort, parse

__all__ = [
    "FACETS",
    "RADII",
    "CampusRow",
    "Choices",
    "Hit",
    "Near",
    "Problem",
    "Results",
    "Selection",
    "Sort",
    "load_choices",
    "load_rows",
    "parse",
    "select",
]

PAGE_SIZE = 20
# Words that every campus bears, or that say nothing.
_SILENT = (
    "a au aux d de des du en et l la le les par pour sur campus cmq cmqe metier metiers qualification qualifications"
)
_EMPTY_WORDS = frozenset(_SILENT.split())


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
    whole = Selection(radius=selection.radius)
    without = [(f"Sans {label}", _with(selection, name, _EMPTY[name])) for name, label in asked]
    alone = [(f"Avec {label} seulement", _with(whole, name, getattr(selection, name))) for name, label in asked]
    for ways in (without, alone):
        found = [WayOut(label, wider, count) for label, wider in ways if (count := _count(rows, wider))]
        if found:
            return found
    return []


def _with(selection: Selection, name: str, value: Any) -> Selection:
    changes: dict[str, Any] = {name: value, "page": 1}
    return replace(selection, **changes)


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
