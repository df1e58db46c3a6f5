"""What other sites may show in a frame: the map, the card of a campus; and the page that says how.

These two pages alone leave the rule that nobody frames this site, and only for the hosts of `CMQ_EMBED_HOSTS`. They run
no script, set no cookie, fetch nothing from elsewhere; their links open the site in a window of its own.
"""

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.search.directory import load_choices, load_rows, parse, select
from cmq.web.public import drawings
from cmq.web.public.common import parameters, public, real
from cmq.web.security import content_security_policy

View = Callable[..., HttpResponse]


def _framed(view: View) -> View:
    """Let the listed hosts frame a page; nobody when none is listed."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response.headers["Content-Security-Policy"] = content_security_policy(
                scripts="'none'", ancestors=" ".join(settings.EMBED_HOSTS) or "'none'"
            )
            # The older header knows no list: it stays where nobody may frame.
            response.xframe_options_exempt = bool(settings.EMBED_HOSTS)
        return response

    return wrapper


@public
def how_to(request: HttpRequest) -> HttpResponse:
    """What to copy to show the map or a campus, who may, and what it does not do."""
    rows = sorted(real(load_rows(on=timezone.localdate())), key=lambda row: row.name)
    slug = request.GET.get("campus", "")
    chosen = next((row for row in rows if row.slug == slug), None)
    if slug and chosen is None:
        raise Http404
    context = {"rows": rows, "chosen": chosen or (rows[0] if rows else None), "hosts": settings.EMBED_HOSTS}
    return render(request, "public/embeds/how_to.html", context)


@public
@_framed
def embedded_map(request: HttpRequest) -> HttpResponse:
    """The campuses on the regions, narrowed as the directory is; 400 for a part without meaning."""
    choices = load_choices()
    selection, problems = parse(parameters(request), choices)
    rows = real(load_rows(on=selection.held_on or timezone.localdate()))
    shown = [hit.row for hit in select(rows, selection, choices).hits]
    drawing = drawings.of_campuses(shown, level="regions")
    context = {"drawing": drawing, "total": len(shown), "problems": problems, "query": selection.query()}
    return render(request, "public/embeds/map.html", context, status=400 if problems else 200)


@public
@_framed
def embedded_campus(request: HttpRequest, slug: str) -> HttpResponse:
    """The card of a campus: who it is, where, its label and until when; 404 for an invented one."""
    row = next((row for row in real(load_rows(on=timezone.localdate())) if row.slug == slug), None)
    if row is None:
        raise Http404
    return render(request, "public/embeds/campus.html", {"row": row, "today": timezone.localdate()})
