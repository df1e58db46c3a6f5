"""How many people live near a campus of each filière: within 30 and within 60 kilometres, as the crow flies."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cmq.labels.states import LabelState
from cmq.reference.geo import bounding_box, distance_km
from cmq.reference.models import Commune, LoadedReference
from cmq.search.register import CampusRow

RADII = (30, 60)  # kilometres
_RUNNING = (LabelState.CURRENT, LabelState.TO_RENEW, LabelState.SUSPENDED, LabelState.TO_CHECK)


def is_running(campus: CampusRow) -> bool:
    """Whether a campus counts as standing: its label runs, is suspended, or no source says that it is over."""
    return campus.state in _RUNNING


@dataclass(frozen=True, slots=True)
class Town:
    """A commune with people, where its centre is."""

    code: str
    departement: str
    region: str
    lat: float
    lon: float
    people: int


@dataclass(frozen=True)
class People:
    """Where people live.

    Attributes:
        towns: communes with a centre and a population, from south to north.
        left_out: how many communes have no centre or no population, and how many people those with one hold.
    """

    towns: tuple[Town, ...]
    left_out: tuple[int, int]
    by_departement: dict[str, int]
    by_region: dict[str, int]

    @property
    def total(self) -> int:
        """Everybody whose place is known."""
        return sum(self.by_region.values())


@dataclass(frozen=True)
class Covered:
    """The people within each radius of the campuses of a filière, in the country and by région and département."""

    filiere: str
    campuses: tuple[CampusRow, ...]
    # Campuses whose commune is unknown cover nobody that we can count.
    unplaced: tuple[CampusRow, ...]
    # radius → people
    total: dict[int, int]
    # (radius, code) → people
    by_region: dict[tuple[int, str], int]
    by_departement: dict[tuple[int, str], int]


def people() -> People:
    """Read once for each edition of the reference data; one query to see whether it has changed."""
    digest = LoadedReference.objects.filter(name="communes").values_list("digest", flat=True).first() or ""
    return _people(digest)


@lru_cache(maxsize=2)
def _people(digest: str) -> People:
    rows = Commune.objects.whole().order_by("latitude", "pk")
    columns = ("pk", "departement", "departement__region", "latitude", "longitude", "population")
    towns, missing, hidden = [], 0, 0
    by_departement: dict[str, int] = defaultdict(int)
    by_region: dict[str, int] = defaultdict(int)
    for code, departement, region, lat, lon, population in rows.values_list(*columns):
        if lat is None or population is None:
            missing, hidden = missing + 1, hidden + (population or 0)
            continue
        towns.append(Town(code, departement, region, lat, lon, population))
        by_departement[departement] += population
        by_region[region] += population
    return People(tuple(towns), (missing, hidden), dict(by_departement), dict(by_region))


def covered(filiere: str, rows: Iterable[CampusRow], among: People) -> Covered:
    """Who lives near the running campuses of a filière, given by its slug."""
    campuses = [row for row in rows if row.filiere and row.filiere.slug == filiere and is_running(row)]
    spots = sorted({(place.lat or 0.0, place.lon or 0.0) for row in campuses for place in row.located})
    distances = _nearest(spots, among.towns)
    total: dict[int, int] = dict.fromkeys(RADII, 0)
    by_region: dict[tuple[int, str], int] = defaultdict(int)
    by_departement: dict[tuple[int, str], int] = defaultdict(int)
    for town, far in distances.items():
        for radius in RADII:
            if far <= radius:
                total[radius] += town.people
                by_region[radius, town.region] += town.people
                by_departement[radius, town.departement] += town.people
    unplaced = tuple(row for row in campuses if not row.located)
    return Covered(filiere, tuple(campuses), unplaced, total, dict(by_region), dict(by_departement))


def _nearest(spots: Sequence[tuple[float, float]], towns: Sequence[Town]) -> dict[Town, float]:
    """The distance from each town within reach to the nearest spot; towns beyond the largest radius are left out."""
    found: dict[Town, float] = {}
    latitudes = [town.lat for town in towns]
    for lat, lon in spots:
        box = bounding_box(lat, lon, RADII[-1])
        for town in towns[bisect_left(latitudes, box.south) : bisect_right(latitudes, box.north)]:
            if not box.west <= town.lon <= box.east:
                continue
            far = distance_km(lat, lon, town.lat, town.lon)
            if far <= RADII[-1] and far < found.get(town, float("inf")):
                found[town] = far
    return found
