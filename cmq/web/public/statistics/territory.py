"""`/territoires/`: one page for a meeting – needs, supply, campuses, labels due, projects, money – and their list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.core.text import asked_words
from cmq.labour.models import Basin
from cmq.projects.models import Project
from cmq.reference.models import Commune
from cmq.search.directory import CampusRow, Problem, load_rows
from cmq.statistics import balance, territories
from cmq.statistics.coverage import is_running
from cmq.statistics.learners import learners
from cmq.statistics.money import money
from cmq.statistics.network import quarters
from cmq.statistics.territories import FRANCE, Level, Territory, campuses_in
from cmq.web import maps
from cmq.web.public import drawings
from cmq.web.public.common import public
from cmq.web.public.statistics import besoins, financements, sources
from cmq.web.public.statistics.choosing import DEMO, Choice, has_demo, parse
from cmq.web.public.statistics.comparaison import inhabitants

_PROJECTS = 30
_NO_COMMUNE = "Aucune commune ne répond à ce nom ou à ce code postal."


@public
def territories_list(request: HttpRequest) -> HttpResponse:
    """Every territory, or those around a commune; 400 when no commune answers."""
    asked = asked_words(request.GET.get("lieu", ""))
    commune = Commune.objects.matching(asked, limit=1).first() if asked else None
    problems = [Problem("lieu", _NO_COMMUNE)] if asked and commune is None else []
    levels = [(level, territories.all_of(level)) for level in (Level.REGION, Level.ACADEMIE, Level.DEPARTEMENT)]
    context = {
        "asked": asked,
        "commune": commune,
        "around": territories.around(commune) if commune else [],
        "problems": problems,
        "levels": levels,
        "basins": territories.all_of(Level.BASIN),
        "demo_basins": territories.all_of(Level.BASIN, is_demo=True),
    }
    return render(request, "public/territories/list.html", context, status=400 if problems else 200)


@public
def territory(request: HttpRequest, slug: str) -> HttpResponse:
    """One territory; 404 for a code that names none, with those that a bare code may mean."""
    found, choice = territories.find(slug), parse({"demonstration": request.GET.get("demonstration", "")})
    if found is None:
        context: dict[str, Any] = {"slug": slug[:40], "meanings": territories.meanings(slug)}
        return render(request, "public/territories/unknown.html", context, status=404)
    if found.is_demo and not choice.is_demo:
        choice = parse({"demonstration": DEMO})
    return render(
        request,
        "public/territories/territory.html",
        {
            "territory": found,
            "choice": choice,
            "problems": choice.problems,
            "has_demo": has_demo(),
            **_all(found, choice),
        },
        status=400 if choice.problems else 200,
    )


def _all(found: Territory, choice: Choice) -> dict[str, Any]:
    """Everything that the page tells; the number of queries does not depend on how much there is."""
    today, is_demo = timezone.localdate(), choice.is_demo
    keys, told = campuses_in(found), sources.lines()
    rows = [row for row in load_rows(on=today) if row.pk in keys and row.is_demo == is_demo]
    run, running = balance.run(is_demo=is_demo), [row for row in rows if is_running(row)]
    due, unknown = quarters(rows, on=today)
    shown = frozenset(row.pk for row in rows)
    theirs = Project.objects.public().filter(campus__in=shown).select_related("campus")
    projects = list(theirs.order_by("-starts_on", "title", "pk")[: _PROJECTS + 1])
    return {
        "today": today,
        "within": Choice(within=found, is_demo=is_demo),
        "run": run,
        "rows": rows,
        "running": running,
        "inhabitants": inhabitants(found),
        "whole": balance.by_filiere(found, is_demo=is_demo)[-1],
        "people": learners(shown, is_demo=is_demo),
        "needs": besoins.of_filieres(found, run, is_demo=is_demo),
        "gaps": _gaps(found, is_demo=is_demo),
        "due": [quarter for quarter in due if quarter.campuses],
        "unknown": unknown,
        "map": _map(found, rows),
        "projects": projects[:_PROJECTS],
        "has_more_projects": len(projects) > _PROJECTS,
        "money": financements.by_funder(money(is_demo=is_demo, among=shown), found.title),
        "sources": [] if is_demo else told,
        "missing": [] if is_demo else sources.missing(told),
        "parents": _parents(found),
        "never": besoins.NEVER if run is None else "",
    }


def _gaps(found: Territory, *, is_demo: bool) -> list[balance.Gap]:
    """The filières whose needs exceed the supply here, with the campuses nearest to it, wherever they are."""
    rows = [row for row in load_rows(on=timezone.localdate()) if row.is_demo == is_demo]
    assert found.level is not None
    return balance.gaps(found.level, filiere=None, within=found, is_demo=is_demo, campuses=rows, limit=6)


def _map(found: Territory, rows: list[CampusRow]) -> maps.Map | None:
    marks = [
        maps.Mark(place.lat or 0.0, place.lon or 0.0, f"{row.name} ({place.name})", row.url, row.state.value)
        for row in rows
        for place in row.located
    ]
    title = f"Campus de ce territoire : {found.title}"
    return maps.around(marks, key="territoire", title=title, kinds=drawings.STATE_KINDS)


def _parents(found: Territory) -> list[Territory]:
    """The larger territories that hold it."""
    commune = Commune.objects.filter(found.communes).order_by("pk").first() if found != FRANCE else None
    if commune is None:
        return _of_basin(found)
    order = [Level.BASIN, Level.DEPARTEMENT, Level.ACADEMIE, Level.REGION]
    above = order[order.index(found.level) + 1 :] if found.level else []
    return [each for each in territories.around(commune) if each.level in above]


def _of_basin(found: Territory) -> list[Territory]:
    """Of a bassin whose communes are not loaded, what the survey says of it."""
    basin = Basin.objects.filter(pk=found.code).first() if found.level == Level.BASIN else None
    codes = [(Level.DEPARTEMENT, basin.departement_id), (Level.REGION, basin.region_id)] if basin else []
    known = (territories.find(f"{level}-{code}") for level, code in codes if code)
    return [each for each in known if each]
