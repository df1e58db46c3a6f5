"""The register as light rows in memory: what the directory chooses from."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cmq.campuses.models import AreaKind, Campus, CampusArea, CampusName, Category, PartnerRole, Partnership
from cmq.core import feed
from cmq.core.partial_dates import PartialDate
from cmq.core.text import fold
from cmq.labels.models import Label
from cmq.labels.states import LabelState, with_label_state
from cmq.reference.geo import distance_km
from cmq.reference.models import Academie, Commune, Filiere, FiliereName, Region


@dataclass(frozen=True, slots=True)
class Place:
    """A commune that a campus sits in; degrees, None where the centre is unknown."""

    insee_code: str
    name: str
    departement: str
    lat: float | None
    lon: float | None
    is_seat: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A territory or filière as facets and links show it."""

    slug: str
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class CampusRow:
    """What lists, maps and exports show of a campus on a day."""

    pk: int
    slug: str
    name: str
    acronym: str
    other_names: tuple[str, ...]
    filiere: Named | None
    filiere_is_deduced: bool
    region: Named
    academies: tuple[Named, ...]
    category: str
    state: LabelState
    ends_on: dt.date | None
    # « certain », « suspendu » (certain, and suspended), « peut-etre » or empty: whether the label was held on the day.
    held: str
    places: tuple[Place, ...]
    territory: tuple[str, ...]
    hosts: tuple[str, ...]
    website: str
    reliability: str
    last_seen_on: PartialDate | None
    is_demo: bool
    # Folded words and what a match on each is worth.
    words: dict[str, float]

    @property
    def url(self) -> str:
        """The public page."""
        return f"/campus/{self.slug}/"

    @property
    def category_label(self) -> str:
        """« Campus d’excellence »…; empty when no source tells."""
        return Category(self.category).label if self.category else ""

    @property
    def located(self) -> tuple[Place, ...]:
        """The places that a map can show."""
        return tuple(place for place in self.places if place.lat is not None and place.lon is not None)

    def distance_from(self, lat: float, lon: float) -> float | None:
        """Kilometres to the nearest of its places; None when none is known."""
        spots = ((place.lat, place.lon) for place in self.places)
        known = (distance_km(lat, lon, y, x) for y, x in spots if y is not None and x is not None)
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Choices:
    """Every value that a facet may take, in the order it is shown."""

    filieres: tuple[Named, ...]
    regions: tuple[Named, ...]
    academies: tuple[Named, ...]


def load_rows(*, on: dt.date) -> tuple[CampusRow, ...]:
    """Every campus as it stood on a day, by name. Read once per state of the register and day; ten queries."""
    version = feed.public_version()
    return _rows(version, on) if version[0] else _read_rows(on)


def load_choices() -> Choices:
    """The filières, regions and académies. Read once per state of the register."""
    version = feed.public_version()
    return _choices(version) if version[0] else _read_choices()


@lru_cache(maxsize=4)
def _rows(version: tuple[int, str], on: dt.date) -> tuple[CampusRow, ...]:
    return _read_rows(on)


@lru_cache(maxsize=4)
def _choices(version: tuple[int, str]) -> Choices:
    return _read_choices()


def _read_choices() -> Choices:
    return Choices(
        tuple(Named(f.slug, f.name) for f in Filiere.objects.order_by("position")),
        _by_name(Named(r.slug, r.name, r.code) for r in Region.objects.order_by("code")),
        _by_name(Named(a.slug, a.name, a.code) for a in Academie.objects.order_by("code")),
    )


def _by_name(named: Iterable[Named]) -> tuple[Named, ...]:
    """In the order of a French dictionary: « Île » stands with the I."""
    return tuple(sorted(named, key=lambda each: fold(each.name)))


@dataclass(slots=True)
class _Relatives:
    """What stands around the campuses, by campus."""

    areas: dict[int, list[CampusArea]]
    names: dict[int, list[str]]
    hosts: dict[int, list[Partnership]]
    variants: dict[int, list[str]]
    certain: frozenset[int]
    perhaps: frozenset[int]


def _read_rows(on: dt.date) -> tuple[CampusRow, ...]:
    relatives = _relatives(on)
    campuses = with_label_state(Campus.objects.select_related("region", "filiere"), on=on).order_by("pk")
    return tuple(sorted((_row(campus, relatives) for campus in campuses), key=lambda row: (fold(row.name), row.pk)))


def _relatives(on: dt.date) -> _Relatives:
    relatives = _Relatives(
        {},
        {},
        {},
        {},
        frozenset(Label.objects.held_on(on).values_list("campus_id", flat=True)),
        frozenset(Label.objects.perhaps_held_on(on).values_list("campus_id", flat=True)),
    )
    for area in CampusArea.objects.select_related("academie", "departement", "commune").order_by("kind", "pk"):
        relatives.areas.setdefault(area.campus_id, []).append(area)
    for campus_id, name in CampusName.objects.order_by("pk").values_list("campus_id", "name"):
        relatives.names.setdefault(campus_id, []).append(name)
    for host in (
        Partnership.objects.filter(role=PartnerRole.HOST, ends_on=None).select_related("organisation").order_by("pk")
    ):
        relatives.hosts.setdefault(host.campus_id, []).append(host)
    for filiere_id, name in FiliereName.objects.order_by("pk").values_list("filiere_id", "name"):
        relatives.variants.setdefault(filiere_id, []).append(name)
    return relatives


def _row(campus: Campus, relatives: _Relatives) -> CampusRow:
    areas = relatives.areas.get(campus.pk, [])
    academies = tuple(Named(a.academie.slug, a.academie.name, a.academie.code) for a in areas if a.academie)
    places = _places(areas)
    hosts = tuple(host.organisation.name for host in relatives.hosts.get(campus.pk, []))
    other_names = tuple(relatives.names.get(campus.pk, []))
    filiere = Named(campus.filiere.slug, campus.filiere.name) if campus.filiere else None
    territory = tuple(str(a) for a in areas if a.kind == AreaKind.TERRITORY)
    return CampusRow(
        pk=campus.pk,
        slug=campus.slug,
        name=campus.name,
        acronym=campus.acronym,
        other_names=other_names,
        filiere=filiere,
        filiere_is_deduced=campus.filiere_is_deduced,
        region=Named(campus.region.slug, campus.region.name, campus.region.code),
        academies=academies,
        category=campus.category,
        state=LabelState(campus.label_state),  # type: ignore[attr-defined]
        ends_on=campus.label_ends_on,  # type: ignore[attr-defined]
        held=_held(campus, relatives),
        places=places,
        territory=territory,
        hosts=hosts,
        website=campus.website,
        reliability=campus.reliability,
        last_seen_on=campus.last_seen_on,
        is_demo=campus.is_demo,
        words=_words(
            (5, [campus.acronym]),
            (4, [campus.name]),
            (3, [*other_names, *(place.name for place in places)]),
            (2, [filiere.name if filiere else "", *hosts, *territory]),
            (2, [campus.region.name, *(academie.name for academie in academies)]),
            (1.5, relatives.variants.get(campus.filiere_id or 0, [])),
            (1, [Category(campus.category).label if campus.category else ""]),
        ),
    )


def _held(campus: Campus, relatives: _Relatives) -> str:
    if campus.label_state == LabelState.SUSPENDED:  # type: ignore[attr-defined]
        return "suspendu"
    return "certain" if campus.pk in relatives.certain else "peut-etre" if campus.pk in relatives.perhaps else ""


def _places(areas: Iterable[CampusArea]) -> tuple[Place, ...]:
    """The communes of the seat and of the places, each once, the seat first."""
    found: dict[str, Place] = {}
    for area in sorted(areas, key=lambda each: each.kind != AreaKind.SEAT):
        if area.commune and area.kind in (AreaKind.SEAT, AreaKind.PLACE):
            found.setdefault(area.commune.insee_code, _place(area.commune, is_seat=area.kind == AreaKind.SEAT))
    return tuple(found.values())


def _place(commune: Commune, *, is_seat: bool) -> Place:
    return Place(commune.insee_code, commune.name, commune.departement_id, commune.latitude, commune.longitude, is_seat)


def _words(*weighted: tuple[float, Iterable[str]]) -> dict[str, float]:
    words: dict[str, float] = {}
    for weight, texts in weighted:
        for text in texts:
            for word in fold(text).split():
                words[word] = max(weight, words.get(word, 0))
    return words
