"""What a public site owes its readers: who publishes, what is kept, what is accessible, where everything is."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.accounts.actions import terms_day
from cmq.core import retention
from cmq.core.models import Source
from cmq.core.replicas import has_replica
from cmq.editorial import body, standing
from cmq.editorial.models import StandingSubject
from cmq.reference import files
from cmq.search.directory import load_choices, load_rows
from cmq.web import articles, replicas, waiting_messages
from cmq.web.public import figures
from cmq.web.public.common import public


@public
def about(request: HttpRequest) -> HttpResponse:
    """What the register is, its method, its sources."""
    rows = load_rows(on=timezone.localdate())
    context = {
        "by_state": figures.by_state(rows),
        "sources": Source.objects.count(),
        "last_change": figures.last_change(),
        "attributions": [
            files.ATTRIBUTION,
            files.ACADEMIES_ATTRIBUTION,
            files.FILIERES_ATTRIBUTION,
            files.LEVELS_ATTRIBUTION,
            files.SCHOOLS_ATTRIBUTION,
        ],
    }
    return render(request, "public/about.html", {**context, **_text(StandingSubject.ABOUT)})


@public
def legal(request: HttpRequest) -> HttpResponse:
    """Mentions légales (loi n° 2004-575 du 21 juin 2004, article 1-1)."""
    return render(request, "public/legal.html", _text(StandingSubject.LEGAL))


@public
def privacy(request: HttpRequest) -> HttpResponse:
    """Which personal data are kept, why, how long (RGPD, article 13)."""
    treatments = [(name, list(lines)) for name, lines in groupby(retention.table(), key=lambda line: line.treatment)]
    return render(request, "public/privacy.html", {"treatments": treatments, **_text(StandingSubject.PRIVACY)})


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """The declaration of accessibility (loi n° 2005-102, article 47; décret n° 2019-768)."""
    return render(request, "public/accessibility.html", _text(StandingSubject.ACCESSIBILITY))


@public
def cookies(request: HttpRequest) -> HttpResponse:
    """Which cookies there are (loi n° 78-17 du 6 janvier 1978, article 82)."""
    names = {
        "csrf": settings.CSRF_COOKIE_NAME,
        "session": settings.SESSION_COOKIE_NAME,
        "messages": waiting_messages.cookie_name(),
        "mark": replicas.cookie_name() if has_replica() else "",
    }
    return render(request, "public/cookies.html", {"names": names, **_text(StandingSubject.COOKIES)})


@public
def terms(request: HttpRequest) -> HttpResponse:
    """What people with an account agree to, for everyone to read."""
    return render(request, "public/terms.html", {"day": terms_day()})


@public
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page."""
    rows = load_rows(on=timezone.localdate())
    return render(request, "public/site_map.html", {"rows": rows, "choices": load_choices()})


def _text(subject: StandingSubject) -> dict[str, Any]:
    """The words of the newsroom on a standing page, and since when readers see them."""
    page = standing.shown(subject)
    read = body.read(standing.filled(page.body if page else standing.shipped(subject)))
    return {"blocks": articles.blocks(read, at=timezone.now()), "shown_since": page.agreed_at if page else None}
