"""Maps of campuses for the public pages."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cmq.core.text import fold
from cmq.labels.states import LabelState
from cmq.reference.outlines import Level
from cmq.search.directory import CampusRow, Choices
from cmq.search.register import Named
from cmq.web import maps
from cmq.web.public.common import real

LEVELS: dict[str, tuple[Level, str]] = {
    "regions": ("regions", "Régions"),
    "academies": ("academies", "Académies"),
    "departements": ("departements", "Départements"),
}
STATE_KINDS = tuple((state.value, str(state.label)) for state in LabelState)


@dataclass(frozen=True, slots=True)
class CampusMap:
    """A map, and the campuses that no map can show because no commune is known, by region."""

    map: maps.Map
    unplaced: tuple[tuple[Named, tuple[CampusRow, ...]], ...]


def campuses_in(count: int) -> str:
    """« aucun campus », « 1 campus », « 5 campus »."""
    return f"{count or 'aucun'} campus"


def of_regions(rows: Sequence[CampusRow], choices: Choices) -> maps.Map:
    """The regions as links, each with its number of campuses."""
    counts = Counter(row.region.code for row in real(rows))
    shapes = tuple(
        replace(
            shape,
            url=f"/regions/{shape.slug}/",
            note=campuses_in(counts[shape.code]),
            number=counts[shape.code] if _is_roomy(shape) else None,
        )
        for shape in maps.shapes("regions")
    )
    drawn = {shape.code for shape in shapes}
    others = [region for region in choices.regions if region.code not in drawn and counts[region.code]]
    boxes = maps.boxes((r.name, f"/regions/{r.slug}/", f" : {campuses_in(counts[r.code])}", ()) for r in others)
    return maps.Map(
        "regions",
        "Carte des campus par région. Chaque région est un lien vers sa page.",
        shapes,
        boxes=boxes,
        insets=maps.INSETS,
    )


def of_campuses(rows: Sequence[CampusRow], *, level: Level, key: str = "campus", title: str = "") -> CampusMap:
    """Each campus at its communes, over the outlines of a level."""
    placed, outside = maps.spread(mark for row in rows for mark in _marks(row))
    regions = {row.url: row.region for row in rows}
    by_region: dict[Named, list[maps.Mark]] = defaultdict(list)
    for mark in outside:
        by_region[regions[mark.url]].append(mark)
    boxes = maps.boxes(
        (region.name, f"/regions/{region.slug}/", "", marks)
        for region, marks in sorted(by_region.items(), key=lambda item: fold(item[0].name))
    )
    drawn = maps.Map(
        key,
        title or f"Carte de {campuses_in(len(rows))}. Chaque repère est un lien vers la page du campus.",
        maps.shapes(level),
        placed,
        boxes,
        STATE_KINDS,
        insets=maps.INSETS,
    )
    return CampusMap(drawn, _unplaced(rows))


def of_region(region_code: str, rows: Sequence[CampusRow], *, name: str) -> CampusMap | None:
    """The campuses of one region over its outline, close up; None where there is no outline."""
    outline = next((shape for shape in maps.shapes("regions") if shape.code == region_code), None)
    if outline is None:
        return None
    corners = maps.corners(outline)
    window = maps.window_around(corners, margin=25)
    assert window is not None
    placed, _ = maps.spread((mark for row in rows for mark in _marks(row)), size=maps.size_in(window))
    shapes = tuple(
        replace(shape, is_chosen=shape.code == region_code)
        for shape in maps.shapes("regions")
        if maps.is_in_window(shape, window)
    )
    drawn = maps.Map(
        "region",
        f"Carte des campus de la région {name}.",
        shapes,
        tuple(mark for mark in placed if maps.is_within(mark, corners)),
        kinds=STATE_KINDS,
        window=window,
    )
    return CampusMap(drawn, _unplaced(rows))


def _marks(row: CampusRow) -> Iterable[maps.Mark]:
    for place in row.located:
        title = f"{row.name} ({place.name}) – {row.state.label.lower()}"
        yield maps.Mark(place.lat or 0.0, place.lon or 0.0, title, row.url, row.state.value)


def _unplaced(rows: Sequence[CampusRow]) -> tuple[tuple[Named, tuple[CampusRow, ...]], ...]:
    by_region: dict[Named, list[CampusRow]] = defaultdict(list)
    for row in rows:
        if not row.located:
            by_region[row.region].append(row)
    return tuple(
        (region, tuple(found)) for region, found in sorted(by_region.items(), key=lambda item: fold(item[0].name))
    )


def _is_roomy(shape: maps.Shape) -> bool:
    left, top, right, bottom = maps.extent(shape)
    return min(right - left, bottom - top) > 30
