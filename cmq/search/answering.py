"""The answer to a question: what is found, how it was understood, why each thing is there, and never a dead end."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone

from cmq.careers.models import Occupation
from cmq.catalogue.models import Course
from cmq.core.remembering import remembered, remembering
from cmq.reference.geo import distance_km
from cmq.search import degraded, folders, wording
from cmq.search.asking import PAGE_SIZE, Ask, Order, radius_of
from cmq.search.cells import cells_around
from cmq.search.engine import Found, Reader, Wanted
from cmq.search.kinds import KINDS, Kind, Row, by_number, by_slug
from cmq.search.places import Area
from cmq.search.reasons import reasons
from cmq.search.selection import MAX_RADIUS, Near
from cmq.search.understanding import Understood, alike, understand

EACH = 4  # things of a kind, where all kinds are shown
_RINGS = (0.5, 1, 2, 5, 10, 15, 30, 50, 100)  # km
_MOST_SORTED = 5_000  # things whose distances are compared
_NOWHERE = tuple(kind.slug for kind in KINDS if not kind.is_placed)
_MOST_CODES = 60
# Of two kinds whose best answers fit alike, the one that changes less comes first.
_WORTH = {"metier": 1.25, "campus": 1.1, "formation": 1.0, "offre": 0.85, "evenement": 0.9, "article": 0.8}
_SHORT = 8  # values of a facet that need no folding
_ALIKE = 100  # results whose relevance and distance are weighed together
_WORTH_OF_NEAR = 0.25


class IndexAway(Exception):
    """There is no index to ask."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found, how far it is in kilometres, and why it is there in French."""

    row: Row
    distance: float | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The best of one kind, how many there are, and the score of the first (0 where nothing was scored)."""

    kind: Kind
    hits: tuple[Hit, ...]
    total: int
    best: float = 0.0


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with the number of results that it would show, all other choices kept."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """What can be chosen of one tag."""

    name: str
    title: str
    values: tuple[FacetValue, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is shown unfolded: something of it is chosen, or it is short."""
        return any(each.is_chosen for each in self.values) or len(self.values) <= _SHORT


@dataclass(frozen=True, slots=True)
class WayOut:
    """A choice to drop when nothing answers: its French name, the question without it, and how many would."""

    label: str
    ask: Ask
    count: int


@dataclass(frozen=True)
class Answer:
    """The answer.

    Attributes:
        understood: what the text was taken for.
        where: the commune or spot looked around, or the territory stayed in; radius: in kilometres.
        counts: kind → how many, whatever kind is shown.
        sections: of each kind shown, in their order.
        order: of the kind shown.
        total: of the kind shown, or of all.
        facets: of the kind shown.
        nearest: what comes nearest when nothing answers, and what was given up to find it.
        ways_out, alike: choices to drop, and words to try instead, when nothing comes near.
        is_degraded: the index is away: the database answered, with less forgiveness.
    """

    ask: Ask
    understood: Understood = field(default_factory=Understood)
    where: Near | Area | None = None
    radius: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    order: Order | None = None
    total: int = 0
    facets: tuple[Facet, ...] = ()
    nearest: tuple[Section, ...] = ()
    given_up: str = ""
    ways_out: tuple[WayOut, ...] = ()
    alike: tuple[str, ...] = ()
    is_degraded: bool = False

    @property
    def hits(self) -> tuple[Hit, ...]:
        """All that is shown, in the order that it is shown in."""
        return tuple(hit for section in self.sections or self.nearest for hit in section.hits)

    @property
    def pages(self) -> int:
        """How many pages the kind shown fills; one where all kinds are."""
        return max(1, -(-self.total // PAGE_SIZE)) if self.ask.kind else 1


def answer(ask: Ask, *, at: dt.datetime | None = None, each: int = EACH) -> Answer:
    """Answer a question as of an instant; `each` is how many of a kind are shown where all kinds are."""
    at = at or timezone.now()
    reader = folders.reader()
    if reader is None:
        return _from_database(ask, at, each)
    with remembering():
        return _Search(reader, ask, at).answer(each)


def answering_among(ask: Ask, keys: Sequence[str], *, at: dt.datetime, limit: int) -> list[Row]:
    """Those of some things (« kind:number ») that answer a question, the best first; without any slack in the words.

    Raises `IndexAway`: the database alone would not find what the page finds.
    """
    reader = folders.reader()
    if reader is None:
        raise IndexAway
    search = _Search(reader, ask, at)
    if not keys or (ask.q and search.understood.is_empty):
        return []
    wanted = replace(search.wanted(), keys=tuple(keys))
    found = reader.best(search._of(ask.only, wanted) if ask.only else wanted, limit=limit)
    rows: dict[tuple[int, int], Row] = {}
    for kind in KINDS:
        numbers = [each.number for each in found if each.kind_number == kind.number]
        rows |= {(kind.number, number): row for number, row in kind.rows(numbers, at).items()} if numbers else {}
    return [row for each in found if (row := rows.get((each.kind_number, each.number)))]


def _from_database(ask: Ask, at: dt.datetime, each: int) -> Answer:
    """Without the index: by the words of titles, as the database finds them."""
    found = degraded.find(ask, at, each=each)
    sections = tuple(Section(kind, tuple(Hit(row) for row in rows), total) for kind, rows, total in found if total)
    counts = {section.kind.slug: section.total for section in sections}
    return Answer(ask, where=ask.near, counts=counts, sections=sections, total=sum(counts.values()), is_degraded=True)


class _Search:
    """One question on its way to its answer."""

    def __init__(self, reader: Reader, ask: Ask, at: dt.datetime) -> None:
        self.reader, self.ask, self.at = reader, ask, at
        self.understood = understand(ask.q, reader, reads_place=not (ask.near or ask.is_literal))
        self.where: Near | Area | None = ask.near or self.understood.place
        self.radius = radius_of(ask) if ask.near or ask.radius else self.understood.radius

    def answer(self, each: int) -> Answer:
        if self.ask.q and self.understood.is_empty:
            # Signs, or words that only bind others: nothing was asked.
            return Answer(self.ask, self.understood)
        wanted = self.wanted()
        counts = self.reader.counts(wanted, ["kind"])["kind"]
        counts = {name: count for name, count in counts.items() if name in by_slug}
        kinds = [self.ask.only] if self.ask.only else [kind for kind in KINDS if counts.get(kind.slug)]
        sections = self._by_worth(self._sections(kinds, wanted, counts, each))
        found = Answer(
            self.ask,
            self.understood,
            self.where,
            self.radius if isinstance(self.where, Near) else 0,
            counts,
            sections,
            total=sum(counts.get(kind.slug, 0) for kind in kinds),
            order=self._order_of(self.ask.only) if self.ask.only else None,
            facets=tuple(self._facets(self.ask.only)) if self.ask.only else (),
        )
        return found if found.total else self._nearest(found)

    # --- what is asked of the index ---

    def wanted(self, *, radius: float | None = None, everywhere: bool = False, tags: Any = None) -> Wanted:
        """The question for the index; around a place unless told otherwise."""
        tags = self.ask.tags if tags is None else tags
        eithers = list(_scope(self.ask.campus, tuple(tags.get("filiere", ()))))
        cells: tuple[str, ...] = ()
        if not everywhere and isinstance(self.where, Near):
            cells = cells_around(self.where.lat, self.where.lon, radius or self.radius)
        elif not everywhere and isinstance(self.where, Area):
            anywhere = ((("kind", _NOWHERE),),) if self.understood.parts else ()
            eithers.append((((self.where.tag, self.where.values),), *anywhere))
        wishes = tuple(tuple((name, (value,)) for name, value in wish) for wish in self.understood.wishes)
        if wishes and not self.understood.parts:
            eithers.append(wishes)
        return Wanted(
            slots=self.understood.slots,
            filters=tuple((name, values) for name, values in tags.items() if values and name != "filiere"),
            eithers=tuple(eithers),
            cells=cells,
            # A place without a word asks for what is there: all the jobs of the world are not.
            nowhere=_NOWHERE if self.understood.parts else (),
            favours=(
                *(pair for wish in self.understood.wishes for pair in wish),
                *(("rome", code) for code in self.understood.romes),
            ),
        )

    def _of(self, kind: Kind, wanted: Wanted) -> Wanted:
        return replace(wanted, filters=(("kind", (kind.slug,)), *wanted.filters))

    def _by_worth(self, sections: Iterable[Section]) -> tuple[Section, ...]:
        """The kinds wished for first; then those whose best answer fits best, a job or a campus before an offer."""
        wished = {_kind_of(pair) for wish in self.understood.wishes for pair in wish}
        by_worth = sorted(sections, key=lambda each: -each.best * _WORTH.get(each.kind.slug, 1.0))
        return tuple(sorted(by_worth, key=lambda each: each.kind.slug not in wished))

    # --- results ---

    def _sections(self, kinds: Iterable[Kind], wanted: Wanted, counts: dict[str, int], each: int) -> Iterator[Section]:
        for kind in kinds:
            total = counts.get(kind.slug, 0)
            if not total:
                continue
            limit, offset = (PAGE_SIZE, (self.ask.page - 1) * PAGE_SIZE) if self.ask.kind else (each, 0)
            found = self._best(kind, wanted, limit, offset)
            yield Section(kind, tuple(self._hits(kind, found)), total, found[0].score if found else 0.0)

    def _best(self, kind: Kind, wanted: Wanted, limit: int, offset: int) -> list[Found]:
        order = self._order_of(kind)
        mine = self._of(kind, wanted)
        if order is Order.DISTANCE:
            return self._by_distance(kind, mine, limit, offset)
        if order is Order.NEWEST and not _narrows(mine):
            newest = kind.newest(self.at, limit=limit, offset=offset)
            if newest is not None:
                return [Found(kind.number, number) for number in newest]
        if order is Order.RELEVANCE and isinstance(self.where, Near) and kind.is_placed:
            return self._by_relevance_then_distance(mine, limit, offset)
        return self.reader.best(mine, limit=limit, offset=offset, newest=order is Order.NEWEST)

    def _order_of(self, kind: Kind) -> Order:
        """The order asked for where it means something, else the natural one."""
        is_near = isinstance(self.where, Near) and kind.is_placed
        asked = self.ask.order
        if (asked is Order.DISTANCE and is_near) or (asked is Order.NEWEST and kind.is_dated):
            return asked
        if self.understood.parts:
            return Order.RELEVANCE
        return Order.DISTANCE if is_near else Order.NEWEST if kind.is_dated else Order.RELEVANCE

    def _by_relevance_then_distance(self, wanted: Wanted, limit: int, offset: int) -> list[Found]:
        """By relevance, a hundred at a time; among these, of two alike the nearest."""
        assert isinstance(self.where, Near)
        lat, lon, start = self.where.lat, self.where.lon, offset - offset % _ALIKE
        found = self.reader.best(wanted, limit=_ALIKE, offset=start, with_place=True)
        found.sort(key=lambda each: -each.score * (1 - _WORTH_OF_NEAR * min(1, _km(lat, lon, each) / self.radius)))
        return found[offset - start : offset - start + limit]

    def _by_distance(self, kind: Kind, wanted: Wanted, limit: int, offset: int) -> list[Found]:
        """The nearest: the smallest circle that holds enough is sorted, not the whole one."""
        assert isinstance(self.where, Near)
        lat, lon, needed = self.where.lat, self.where.lon, offset + limit
        rings = [ring for ring in _RINGS if ring < self.radius]
        for ring in rings:
            smaller = replace(wanted, cells=cells_around(lat, lon, ring))
            if self.reader.count(smaller) >= needed:
                wanted = smaller
                break
        found = self.reader.located(wanted, limit=_MOST_SORTED)
        found.sort(key=lambda each: (_km(lat, lon, each), -each.number))
        return found[offset:needed]

    def _hits(self, kind: Kind, found: Sequence[Found]) -> Iterator[Hit]:
        rows = kind.rows([each.number for each in found], self.at) if found else {}
        for each in found:
            row = rows.get(each.number)
            if row is not None:
                yield Hit(row, self._distance(row), reasons(row, self.understood))

    def _distance(self, row: Row) -> float | None:
        if not isinstance(self.where, Near) or not row.document.spots:
            return None
        return min(distance_km(self.where.lat, self.where.lon, lat, lon) for lat, lon in row.document.spots)

    # --- facets ---

    def _facets(self, kind: Kind) -> Iterator[Facet]:
        """Counts keep the other choices, not the facet's own: one question for those unchosen, one for each other."""
        chosen = [name for name in kind.tags if self.ask.tags.get(name)]
        free = [name for name in kind.tags if name not in chosen]
        counted = self.reader.counts(self._of(kind, self.wanted()), free)
        for name in chosen:
            others = {other: values for other, values in self.ask.tags.items() if other != name}
            counted |= self.reader.counts(self._of(kind, self.wanted(tags=others)), [name])
        for name in kind.tags:
            names, mine = wording.values_of(name), self.ask.tags.get(name, ())
            values = [FacetValue(v, label, counted[name].get(v, 0), v in mine) for v, label in names.items()]
            shown = tuple(each for each in values if each.count or each.is_chosen)
            if shown:
                yield Facet(name, wording.TITLES[name], shown)

    # --- never a dead end ---

    def _nearest(self, found: Answer) -> Answer:
        """What comes nearest: further away, then with fewer words, then both; and the choices to drop."""
        kind = self.ask.only
        for label, wanted in self._wider():
            asked = self._of(kind, wanted) if kind else wanted
            counts = self.reader.counts(asked, ["kind"])["kind"]
            counts = {name: count for name, count in counts.items() if name in by_slug}
            if counts:
                kinds = [kind] if kind else [each for each in KINDS if counts.get(each.slug)]
                # The nearest of them are looked for everywhere, whatever the page.
                search = copy(self)
                search.ask, search.radius = replace(self.ask, page=1), _EARTH
                sections = search._by_worth(search._sections(kinds, wanted, counts, EACH))
                return replace(found, nearest=sections, given_up=label, ways_out=tuple(self._ways_out()))
        return replace(found, ways_out=tuple(self._ways_out()), alike=alike(self.understood, self.reader))

    def _wider(self) -> Iterator[tuple[str, Wanted]]:
        """Wider and wider questions, each with what it gives up in French."""
        slots = len(self.understood.slots)
        if isinstance(self.where, Near):
            for radius in (50, MAX_RADIUS):
                if radius > self.radius:
                    yield f"à moins de {radius} km", self.wanted(radius=radius)
        if self.where:
            yield "dans toute la France", self.wanted(everywhere=True)
        for need in range(slots - 1, 0, -1):
            some = "avec une partie des mots"
            yield some, replace(self.wanted(), need=need)
            if self.where:
                yield f"{some}, dans toute la France", replace(self.wanted(everywhere=True), need=need)
        if slots and self.where:
            yield "à cet endroit, sans le texte", replace(self.wanted(), slots=(), favours=())

    def _ways_out(self) -> Iterator[WayOut]:
        for name, values in self.ask.tags.items():
            for value in values:
                ask = replace(self.ask, tags=self.ask.without(name, value), page=1)
                wanted = self.wanted(tags=ask.tags)
                count = self.reader.count(self._of(ask.only, wanted) if ask.only else wanted)
                if count:
                    yield WayOut(f"Sans « {_label_of(name, value)} »", ask, count)


_EARTH = 25_000


def _label_of(name: str, value: str) -> str:
    return value if name == "departement" else wording.values_of(name).get(value, value)


def _kind_of(pair: tuple[str, str]) -> str:
    name, value = pair
    return {"kind": value, "nature": "offre", "contrat": "offre", "voie": "formation"}.get(name, "")


def _narrows(wanted: Wanted) -> bool:
    return bool(wanted.slots or wanted.cells or wanted.eithers or len(wanted.filters) > 1)


def _km(lat: float, lon: float, found: Found) -> float:
    if found.lat is None or found.lon is None:
        return _EARTH
    return distance_km(lat, lon, found.lat, found.lon)


def _scope(campus: str, filieres: tuple[str, ...]) -> tuple[Any, ...]:
    """Of a campus or a filière: what is theirs, and the jobs and offers that their trainings lead to."""
    scopes = []
    if campus:
        scopes.append(_theirs("campus", (campus,), *remembered(("taught", campus), lambda: _taught_at(campus))))
    if filieres:
        scopes.append(_theirs("filiere", filieres, *remembered(("taught", filieres), lambda: _taught_in(filieres))))
    return tuple(scopes)


def _taught_at(campus: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _taught(training__campus__slug=campus)


def _taught_in(filieres: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _taught(training__campus__filiere__slug__in=filieres)


def _theirs(name: str, values: tuple[str, ...], codes: tuple[str, ...], regions: tuple[str, ...]) -> tuple[Any, ...]:
    groups: list[Any] = [((name, values),)]
    if codes:
        groups.append((("kind", ("metier",)), ("rome", codes)))
    if codes and regions:
        groups.append((("kind", ("offre",)), ("rome", codes), ("region", regions)))
    return tuple(groups)


def _taught(**of: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ROME codes that the trainings of some campuses lead to, and the regions of these campuses."""
    courses = Course.objects.filter(**of).values_list("rome_codes", "training__campus__region__slug")
    codes, regions = set(), set()
    for romes, region in courses:
        codes.update(romes)
        regions.add(region)
    return tuple(sorted(codes)[:_MOST_CODES]), tuple(sorted(regions))


def titles_of(codes: Sequence[str]) -> dict[str, str]:
    """The titles of some jobs, by their ROME codes."""
    return dict(Occupation.objects.filter(pk__in=codes).values_list("pk", "title"))


__all__ = ["Answer", "Facet", "Hit", "IndexAway", "Section", "answer", "answering_among", "by_number"]
