"""The front door."""

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.search.directory import load_choices, load_rows
from cmq.web.public import articles, drawings, figures
from cmq.web.public.common import public, real


@public
def home(request: HttpRequest) -> HttpResponse:
    """Search, map, filières, key figures, what a campus is."""
    today = timezone.localdate()
    rows, choices = load_rows(on=today), load_choices()
    counts = Counter(row.filiere.slug for row in real(rows) if row.filiere)
    context = {
        "figures": figures.of_register(rows),
        "last_change": figures.last_change(),
        "map": drawings.of_regions(rows, choices),
        "filieres": [(filiere, counts[filiere.slug]) for filiere in choices.filieres],
        "today": today,
        "articles": articles.at_home(request),
    }
    return render(request, "public/home.html", context)
