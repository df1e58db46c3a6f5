"""What in the register waits for somebody's eye: contradictions, gaps, likely duplicates. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from urllib.parse import urlsplit

from cmq.campuses.models import Campus, CampusFact, CampusField, CampusQuerySet
from cmq.core.text import fold

ALIKE = 0.72  # of `SequenceMatcher`; « Cherbourg … » and « Fécamp … » stay apart, two spellings of one name meet

# Words that every campus bears and that tell none from another.
_COMMON = frozenset("campus des metiers et qualifications cmq de la le les l d du en a au aux pour excellence".split())  # noqa: SIM905

EXPECTED = (
    CampusField.ACRONYM,
    CampusField.FILIERE,
    CampusField.CATEGORY,
    CampusField.LEGAL_FORM,
    CampusField.WEBSITE,
    CampusField.PURPOSE,
)


@dataclass(frozen=True)
class FieldState:
    """What is said of one field of a campus."""

    field: CampusField
    facts: tuple[CampusFact, ...]

    @property
    def is_missing(self) -> bool:
        """Expected of every campus, and not known."""
        return not self.facts and self.field in EXPECTED

    @property
    def is_contradicted(self) -> bool:
        """Whether sources disagree."""
        return self.field.is_single and len({fact.value for fact in self.facts}) > 1


@dataclass(frozen=True)
class Pair:
    """Two campuses that may be one, and why."""

    one: Campus
    other: Campus
    reasons: tuple[str, ...]


def by_field(facts: Iterable[CampusFact]) -> list[FieldState]:
    """Standing facts grouped by field, in the order of the fields, the preferred fact of each first."""
    found: dict[str, list[CampusFact]] = defaultdict(list)
    for fact in facts:
        if fact.withdrawn_at is None:
            found[fact.field].append(fact)
    return [
        FieldState(field, tuple(sorted(found[field], key=lambda fact: (not fact.is_preferred, fact.pk))))
        for field in CampusField
    ]


def contradictions() -> list[tuple[Campus, FieldState]]:
    """Every field of every real campus for which standing facts disagree and no keeper has chosen yet."""
    single = [field for field in CampusField if field.is_single]
    facts = (
        CampusFact.objects.standing()
        .filter(field__in=single, campus__is_demo=False)
        .select_related("campus__region")
        .prefetch_related("sources")
        .order_by("campus__name", "campus_id", "field", "pk")
    )
    groups: dict[tuple[int, str], list[CampusFact]] = defaultdict(list)
    for fact in facts:
        groups[fact.campus_id, fact.field].append(fact)
    states = [
        (group[0].campus, FieldState(CampusField(field), _preferred_first(group)))
        for (_, field), group in groups.items()
    ]
    return [
        (campus, state)
        for campus, state in states
        if state.is_contradicted and not any(fact.is_chosen for fact in state.facts)
    ]


def without_place() -> CampusQuerySet:
    """Real campuses of which no source gives a commune."""
    return Campus.objects.real().exclude(areas__commune__isnull=False)


def with_deduced_filiere() -> CampusQuerySet:
    """Real campuses whose filière was deduced by the register and awaits a source."""
    return Campus.objects.real().filter(filiere_is_deduced=True)


def without_filiere() -> CampusQuerySet:
    """Real campuses without any filière."""
    return Campus.objects.real().filter(filiere=None)


def likely_duplicates() -> list[Pair]:
    """Pairs of campuses of one region that look alike and that nobody has linked or told apart.

    Those of the demonstration are compared with each other only.
    """
    by_region: dict[tuple[str, bool], list[Campus]] = defaultdict(list)
    for campus in Campus.objects.select_related("region").prefetch_related("links_from", "names"):
        by_region[campus.region_id, campus.is_demo].append(campus)
    pairs = [pair for campuses in by_region.values() for pair in combinations(campuses, 2)]
    found = [Pair(one, other, _resemblance(one, other)) for one, other in pairs if not _are_linked(one, other)]
    return sorted((pair for pair in found if pair.reasons), key=lambda pair: (-len(pair.reasons), pair.one.name))


def _preferred_first(facts: list[CampusFact]) -> tuple[CampusFact, ...]:
    return tuple(sorted(facts, key=lambda fact: (not fact.is_preferred, fact.pk)))


def _are_linked(one: Campus, other: Campus) -> bool:
    return any(
        link.to_campus_id == second.pk
        for first, second in ((one, other), (other, one))
        for link in first.links_from.all()
    )


def _resemblance(one: Campus, other: Campus) -> tuple[str, ...]:
    reasons = []
    if max(_alike(a, b) for a in _names(one) for b in _names(other)) >= ALIKE:
        reasons.append("noms proches")
    if one.acronym and fold(one.acronym) == fold(other.acronym):
        reasons.append(f"même sigle « {one.acronym} »")
    page = _page(one.website)
    if page and page == _page(other.website):
        reasons.append(f"même site {page}")
    return tuple(reasons)


def _page(website: str) -> str:
    """Host and path: campuses of one region often share a portal, each with its own page."""
    parts = urlsplit(website)
    return f"{parts.hostname or ''}{parts.path.rstrip('/')}".removeprefix("www.")


def _names(campus: Campus) -> list[str]:
    return [_distinctive(campus.name), *(_distinctive(name.name) for name in campus.names.all())]


def _distinctive(name: str) -> str:
    return " ".join(sorted(word for word in fold(name).split() if word not in _COMMON))


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio() if one and other else 0.0
