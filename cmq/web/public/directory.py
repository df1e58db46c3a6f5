"""The directory of the campuses: list, map, exports, completion of communes."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.core.text import asked_words
from cmq.reference.models import Commune
from cmq.search.directory import (
    FACETS,
    RADII,
    Problem,
    Results,
    Selection,
    Sort,
    load_choices,
    load_rows,
    parse,
    select,
)
from cmq.web.public import drawings, exports
from cmq.web.public.common import parameters, public

FACET_TITLES = {
    "filiere": "Filière",
    "region": "Région",
    "academie": "Académie",
    "categorie": "Catégorie",
    "etat": "État du label",
}


@public
def directory(request: HttpRequest) -> HttpResponse:
    """The campuses that answer the address, as a list or on a map; 400 for a part without meaning, 404 past the end."""
    selection, problems, results = chosen(request)
    if not problems and request.GET and urlencode(selection.pairs()) != urlencode(_given(request)):
        return HttpResponseRedirect(f"{request.path}?{urlencode(selection.pairs())}".rstrip("?"))
    if selection.page > results.pages:
        raise Http404
    context = _context(selection, problems, results)
    return render(request, "public/directory.html", context, status=400 if problems else 200)


@public
def directory_csv(request: HttpRequest) -> HttpResponse:
    """What the directory shows for the same query, every page of it, as CSV."""
    return _export(request, exports.as_csv, "text/csv; charset=utf-8", "campus.csv")


@public
def directory_geojson(request: HttpRequest) -> HttpResponse:
    """What the directory shows for the same query, every page of it, as GeoJSON (RFC 7946)."""
    return _export(request, exports.as_geojson, "application/geo+json", "campus.geojson")


@public
def commune_completion(request: HttpRequest) -> HttpResponse:
    """At most ten communes for what is typed: `{"communes": [{"code", "label"}]}`."""
    typed = asked_words(request.GET.get("q", ""))
    found = Commune.objects.matching(typed, limit=10) if len(typed) >= 2 else []
    return JsonResponse({"communes": [{"code": each.insee_code, "label": str(each)} for each in found]})


def chosen(request: HttpRequest) -> tuple[Selection, tuple[Problem, ...], Results]:
    """What the address asks, what of it has no meaning, and the campuses that answer."""
    choices = load_choices()
    selection, problems = parse(parameters(request), choices)
    rows = load_rows(on=selection.held_on or timezone.localdate())
    return selection, problems, select(rows, selection, choices)


def _given(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values]


def _export(request: HttpRequest, write: object, content_type: str, filename: str) -> HttpResponse:
    selection, problems, results = chosen(request)
    if problems:
        text = "\n".join(problem.message for problem in problems)
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse(write(results, selection), content_type=content_type)  # type: ignore[operator]
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _context(selection: Selection, problems: tuple[Problem, ...], results: Results) -> dict[str, object]:
    rows = [hit.row for hit in results.hits]
    context: dict[str, object] = {
        "selection": selection,
        "problems": problems,
        "results": results,
        "hits": results.page(selection.page),
        "facets": [
            (name, FACET_TITLES[name], results.facets[name])
            for name in FACETS
            if any(each.count or each.chosen for each in results.facets[name])
        ],
        "chosen": _chosen_filters(selection, results),
        "demos": sum(row.is_demo for row in rows),
        "radii": sorted({*RADII, selection.radius}),
        "sorts": [(sort, selection.query(sort=sort)) for sort in _sorts(selection)],
        "export_query": selection.query(view="liste"),
        "list_query": selection.query(view="liste"),
        "map_query": selection.query(view="carte"),
        "pages": _pages(selection, results),
        "canonical": selection.query(page=selection.page),
    }
    if selection.view == "carte":
        context["drawing"] = drawings.of_campuses(rows, level="regions")
    return context


def _sorts(selection: Selection) -> list[Sort]:
    """The orders that mean something for this selection."""
    useless = {Sort.RELEVANCE: not selection.q, Sort.DISTANCE: selection.near is None}
    return [sort for sort in Sort if not useless.get(sort)]


def _chosen_filters(selection: Selection, results: Results) -> list[tuple[str, str]]:
    """Label of each narrowing, and the query without it."""
    chosen = [(f"« {selection.q} »", selection.query(q=""))] if selection.q else []
    for name in FACETS:
        values = getattr(selection, name)
        chosen += [
            (each.label, selection.query(**{name: tuple(v for v in values if v != each.value)}))
            for each in results.facets[name]
            if each.chosen
        ]
    if selection.near:
        chosen.append((f"à moins de {selection.radius} km de {selection.near.label}", selection.query(near=None)))
    if selection.held_on:
        chosen.append((f"label au {selection.held_on:%d/%m/%Y}", selection.query(held_on=None)))
    return chosen


def _pages(selection: Selection, results: Results) -> dict[str, object]:
    """Links of the pagination; empty when one page holds everything."""
    if results.pages == 1:
        return {}
    here = selection.page
    return {
        "previous": selection.query(page=here - 1) if here > 1 else None,
        "next": selection.query(page=here + 1) if here < results.pages else None,
        "numbers": [(n, selection.query(page=n), n == here) for n in range(1, results.pages + 1)],
        "has_previous": here > 1,
        "has_next": here < results.pages,
    }
