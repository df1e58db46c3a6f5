"""The agenda: the public stops that answer a choice of region, filière, public, days and place."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cmq.campuses.models import Campus
from cmq.reference.geo import distance_km
from cmq.reference.models import Commune, Filiere, Region
from cmq.tours.models import Audience, Stop, StopQuerySet

RADII = (20, 50, 100)  # kilometres
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see. Without a first day: what is not over yet."""

    region: Region | None = None
    filiere: Filiere | None = None
    audience: Audience | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    near: Commune | None = None
    radius: int = RADII[1]
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def query(self) -> str:
        """The same choice as the query of an address."""
        parts = {
            "region": self.region.slug if self.region else "",
            "filiere": self.filiere.slug if self.filiere else "",
            "public": self.audience.value if self.audience else "",
            "du": self.first.isoformat() if self.first else "",
            "au": self.last.isoformat() if self.last else "",
            "lieu": f"{self.near.name} {self.near.departement_id}" if self.near else "",
            "rayon": str(self.radius) if self.near and self.radius != RADII[1] else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


def parse(given: Mapping[str, str]) -> Choice:
    """Read the parameters of an address. Never raises: a part without meaning is left out, and said."""
    problems: list[str] = []

    def read(name: str, found: object, problem: str) -> None:
        if given.get(name, "").strip() and found is None:
            problems.append(problem)

    region = Region.objects.filter(slug=given.get("region", "")[:80]).first()
    filiere = Filiere.objects.filter(slug=given.get("filiere", "")[:80]).first()
    audience = next((each for each in Audience if each.value == given.get("public", "")), None)
    first, last = (_day(given.get(name, "")) for name in ("du", "au"))
    near = Commune.objects.matching(given.get("lieu", "")[:100], limit=1).first() if given.get("lieu") else None
    if near is not None and near.latitude is None:
        near = None
    radius = next((each for each in RADII if str(each) == given.get("rayon", "")), None)
    for name, found, problem in (
        ("region", region, "Cette région n’existe pas."),
        ("filiere", filiere, "Cette filière n’existe pas."),
        ("public", audience, "Ce public n’existe pas."),
        ("du", first, "Le premier jour n’est pas une date : écrivez par exemple 2027-03-12."),
        ("au", last, "Le dernier jour n’est pas une date : écrivez par exemple 2027-03-12."),
        ("lieu", near, "Aucune commune dont on connaisse le centre ne répond à ce lieu."),
        ("rayon", radius, "Le rayon est de 20, 50 ou 100 km."),
    ):
        read(name, found, problem)
    if first and last and last < first:
        problems.append("Le dernier jour vient avant le premier.")
    return Choice(region, filiere, audience, first, last, near, radius or RADII[1], tuple(problems))


def stops_of(choice: Choice, *, at: dt.datetime) -> list[Stop]:
    """The public stops that answer, in time order; the nearest commune first does not matter, the day does."""
    listed = _narrowed(Stop.objects.public().for_lists(), choice)
    if choice.first:
        listed = listed.filter(ends_at__gte=_instant(choice.first) - _DAY)
    else:
        listed = listed.filter(ends_at__gt=at)
    if choice.last:
        listed = listed.filter(starts_at__lte=_instant(choice.last) + 2 * _DAY)
    return [stop for stop in listed if _is_on(stop, choice) and _is_near(stop, choice)]


def of_campus(campus: Campus, *, at: dt.datetime) -> StopQuerySet:
    """What a campus shows from three months ago on, for its calendar."""
    return Stop.objects.public().for_lists().filter(tour__campus=campus, ends_at__gt=at - 92 * _DAY)


def of_region(region: Region, *, at: dt.datetime) -> StopQuerySet:
    """What happens in a region, whoever organises it, from three months ago on, for its calendar."""
    listed = Stop.objects.public().for_lists()
    return listed.filter(commune__departement__region=region, ends_at__gt=at - 92 * _DAY)


def _narrowed(listed: StopQuerySet, choice: Choice) -> StopQuerySet:
    if choice.region:
        listed = listed.filter(commune__departement__region=choice.region)
    if choice.filiere:
        listed = listed.filter(tour__campus__filiere=choice.filiere)
    if choice.audience:
        listed = listed.filter(audiences__audience=choice.audience)
    return listed


def _is_on(stop: Stop, choice: Choice) -> bool:
    """Between the days, as the place counts them."""
    after = choice.first is None or stop.ends.date() >= choice.first
    return after and (choice.last is None or stop.starts.date() <= choice.last)


def _is_near(stop: Stop, choice: Choice) -> bool:
    near, place = choice.near, stop.commune
    if near is None or near.latitude is None or near.longitude is None:
        return True
    if place.latitude is None or place.longitude is None:
        return place.pk == near.pk
    return distance_km(near.latitude, near.longitude, place.latitude, place.longitude) <= choice.radius


def _instant(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
