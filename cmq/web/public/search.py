"""The one search: campuses, trainings, job sheets, offers, events, articles; completion, and a feed of new offers."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from cmq.search import sought, suggesting
from cmq.search.answering import Answer, answer
from cmq.search.asking import MOST_PAGES, Ask, Order, parse
from cmq.search.kinds import KINDS
from cmq.search.selection import RADII, Near, Problem
from cmq.web import atom, result_maps
from cmq.web.public.common import parameters, read_only

_IN_FEED = 20


@read_only
def search(request: HttpRequest) -> HttpResponse:
    """What answers the address; 400 for a part without meaning, 404 past the end."""
    ask, problems = parse(parameters(request))
    if not problems and request.GET and urlencode(ask.pairs()) != request.GET.urlencode():
        return HttpResponseRedirect(f"{request.path}?{urlencode(ask.pairs())}".rstrip("?"))
    if ask.is_empty and not ask.kind:
        return render(request, "public/search/search.html", _start(ask, problems), status=400 if problems else 200)
    found = answer(ask)
    if not problems:
        sought.count(found)
    if ask.page > max(1, found.pages):
        raise Http404
    return render(request, "public/search/search.html", _context(ask, problems, found), status=400 if problems else 200)


@read_only
def suggestions(request: HttpRequest) -> HttpResponse:
    """At most eight things for what is typed: `{"suggestions": [{"label", "kind", "url"}]}`."""
    found = suggesting.suggest(request.GET.get("q", ""))
    return JsonResponse({"suggestions": [{"label": s.label, "kind": s.kind, "url": s.url} for s in found]})


@read_only
def offers_feed(request: HttpRequest) -> HttpResponse:
    """The newest offers of a search, as Atom (RFC 4287); 400 for a part without meaning."""
    ask, problems = parse(parameters(request))
    if problems:
        text = "\n".join(problem.message for problem in problems)
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    newest = replace(ask, kind="offre", order=Order.NEWEST, page=1)
    hits = answer(newest).hits[:_IN_FEED]
    near = f" près de {ask.near.label}" if ask.near else ""
    title = f"Nouvelles offres{f' : {ask.q}' if ask.q else ''}{near}"
    entries = [
        atom.Entry(row.title, row.url, updated=row.published, summary=" – ".join([row.context, *map(str, row.badges)]))
        for row in (hit.row for hit in hits)
        if row.published
    ]
    return atom.respond(request, entries, title=title, page=f"{reverse('search')}?{newest.query()}".rstrip("?"))


def _start(ask: Ask, problems: tuple[Problem, ...]) -> dict[str, object]:
    """The page before anything is asked."""
    here = f"{ask.near.lat:.3f},{ask.near.lon:.3f}" if ask.near and not ask.near.insee_code else ""
    return {"here": here, "ask": ask, "problems": problems, "radii": RADII, "kinds": KINDS, "answer": None}


def _context(ask: Ask, problems: tuple[Problem, ...], found: Answer) -> dict[str, object]:
    return {
        **_start(ask, problems),
        "answer": found,
        "understood": found.understood,
        "radii": sorted({*RADII, found.radius} - {0}),
        "tabs": _tabs(ask, found),
        "sections": [(each, ask.query(kind=each.kind.slug)) for each in found.sections or found.nearest],
        "facets": found.facets,
        "chosen": _chosen(ask, found),
        "orders": _orders(ask, found),
        "map": result_maps.draw(found.hits),
        "pages": _pages(ask, found),
        "feed_query": ask.query(kind="", order=None),
        "literal_query": ask.query(is_literal=True),
        "guess_query": ask.query(q=found.understood.guess),
        "canonical": ask.query(page=ask.page),
        "demos": sum(hit.row.is_demo for hit in found.hits),
    }


def _tabs(ask: Ask, found: Answer) -> list[tuple[str, int, str, bool]]:
    """Label, number, query and whether it is shown, of « Tout » and of each kind."""
    every = [("Tout", sum(found.counts.values()), ask.query(kind="", tags={}, order=None), not ask.kind)]
    return every + [
        (kind.plural, found.counts.get(kind.slug, 0), ask.query(kind=kind.slug), ask.kind == kind.slug)
        for kind in KINDS
        if found.counts.get(kind.slug) or ask.kind == kind.slug
    ]


def _chosen(ask: Ask, found: Answer) -> list[tuple[str, str]]:
    """Label of each choice, and the query without it."""
    labels = {(facet.name, value.value): value.label for facet in found.facets for value in facet.values}
    chosen = [
        (labels.get((name, value), value), ask.query(tags=ask.without(name, value)))
        for name, values in ask.tags.items()
        for value in values
    ]
    if ask.campus:
        chosen.append((f"campus « {ask.campus} »", ask.query(campus="")))
    if ask.near:
        chosen.append((f"à moins de {found.radius} km de {ask.near.label}", ask.query(near=None, radius=None)))
    return chosen


def _orders(ask: Ask, found: Answer) -> list[tuple[Order, str, bool]]:
    """The orders that mean something for the kind shown."""
    kind = ask.only
    if kind is None or found.total < 2:
        return []
    means = {
        Order.RELEVANCE: bool(found.understood.parts),
        Order.NEWEST: kind.is_dated,
        Order.DISTANCE: kind.is_placed and isinstance(found.where, Near),
    }
    return [(order, ask.query(order=order), order is found.order) for order in Order if means[order]]


def _pages(ask: Ask, found: Answer) -> dict[str, object]:
    """Links of the pagination; empty when one page holds everything."""
    last = min(found.pages, MOST_PAGES)
    if last == 1:
        return {}
    shown = sorted({1, *range(max(1, ask.page - 2), min(last, ask.page + 2) + 1)})
    return {
        "previous": ask.query(page=ask.page - 1) if ask.page > 1 else None,
        "next": ask.query(page=ask.page + 1) if ask.page < last else None,
        "numbers": [(number, ask.query(page=number), number == ask.page) for number in shown],
        "is_bounded": found.pages > MOST_PAGES,
    }
