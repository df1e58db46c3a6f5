"""The network of a campus for everyone, on any day: picture, map, table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.campuses.models import Campus, Partnership
from cmq.organisations.models import Family
from cmq.web import maps, network_drawing
from cmq.web.public.common import public

WRONG_DAY = "Le jour demandé n’est pas une date : écrivez-le comme 2026-03-31."
_ORDER = {family: rank for rank, family in enumerate(Family.values)}


@public
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """Who belongs to a campus on a day, today when none is asked; 400 for what is no day."""
    campus, today = get_object_or_404(Campus, slug=slug), timezone.localdate()
    asked = request.GET.get("le", "").strip()
    day = _day(asked) if asked else today
    members = _members(campus, day or today)
    elsewhere = _elsewhere(campus, members, day or today)
    rows = [(member, elsewhere.get(member.organisation_id, [])) for member in members]
    query = f"?le={day.isoformat()}" if day and asked else ""
    shown = f"le {(day or today).strftime('%d/%m/%Y')}"
    context = {
        "campus": campus,
        "day": day or today,
        "typed": asked[:20] or today.isoformat(),
        "problem": "" if day else WRONG_DAY,
        "rows": rows,
        "picture": network_drawing.draw(campus, members, elsewhere, day=shown, query=query),
        "map": _map(campus, members),
    }
    return render(request, "public/network.html", context, status=200 if day else 400)


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


def _members(campus: Campus, day: dt.date) -> list[Partnership]:
    rows = campus.partnerships.active(day).select_related("organisation__commune")
    return sorted(rows, key=lambda member: (_ORDER[member.family], member.organisation.name, member.pk))


def _elsewhere(campus: Campus, members: Sequence[Partnership], day: dt.date) -> dict[int, list[Campus]]:
    """The other campuses that these organisations belong to on that day, by organisation."""
    organisations = {member.organisation_id for member in members}
    rows = Partnership.objects.active(day).filter(organisation__in=organisations).exclude(campus=campus)
    found: dict[int, list[Campus]] = defaultdict(list)
    for row in rows.select_related("campus").order_by("campus__name", "pk"):
        if row.campus not in found[row.organisation_id]:
            found[row.organisation_id].append(row.campus)
    return dict(found)


def _map(campus: Campus, members: Sequence[Partnership]) -> maps.Map | None:
    """The members whose commune is known; None when there is none that a window shows."""
    marks = [
        maps.Mark(commune.latitude, commune.longitude, f"{member.organisation}, {commune.name}", kind="member")
        for member in members
        if (commune := member.organisation.commune) and commune.latitude is not None and commune.longitude is not None
    ]
    title, kinds = f"Carte des membres du campus {campus}", (("member", "Membre"),)
    if len({frame.name for mark in marks for frame in maps.FRAMES if frame.holds(mark.lat, mark.lon)}) > 1:
        placed, _ = maps.spread(marks)
        return maps.Map("reseau", title, maps.shapes("regions"), placed, kinds=kinds, insets=maps.INSETS)
    window = maps.window_around([spot for mark in marks if (spot := maps.locate(mark.lat, mark.lon))])
    if window is None:
        return None
    placed, _ = maps.spread(marks, size=maps.size_in(window))
    near = tuple(shape for shape in maps.shapes("departements") if maps.is_in_window(shape, window))
    return maps.Map("reseau", title, near, placed, kinds=kinds, window=window)
