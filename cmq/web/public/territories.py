"""The map of all campuses, and the pages of the filières and of the regions."""

from collections import Counter
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.campuses.models import FiliereCount
from cmq.core.text import fold
from cmq.reference.models import Filiere, Region
from cmq.reference.outlines import ATTRIBUTION, geojson_bytes
from cmq.search.directory import CampusRow, Problem, load_choices, load_rows, parse, select
from cmq.web.public import drawings, figures
from cmq.web.public.common import parameters, public, real

DEFAULT_LEVEL = "regions"
SHORT_FACETS = (("filiere", "Filière"), ("region", "Région"), ("etat", "État du label"))


@public
def map_page(request: HttpRequest) -> HttpResponse:
    """Every campus over the outlines of the regions, académies or départements."""
    choices = load_choices()
    selection, problems = parse(parameters(request), choices)
    asked = request.GET.get("fond", DEFAULT_LEVEL)
    level, _ = drawings.LEVELS.get(asked, drawings.LEVELS[DEFAULT_LEVEL])
    if asked not in drawings.LEVELS:
        problems = (*problems, Problem("fond", "Ce fond de carte n’existe pas : voici celui des régions."))
    rows = load_rows(on=selection.held_on or timezone.localdate())
    results = select(rows, selection, choices)
    shown = [hit.row for hit in results.hits]
    context = {
        "selection": selection,
        "problems": problems,
        "results": results,
        "facets": [(name, title, results.facets[name]) for name, title in SHORT_FACETS],
        "levels": [(name, label, name == level) for name, (_, label) in drawings.LEVELS.items()],
        "level": level,
        "rows": shown,
        "demos": sum(row.is_demo for row in shown),
        "drawing": drawings.of_campuses(shown, level=level),
        "query": selection.query(view="liste"),
        "attribution": ATTRIBUTION,
    }
    return render(request, "public/map.html", context, status=400 if problems else 200)


@public
def outline_geojson(request: HttpRequest, level: str) -> HttpResponse:
    """The outlines of a level as GeoJSON, for the map that moves."""
    if level not in drawings.LEVELS:
        raise Http404
    return HttpResponse(geojson_bytes(drawings.LEVELS[level][0]), content_type="application/geo+json")


@public
def filieres(request: HttpRequest) -> HttpResponse:
    """The twelve filières with their number of campuses."""
    rows, choices = load_rows(on=timezone.localdate()), load_choices()
    counted = [
        (each, [row for row in real(rows) if row.filiere and row.filiere.slug == each.slug])
        for each in choices.filieres
    ]
    context = {
        "filieres": [(each, len(found), figures.deduced(found)) for each, found in counted],
        "without": sum(row.filiere is None for row in real(rows)),
    }
    return render(request, "public/filieres.html", context)


@public
def filiere(request: HttpRequest, slug: str) -> HttpResponse:
    """One filière: its campuses, map and figures."""
    found = get_object_or_404(Filiere, slug=slug)
    rows = [row for row in load_rows(on=timezone.localdate()) if row.filiere and row.filiere.slug == slug]
    context = {
        **_figures(rows),
        "filiere": found,
        "variants": [each.name for each in found.variants.order_by("name") if each.name != found.name],
        "drawing": drawings.of_campuses(rows, level="regions", title=f"Carte des campus de la filière {found}."),
        "by_region": _counts([row.region.name for row in real(rows)]),
        "claims": _claims(found),
    }
    return render(request, "public/filiere.html", context)


@public
def regions(request: HttpRequest) -> HttpResponse:
    """The regions and collectivities with their number of campuses."""
    rows, choices = load_rows(on=timezone.localdate()), load_choices()
    counts = Counter(row.region.slug for row in real(rows))
    context = {
        "regions": [(each, counts[each.slug]) for each in choices.regions],
        "map": drawings.of_regions(rows, choices),
    }
    return render(request, "public/regions.html", context)


@public
def region(request: HttpRequest, slug: str) -> HttpResponse:
    """One region: its campuses, map and figures."""
    found = get_object_or_404(Region, slug=slug)
    rows = [row for row in load_rows(on=timezone.localdate()) if row.region.slug == slug]
    context = {
        **_figures(rows),
        "region": found,
        "drawing": drawings.of_region(found.code, rows, name=found.name),
        "by_filiere": _counts([row.filiere.name if row.filiere else "Filière non sourcée" for row in real(rows)]),
    }
    return render(request, "public/region.html", context)


def _figures(rows: Sequence[CampusRow]) -> dict[str, object]:
    return {
        "rows": rows,
        "total": len(real(rows)),
        "demos": len(rows) - len(real(rows)),
        "by_state": figures.by_state(rows),
        "by_category": figures.by_category(rows),
        "deduced": figures.deduced(rows),
    }


def _counts(names: Sequence[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))


def _claims(filiere: Filiere) -> list[FiliereCount]:
    """What a source counts in this filière, region by region, whether the campus is identified or not."""
    counted = FiliereCount.objects.filter(filiere=filiere).select_related("region", "campus")
    found = counted.prefetch_related("sources").order_by("pk")
    return sorted(found, key=lambda each: fold(each.region.name if each.region else ""))
