"""What a reader asks of the one search: read from an address, and written back to one.

Other rooms ask with `parse` and `answering.answer`; a search's address (`Ask.pairs`) means the same for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlencode

from cmq.campuses.models import Campus
from cmq.core.text import one_line
from cmq.search import wording
from cmq.search.kinds import KINDS, Kind, by_slug
from cmq.search.places import territories
from cmq.search.selection import DEFAULT_RADIUS, Near, Problem, Reader, short

PAGE_SIZE = 20
MOST_PAGES = 50  # deeper, nobody reads: a narrower question finds sooner
TAGS = ("nature", "contrat", "niveau", "voie", "region", "departement", "filiere")
_WHAT = {
    "nature": "cette nature d’offre",
    "contrat": "ce contrat",
    "niveau": "ce niveau",
    "voie": "cette voie",
    "region": "cette région",
    "departement": "ce département",
    "filiere": "cette filière",
}


class Order(StrEnum):
    """The orders that results can be asked in."""

    RELEVANCE = "pertinence"
    NEWEST = "date"
    DISTANCE = "distance"

    @property
    def label(self) -> str:
        """In French."""
        return {"pertinence": "Pertinence", "date": "Plus récentes", "distance": "Distance"}[self.value]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. Several values of one tag mean « one of them ».

    Attributes:
        kind: slug of the only kind wanted; empty for all of them.
        near: a commune to look around, or the reader's own place; radius: in kilometres, None for the usual one.
        tags: name of a tag → values.
        campus: slug of the campus to stay with.
        is_literal: no place is read out of the text.
        page: from 1.
    """

    q: str = ""
    kind: str = ""
    near: Near | None = None
    radius: int | None = None
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    campus: str = ""
    order: Order | None = None
    is_literal: bool = False
    page: int = 1

    @property
    def only(self) -> Kind | None:
        """The only kind wanted."""
        return by_slug.get(self.kind)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked."""
        return not (self.q or self.near or self.campus or any(self.tags.values()))

    def pairs(self) -> list[tuple[str, str]]:
        """The address's parameters in their stable order, without those at their default."""
        values = [
            ("q", self.q),
            ("type", self.kind),
            *((name, value) for name in TAGS for value in sorted(self.tags.get(name, ()))),
            ("campus", self.campus),
            *self._where(),
            ("rayon", "" if self.radius is None else str(self.radius)),
            ("mot", "1" if self.is_literal else ""),
            ("tri", self.order.value if self.order else ""),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in values if value]

    def _where(self) -> list[tuple[str, str]]:
        if self.near is None:
            return []
        if self.near.insee_code:
            return [("lieu", self.near.label)]
        return [("autour", f"{self.near.lat:.3f},{self.near.lon:.3f}")]

    def query(self, **changes: object) -> str:
        """The query string of this question with some parts changed, back on its first page unless told."""
        return urlencode(replace(self, **{"page": 1, **changes}).pairs())  # type: ignore[arg-type]

    def without(self, name: str, value: str) -> dict[str, tuple[str, ...]]:
        """The tags with one value of one of them dropped."""
        return {**self.tags, name: tuple(each for each in self.tags.get(name, ()) if each != value)}


def parse(parameters: Mapping[str, Sequence[str]]) -> tuple[Ask, tuple[Problem, ...]]:
    """Read the parameters of an address (name → values). Never raises.

    Returns the question made of what has a meaning, and a French problem for each part that has none.
    """
    reader = _Reader(parameters)
    ask = Ask(
        q=reader.text(),
        kind=reader.kind(),
        near=reader.here() or reader.near(),
        radius=reader.some_radius(),
        tags=reader.tags(),
        campus=reader.campus(),
        order=reader.order(),
        is_literal=reader.one("mot") == "1",
        page=reader.bounded_page(),
    )
    return ask, tuple(reader.problems)


class _Reader(Reader):
    """The parameters that the directory has not."""

    def kind(self) -> str:
        typed = self.one("type")
        if not typed or typed in by_slug:
            return typed
        known = ", ".join(kind.slug for kind in KINDS)
        self.refuse("type", f"On ne cherche pas de « {short(typed)} » ici, mais : {known}.")
        return ""

    def tags(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name in TAGS:
            if not self.parameters.get(name):
                continue
            if name == "departement":
                known = {code for area in territories().values() if area.tag == name for code in area.values}
            else:
                known = set(wording.values_of(name))
            values = self.values(name, known, _WHAT[name])
            if values:
                found[name] = values
        return found

    def campus(self) -> str:
        typed = self.one("campus")
        if not typed or Campus.objects.filter(slug=typed[:200]).exists():
            return typed
        self.refuse("campus", f"Le registre ne connaît pas ce campus : « {short(typed)} ».")
        return ""

    def here(self) -> Near | None:
        """The reader's own place, « 50.408,1.592 » in degrees."""
        typed = self.one("autour")
        if not typed:
            return None
        try:
            lat, lon = (float(part) for part in typed.split(","))
        except ValueError:
            lat = lon = float("nan")
        if -90 < lat < 90 and -180 <= lon <= 180:
            return Near("", "ma position", round(lat, 3), round(lon, 3))
        self.refuse("autour", f"« {short(typed)} » n’est pas une position : écrivez latitude,longitude en degrés.")
        return None

    def some_radius(self) -> int | None:
        told = len(self.problems)
        radius = self.radius() if self.one("rayon") else None
        return radius if len(self.problems) == told else None

    def order(self) -> Order | None:
        typed = self.one("tri")
        if not typed or typed in list(Order):
            return Order(typed) if typed else None
        self.refuse("tri", f"Ce tri n’existe pas : « {short(typed)} ».")
        return None

    def bounded_page(self) -> int:
        page = self.page()
        if page <= MOST_PAGES:
            return page
        most = PAGE_SIZE * MOST_PAGES
        self.refuse("page", f"La recherche montre ses {most:,} premiers résultats : précisez-la.".replace(",", " "))
        return 1


def in_words(ask: Ask) -> str:
    """The question in French, for the title of a letter."""
    parts = [f"« {ask.q} »"] if ask.q else []
    parts += [ask.only.plural.lower()] if ask.only else []
    for name, values in ask.tags.items():
        if name == "departement":
            parts += [f"département {value}" for value in values]
        else:
            parts += [wording.values_of(name)[value] for value in values]
    parts += [f"avec le campus « {ask.campus} »"] if ask.campus else []
    parts += [f"à {radius_of(ask)} km de {ask.near.label}"] if ask.near else []
    return ", ".join(parts)


def radius_of(ask: Ask) -> int:
    """Kilometres around a chosen place."""
    return ask.radius or DEFAULT_RADIUS


def typed(text: str) -> str:
    """A text as it may be asked: one line, of a bounded length."""
    return one_line(text)[:200]
