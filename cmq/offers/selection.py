"""Which offers answer a choice, on the database alone: bounded, so that a page costs the same at a million offers.

The one search (`cmq.search`) understands sentences; here words are looked for as they are written in titles, job names
included. Without a place, a job or a campus, they are looked for among the newest offers only.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_
from urllib.parse import parse_qs, urlencode

from django.db.models import Count, F, FloatField, Q
from django.db.models.functions import Cast
from django.utils import timezone

from cmq.campuses.models import Campus, Partnership
from cmq.careers.models import JobTitle, Occupation
from cmq.core.text import MOST_ASKED, fold, one_line
from cmq.offers.models import ContractKind, JobOffer, JobOfferQuerySet, OfferKind
from cmq.reference.geo import bounding_box, distance_km
from cmq.reference.models import Commune

RADII = (5, 10, 20, 30, 50, 100)
DEFAULT_RADIUS = 30
PER_PAGE = 20
MOST_PAGES = 50
# Beyond it a list says « plus de », and its facets count the newest only.
MOST_COUNTED = 10_000
# Among how many of the newest offers words are looked for, when nothing else narrows them down.
MOST_READ = 30_000
_MOST_JOBS = 60
_KM_A_DEGREE = 111.195


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see. Kinds and contracts with several values mean « one of them »."""

    q: str = ""
    occupation: Occupation | None = None
    contracts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    near: Commune | None = None
    radius: int = DEFAULT_RADIUS
    campus: Campus | None = None
    by_distance: bool = False
    page: int = 1
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.occupation or self.contracts or self.kinds or self.near or self.campus)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address in their stable order, sorted, without those at their default."""
        pairs = [("contrat", each) for each in sorted(self.contracts)]
        pairs += [("nature", each) for each in sorted(self.kinds)]
        if self.q:
            pairs.append(("q", self.q))
        if self.occupation:
            pairs.append(("metier", self.occupation.code))
        if self.campus:
            pairs.append(("campus", self.campus.slug))
        if self.near:
            pairs.append(("lieu", f"{self.near.name} {self.near.departement_id}"))
            if self.radius != DEFAULT_RADIUS:
                pairs.append(("rayon", str(self.radius)))
            if self.by_distance:
                pairs.append(("tri", "distance"))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return sorted(pairs)

    def query(self, **changes: object) -> str:
        """The query string of this choice with some parts changed, back on its first page unless told."""
        return urlencode(replace(self, **{"page": 1, **changes}).pairs())  # type: ignore[arg-type]

    @property
    def label(self) -> str:
        """The choice in words, for the title of a page or of a letter."""
        parts = [f"« {self.q} »"] if self.q else []
        parts += [self.occupation.title] if self.occupation else []
        parts += [str(OfferKind(each).label).lower() for each in self.kinds]
        parts += [str(ContractKind(each).label) for each in self.contracts]
        parts += [f"à {self.radius} km de {self.near.name}"] if self.near else []
        parts += [f"avec le {self.campus.name}"] if self.campus else []
        return ", ".join(parts) or "toutes les offres"


def parse(given: Mapping[str, Sequence[str]]) -> Choice:
    """Read the parameters of an address (name → values). Never raises: a part without meaning is left out, and said."""
    problems: list[str] = []

    def one(name: str, longest: int = MOST_ASKED) -> str:
        return one_line((given.get(name) or [""])[-1])[:longest]

    def several(name: str, known: Sequence[str], problem: str) -> tuple[str, ...]:
        asked = {value for value in given.get(name) or [] if value.strip()}
        if asked.difference(known):
            problems.append(problem)
        return tuple(sorted(asked.intersection(known)))

    code, slug, place, radius, page, order = (one(n) for n in ("metier", "campus", "lieu", "rayon", "page", "tri"))
    occupation = Occupation.objects.filter(code=code.upper()).first() if code else None
    campus = Campus.objects.filter(slug=slug).first() if slug else None
    near = Commune.objects.matching(place, limit=1).select_related("departement").first() if place else None
    near = near if near is not None and near.latitude is not None else None
    is_radius = radius.isascii() and radius.isdigit() and int(radius[:4]) in RADII
    is_page = page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= MOST_PAGES
    for typed, is_good, problem in (
        (code, occupation, "Ce métier n’est pas un code du ROME."),
        (slug, campus, "Ce campus n’existe pas."),
        (place, near, "Aucune commune dont on connaisse le centre ne répond à ce lieu."),
        (radius, is_radius, f"Le rayon est de {', '.join(map(str, RADII[:-1]))} ou {RADII[-1]} km."),
        (page, is_page, f"Les pages vont de 1 à {MOST_PAGES} : précisez la recherche pour voir plus loin."),
        (order, order in ("date", "distance"), "Les offres sont triées par date ou par distance."),
    ):
        if typed and not is_good:
            problems.append(problem)
    return Choice(
        q=one("q", 200),
        occupation=occupation,
        contracts=several("contrat", ContractKind.values, "Ce contrat n’existe pas."),
        kinds=several("nature", OfferKind.values, "Cette nature d’offre n’existe pas."),
        near=near,
        radius=int(radius) if is_radius else DEFAULT_RADIUS,
        campus=campus,
        by_distance=order == "distance" and near is not None,
        page=int(page) if is_page else 1,
        problems=tuple(problems),
    )


def parsed(query: str) -> Choice:
    """The choice of a query string."""
    return parse(parse_qs(query[:2_000]))


def offers_of(choice: Choice, *, at: dt.datetime) -> JobOfferQuerySet:
    """The open offers that answer, newest first or nearest first."""
    found = JobOffer.objects.live(at)
    if choice.occupation:
        found = found.filter(occupation=choice.occupation)
    if choice.campus:
        found = found.filter(_of_campus(choice.campus, at))
    if choice.kinds:
        found = found.filter(kind__in=choice.kinds)
    if choice.contracts:
        found = found.filter(contract__in=choice.contracts)
    if choice.near:
        found = _around(found, choice.near, choice.radius)
    if choice.q:
        found = _with_words(found, choice, at)
    newest = ("-published_at", "-pk")
    return found.order_by(F("square"), *newest) if choice.by_distance else found.order_by(*newest)


def new_since(query: str, since: dt.datetime, *, until: dt.datetime) -> JobOfferQuerySet:
    """What a saved search has to tell: offers that answer it, and that the site shows only since then.

    Args:
        query: of the address of the search, as it is kept.
        since, until: instants at which the site began to show them, the first one excluded.
    """
    choice = replace(parsed(query), by_distance=False)
    return offers_of(choice, at=until).filter(listed_at__gt=since, listed_at__lte=until)


def count(found: JobOfferQuerySet) -> int:
    """How many, `MOST_COUNTED` + 1 at most."""
    return found.order_by().values("pk")[: MOST_COUNTED + 1].count()


def facets(choice: Choice, *, at: dt.datetime) -> dict[str, dict[str, int]]:
    """For kinds and contracts: how many offers each value would show, the other choices kept."""
    return tally(choice, at=at)[1]


def tally(choice: Choice, *, at: dt.datetime) -> tuple[int, dict[str, dict[str, int]]]:
    """How many offers answer (`MOST_COUNTED` + 1 at most), and the facets; one question for both, where it can be."""
    whole = replace(choice, kinds=(), contracts=(), by_distance=False)
    newest = offers_of(whole, at=at).values("pk")[:MOST_COUNTED]
    found = JobOffer.objects.filter(pk__in=newest).order_by()
    rows = list(found.values_list("kind", "contract").annotate(number=Count("pk")))
    kinds, contracts = Counter[str](), Counter[str]()
    total = 0
    for kind, contract, number in rows:
        is_kind = not choice.kinds or kind in choice.kinds
        is_contract = not choice.contracts or contract in choice.contracts
        kinds[kind] += number * is_contract
        contracts[contract] += number * is_kind
        total += number * is_kind * is_contract
    if sum(number for *_, number in rows) >= MOST_COUNTED:
        total = count(offers_of(choice, at=at))
    return total, {"nature": dict(+kinds), "contrat": dict(+contracts)}


def distance(choice: Choice, offer: JobOffer) -> float | None:
    """Kilometres from the chosen place; None without one."""
    near = choice.near
    if near is None or near.latitude is None or near.longitude is None or offer.latitude is None:
        return None
    return distance_km(near.latitude, near.longitude, offer.latitude, offer.longitude or 0.0)


def _of_campus(campus: Campus, at: dt.datetime) -> Q:
    """Offers that it has vouched for, and those of its members."""
    members = Partnership.objects.active(timezone.localdate(at)).filter(campus=campus)
    sirets = members.exclude(organisation__siret=None).values("organisation__siret")
    return Q(campus=campus) | Q(siret__in=sirets)


def _around(found: JobOfferQuerySet, near: Commune, radius: int) -> JobOfferQuerySet:
    """A plane around the place: over a hundred kilometres it is wrong by less than one."""
    lat, lon = near.latitude or 0.0, near.longitude or 0.0
    box = bounding_box(lat, lon, radius)
    found = found.filter(latitude__range=(box.south, box.north), longitude__range=(box.west, box.east))
    # As wide as the parallel of the place is, which lies between those of the two ends.
    width = distance_km(lat, 0, lat, 1)
    south, east = (F("latitude") - lat) * _KM_A_DEGREE, (F("longitude") - lon) * width
    square = Cast(south * south + east * east, FloatField())
    return found.alias(square=square).filter(square__lte=float(radius * radius))


def _with_words(found: JobOfferQuerySet, choice: Choice, at: dt.datetime) -> JobOfferQuerySet:
    words = fold(choice.q).split()[:8]
    if not words:
        return found.none()
    if not (choice.occupation or choice.near or choice.campus):
        newest = JobOffer.objects.live(at).order_by("-published_at", "-pk").values("pk")[:MOST_READ]
        found = found.filter(pk__in=newest)
    titled = reduce(and_, (Q(folded_title__contains=word) for word in words))
    named = reduce(and_, (Q(folded_name__contains=word) for word in words))
    jobs = set(JobTitle.objects.filter(named).values_list("occupation", flat=True)[:_MOST_JOBS])
    jobs |= set(Occupation.objects.filter(titled).values_list("code", flat=True)[:_MOST_JOBS])
    return found.filter(titled | Q(occupation__in=jobs))
