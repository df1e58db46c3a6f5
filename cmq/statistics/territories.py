"""The territories that figures are told for: bassins, départements, académies, régions, and the whole country."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, Q, Sum, TextChoices
from django.db.models.functions import Cast

from cmq.campuses.models import AreaKind, Campus
from cmq.core.text import fold
from cmq.labour.models import Basin
from cmq.reference.models import Academie, Commune, Departement, Region


class Level(TextChoices):
    """A cut of the country."""

    BASIN = "bassin", "Bassin d’emploi"
    DEPARTEMENT = "departement", "Département"
    ACADEMIE = "academie", "Académie"
    REGION = "region", "Région"


# From a cell of the balance, and from a commune, to the code of its territory.
CELL_PATHS = {
    Level.BASIN: "basin",
    Level.DEPARTEMENT: "departement",
    Level.ACADEMIE: "departement__academie",
    Level.REGION: "departement__region",
}
COMMUNE_PATHS = {**CELL_PATHS, Level.BASIN: "basin_link__basin"}
_MODELS: dict[Level, type[Any]] = {
    Level.BASIN: Basin,
    Level.DEPARTEMENT: Departement,
    Level.ACADEMIE: Academie,
    Level.REGION: Region,
}


@dataclass(frozen=True)
class Territory:
    """One territory; without a level, the whole country."""

    level: Level | None
    code: str
    name: str
    is_demo: bool = False

    @property
    def slug(self) -> str:
        """« region-32 »: a code alone means several territories, 32 is the Gers and the Hauts-de-France."""
        return f"{self.level}-{self.code}" if self.level else ""

    @property
    def title(self) -> str:
        """« Académie de Lille », « Bassin d’emploi : CALAIS »: what it is and its name."""
        return f"{self.level.label} : {self.name}" if self.level else self.name

    @property
    def cells(self) -> Q:
        """Its cells of the balance."""
        return Q(**{CELL_PATHS[self.level]: self.code}) if self.level else Q()

    @property
    def communes(self) -> Q:
        """Its communes."""
        return Q(**{COMMUNE_PATHS[self.level]: self.code}) if self.level else Q()

    def get_absolute_url(self) -> str:
        """Its public page."""
        return f"/territoires/{self.slug}/"


FRANCE = Territory(None, "", "France entière")


def find(slug: str) -> Territory | None:
    """The territory of « level-code »; None when there is none."""
    level, _, code = slug.partition("-")
    if level not in Level.values or not code:
        return None
    row = _MODELS[Level(level)].objects.filter(pk=code.upper()).first()
    return _of(Level(level), row) if row else None


def meanings(code: str) -> list[Territory]:
    """Every territory that a bare code means: « 32 » is a département, an académie and a région."""
    if not code.isalnum() or len(code) > 6:
        return []
    found = ((level, model.objects.filter(pk=code.upper()).first()) for level, model in _MODELS.items())
    return [_of(level, row) for level, row in found if row]


def all_of(level: Level, *, is_demo: bool = False, codes: Iterable[str] | None = None) -> list[Territory]:
    """The territories of a level, in the order of a dictionary; fictional bassins are asked for."""
    rows = _MODELS[level].objects.all()
    if level == Level.BASIN:
        rows = rows.filter(is_demo=is_demo)
    if codes is not None:
        rows = rows.filter(pk__in=list(codes))
    return sorted((_of(level, row) for row in rows), key=lambda each: (fold(each.name), each.code))


def _of(level: Level, row: Any) -> Territory:
    return Territory(level, row.pk, row.name, is_demo=getattr(row, "is_demo", False))


def campuses_in(territory: Territory) -> frozenset[int]:
    """The campuses that have their seat or a place in a territory, or that state it as theirs; one query."""
    level, code = territory.level, territory.code
    assert level is not None
    path = f"areas__commune__{COMMUNE_PATHS[level]}"
    found = Q(**{path: code}, areas__kind__in=(AreaKind.SEAT, AreaKind.PLACE))
    if level == Level.DEPARTEMENT:
        found |= Q(areas__departement=code)
    elif level == Level.ACADEMIE:
        found |= Q(areas__academie=code) | Q(areas__departement__academie=code)
    elif level == Level.REGION:
        found |= Q(region=code)
    return frozenset(Campus.objects.filter(found).order_by().values_list("pk", flat=True))


def around(commune: Commune) -> list[Territory]:
    """The territories that hold a commune, the smallest first; two queries at most."""
    departement = Departement.objects.select_related("academie", "region").get(pk=commune.departement_id)
    basin = Basin.objects.filter(commune_links__commune=commune.pk).first()
    rows = (
        (Level.BASIN, basin),
        (Level.DEPARTEMENT, departement),
        (Level.ACADEMIE, departement.academie),
        (Level.REGION, departement.region),
    )
    return [_of(level, row) for level, row in rows if row]


def centres(level: Level, codes: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Where the people of each territory live on average: latitude and longitude; one query.

    Territories without a located commune are left out.
    """
    path = COMMUNE_PATHS[level]
    located = Commune.objects.located().whole().filter(**{f"{path}__in": list(codes)}, population__gt=0)
    people = Cast("population", FloatField())
    sums = (
        located.order_by()
        .values(path)
        .annotate(north=Sum(F("latitude") * people), east=Sum(F("longitude") * people), whole=Sum("population"))
    )
    return {row[path]: (row["north"] / row["whole"], row["east"] / row["whole"]) for row in sums}
