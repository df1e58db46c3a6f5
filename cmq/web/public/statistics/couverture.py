"""Who lives near a campus of each filière."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from cmq.core.amounts import number
from cmq.core.text import fold
from cmq.reference.models import Filiere, Region
from cmq.search.directory import CampusRow, load_rows
from cmq.statistics.coverage import RADII, Covered, People, covered, people
from cmq.web import maps
from cmq.web.charts import Series, bars
from cmq.web.public.drawings import STATE_KINDS
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import Cell, Column, Linked, Page, Picture, figures, words

_NEAR, _FAR = RADII
_HEADER: list[Column] = figures(
    "Campus placés",
    *(label for radius in RADII for label in (f"Habitants à {radius} km", f"Part à {radius} km, en %")),
)


def couverture(choice: Choice) -> Page:
    """Every filière, or one with its map and regions."""
    rows = [row for row in load_rows(on=timezone.localdate()) if row.is_demo == choice.is_demo]
    among = people()
    if choice.filiere is None:
        return Page([_all(rows, among)])
    found = covered(choice.filiere.slug, rows, among)
    return Page([_one(choice.filiere, found, among), _regions(choice.filiere, found, among)])


def _method(among: People, unplaced: Sequence[CampusRow] = ()) -> tuple[str, ...]:
    missing, hidden = among.left_out
    told = f" {len(unplaced)} campus n’ont pas de lieu connu et ne couvrent personne ici." if unplaced else ""
    return (
        f"Population municipale des communes dont le centre est à {_NEAR} ou {_FAR} km au plus, à vol d’oiseau, d’un "
        "des lieux d’un campus de la filière : en cours, à renouveler, suspendu ou à vérifier. Une commune est toute "
        "dedans ou toute dehors : au bord, le nombre est approché. Par la route, les distances sont plus longues.",
        f"{_people(among.total)} habitants sont placés ; {missing} communes sans centre ou sans population connus ne "
        f"comptent pas ({_people(hidden)} habitants connus).{told}",
        "Sources : INSEE, code officiel géographique et populations municipales, IGN Admin Express (millésime livré "
        "avec le site) ; lieux des campus : le registre, à ce jour.",
    )


def _share(count: int, whole: int) -> Decimal | None:
    return (Decimal(count) * 100 / whole).quantize(Decimal("0.1")) if whole else None


def _cells(campuses: int, near: int, far: int, whole: int) -> list[Cell]:
    return [campuses, near, _share(near, whole), far, _share(far, whole)]


def _all(rows: Sequence[CampusRow], among: People) -> Picture:
    filieres = list(Filiere.objects.order_by("position"))
    found = [covered(each.slug, rows, among) for each in filieres]
    title = "Part de la population près d’un campus de chaque filière"
    series = [
        Series(f"À {radius} km au plus, en %", tuple(_share(each.total[radius], among.total) for each in found))
        for radius in RADII
    ]
    table = [
        (
            Linked(filiere.name, f"?filiere={filiere.slug}"),
            *_cells(_placed(each), each.total[_NEAR], each.total[_FAR], among.total),
        )
        for filiere, each in zip(filieres, found, strict=True)
    ]
    best = max(zip(filieres, found, strict=True), key=lambda pair: pair[1].total[_NEAR])
    summary = (
        f"La filière la plus proche des habitants est « {best[0]} » : {_written(best[1].total[_NEAR], among)} vivent à "
        f"{_NEAR} km au plus d’un de ses campus.",
    )
    unplaced = [row for each in found for row in each.unplaced]
    chart = bars("filieres", title, [each.name for each in filieres], series)
    return Picture(
        "filieres", title, summary, [*words("Filière"), *_HEADER], table, chart, method=_method(among, unplaced)
    )


def _placed(found: Covered) -> int:
    return len(found.campuses) - len(found.unplaced)


def _written(count: int, among: People) -> str:
    share = _share(count, among.total)
    return f"{_people(count)} habitants ({number(share)} %)"


def _people(count: int) -> str:
    return number(Decimal(count))


def _one(filiere: Filiere, found: Covered, among: People) -> Picture:
    title = f"Autour des campus de la filière « {filiere} »"
    summary = tuple(f"À {radius} km au plus : {_written(found.total[radius], among)}." for radius in RADII)
    table = [(Linked(row.name, row.url), row.region.name, row.state.label, _places(row)) for row in found.campuses]
    return Picture(
        "carte",
        title,
        summary if found.campuses else ("Aucun campus en cours ou à vérifier n’est connu dans cette filière.",),
        words("Campus", "Région", "État du label", "Lieux"),
        table,
        map=_map(title, found),
        method=_method(among, found.unplaced),
        empty="Aucun campus.",
    )


def _places(row: CampusRow) -> str | None:
    return ", ".join(place.name for place in row.places) or None


def _map(title: str, found: Covered) -> maps.Map:
    marks, _ = maps.spread(
        maps.Mark(place.lat or 0.0, place.lon or 0.0, f"{row.name} ({place.name})", row.url, row.state.value)
        for row in found.campuses
        for place in row.located
    )
    spots = {(place.lat, place.lon) for row in found.campuses for place in row.located}
    # The wide circles first: the near ones are drawn over them.
    circles = tuple(
        circle
        for radius, look in ((_FAR, "loin"), (_NEAR, "pres"))
        for lat, lon in sorted(spots)
        if (circle := maps.circle(lat or 0.0, lon or 0.0, radius, look)) is not None
    )
    drawn = maps.Map("couverture", title, maps.shapes("regions"), marks, kinds=STATE_KINDS, insets=maps.INSETS)
    return replace(drawn, circles=circles)


def _regions(filiere: Filiere, found: Covered, among: People) -> Picture:
    title = f"Population près d’un campus de la filière « {filiere} », région par région"
    rows = []
    for region in sorted(Region.objects.all(), key=lambda each: fold(each.name)):
        whole = among.by_region.get(region.pk, 0)
        near, far = (found.by_region.get((radius, region.pk), 0) for radius in RADII)
        campuses = sum(row.region.code == region.pk and bool(row.located) for row in found.campuses)
        shares = _cells(campuses, near, far, whole) if whole else [campuses, None, None, None, None]
        rows.append((Linked(region.name, f"/territoires/region-{region.pk}/"), *shares, whole or None))
    known = [row for row in rows if row[3] is not None]
    series = [
        Series(f"À {radius} km au plus, en %", tuple(row[column] for row in known))
        for radius, column in ((_NEAR, 3), (_FAR, 5))
    ]
    chart = bars("regions", title, [str(row[0]) for row in known], series)
    header = [*words("Région"), *_HEADER, *figures("Habitants")]
    empty = sum(not row[4] for row in known)
    told = f"Dans {empty} régions sur {len(known)}, personne ne vit à {_FAR} km d’un campus placé de cette filière."
    summary = (told,)
    return Picture("regions", title, summary, header, rows, chart, method=_method(among, found.unplaced))
