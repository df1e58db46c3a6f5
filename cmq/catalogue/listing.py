"""Which trainings at places answer a reader’s choice, in which order, and how many the other choices would give."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Count, Q

from cmq.careers.models import Occupation
from cmq.catalogue.models import Course, CourseQuerySet
from cmq.core.text import asked_words, fold
from cmq.reference.geo import bounding_box, distance_km
from cmq.reference.models import Commune, Region

RADII = (5, 10, 20, 30, 50, 100)  # kilometres
USUAL_RADIUS = 30
LEVELS = {str(level): f"Niveau {level}" for level in range(3, 9)}
_PARTS = ("niveau", "voie", "region", "metier", "lieu", "rayon")
WAYS = {"scolaire": "Voie scolaire ou étudiante", "apprentissage": "Apprentissage", "continue": "Formation continue"}
_WAY_COLUMNS = {"scolaire": "by_school", "apprentissage": "by_apprenticeship", "continue": "by_continuing"}


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see."""

    q: str = ""
    level: str = ""
    way: str = ""
    region: Region | None = None
    job: Occupation | None = None
    near: Commune | None = None
    radius: int = USUAL_RADIUS
    problems: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The same choice as the query of an address."""
        parts = {
            "q": self.q,
            "niveau": self.level,
            "voie": self.way,
            "region": self.region.slug if self.region else "",
            "metier": self.job.code if self.job else "",
            "lieu": f"{self.near.name} {self.near.departement_id}" if self.near else "",
            "rayon": str(self.radius) if self.near and self.radius != USUAL_RADIUS else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


@dataclass(frozen=True)
class Found:
    """A training that answers, and how far it is in kilometres where a place was asked."""

    pk: int
    distance: float | None = None


def parse(given: Mapping[str, str]) -> Choice:
    """Read the parameters of an address. Never raises: a part without meaning is left out, and said."""
    asked = {
        name: given.get(name, "").strip()[:100] for name in ("niveau", "voie", "region", "metier", "lieu", "rayon")
    }
    region = Region.objects.filter(slug=asked["region"]).first() if asked["region"] else None
    job = Occupation.objects.filter(code=asked["metier"].upper()).first() if asked["metier"] else None
    near = Commune.objects.located().matching(asked["lieu"], limit=1).first() if asked["lieu"] else None
    radius = next((each for each in RADII if str(each) == asked["rayon"]), None)
    problems = [
        problem
        for name, found, problem in (
            ("niveau", asked["niveau"] in LEVELS, "Le niveau va de 3 à 8."),
            ("voie", asked["voie"] in WAYS, "Cette voie n’existe pas."),
            ("region", region, "Cette région n’existe pas."),
            ("metier", job, "Aucun métier n’a ce code ROME."),
            ("lieu", near, "Aucune commune dont on connaisse le centre ne répond à ce lieu."),
            ("rayon", radius, f"Le rayon est de {', '.join(map(str, RADII[:-1]))} ou {RADII[-1]} km."),
        )
        if asked[name] and not found
    ]
    return Choice(
        q=asked_words(given.get("q", "")),
        level=asked["niveau"] if asked["niveau"] in LEVELS else "",
        way=asked["voie"] if asked["voie"] in WAYS else "",
        region=region,
        job=job,
        near=near,
        radius=radius or USUAL_RADIUS,
        problems=tuple(problems),
    )


def select(choice: Choice) -> list[Found]:
    """The trainings that answer: by distance where a place was asked, else by title. Two queries at most."""
    rows = _narrowed(choice)
    if choice.near is None:
        return [Found(pk) for pk in rows.order_by("is_demo", "folded_title", "pk").values_list("pk", flat=True)]
    lat, lon = choice.near.latitude, choice.near.longitude
    assert lat is not None and lon is not None
    found = []
    columns = ("pk", "latitude", "longitude", "commune__latitude", "commune__longitude")
    for pk, own_lat, own_lon, its_lat, its_lon in _in_box(rows, lat, lon, choice.radius).values_list(*columns):
        y, x = (own_lat, own_lon) if own_lat is not None else (its_lat, its_lon)
        distance = distance_km(lat, lon, y, x)
        if distance <= choice.radius:
            found.append(Found(pk, distance))
    return sorted(found, key=lambda each: (each.distance or 0.0, each.pk))


def counts(choice: Choice) -> dict[str, list[tuple[str, str, int]]]:
    """For each way and level: how many trainings it would show, all other choices kept; the place is not counted by."""
    ways = _narrowed(replace(choice, way="")).aggregate(
        **{name: Count("pk", filter=Q(**{column: True})) for name, column in _WAY_COLUMNS.items()}
    )
    levels = dict(_narrowed(replace(choice, level="")).values_list("level").annotate(Count("pk")).order_by("level"))
    return {
        "voie": [(name, label, ways[name]) for name, label in WAYS.items()],
        "niveau": [(name, label, levels.get(int(name), 0)) for name, label in LEVELS.items()],
    }


def _narrowed(choice: Choice) -> CourseQuerySet:
    rows: CourseQuerySet = Course.objects.all()
    for word in fold(choice.q).split():
        rows = rows.filter(folded_title__contains=word)
    if choice.level:
        rows = rows.filter(level=int(choice.level))
    if choice.way:
        rows = rows.filter(**{_WAY_COLUMNS[choice.way]: True})
    if choice.region:
        rows = rows.filter(commune__departement__region=choice.region)
    if choice.job:
        rows = rows.filter(rome_codes__icontains=choice.job.code)
    return rows


def _in_box(rows: CourseQuerySet, lat: float, lon: float, radius: int) -> CourseQuerySet:
    """Those in the rectangle around the circle; a training without a place of its own lies at its commune."""
    box = bounding_box(lat, lon, radius)
    high, wide = (box.south, box.north), (box.west, box.east)
    own = Q(latitude__range=high, longitude__range=wide)
    return rows.filter(own | Q(latitude=None, commune__latitude__range=high, commune__longitude__range=wide))
