"""What campuses measure: on their page, in their yearly report, and added up by region and for the nation."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.evidence import rules
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue
from cmq.evidence.secrecy import HIDDEN
from cmq.reference.models import Region
from cmq.web import downloads, errors
from cmq.web.public.common import public
from cmq.web.reports import as_pdf, picture, with_addresses

SHOWN_YEARS = 3
OFFERED_YEARS = 6
DEMO = "demonstration"
COLUMNS = ("indicateur", "code", "unite", "annee", "territoire", "calcul", "valeur", "campus_qui_ont_repondu", "campus")


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The part « Indicateurs et rapports » of the campus page; empty when nothing is known."""
    values = IndicatorValue.objects.current().of(campus).filter(year__gt=on.year - SHOWN_YEARS)
    found = rules.by_year(values.select_related("indicator"))
    years = sorted({year for _, year in found}, reverse=True)
    indicators = {value.indicator for each in found.values() for value in each}
    rows = [
        (indicator, [found.get((indicator.pk, year), []) for year in years])
        for indicator in sorted(indicators, key=lambda each: each.position)
    ]
    reports = AnnualReport.objects.filter(campus=campus).exclude(published_at=None).defer("snapshot")
    return {"measured": rows, "measured_years": years, "annual_reports": list(reports)}


@public
def annual_report(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The report of a campus on a year, as it was frozen."""
    found = _published(slug, year)
    said = with_addresses(found.snapshot, "annual_report_picture", slug, year)
    context = {"campus": found.campus, "year": year, "annual": found, "said": said}
    return render(request, "public/annual_report.html", context)


@public
def annual_report_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The same as a tagged PDF."""
    return as_pdf(_published(slug, year).snapshot, f"rapport-{year}-{slug}", is_draft=False)


def annual_report_picture(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """A picture of it."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    return picture(_published(slug, year).snapshot, number)


@public
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator of a year for the nation or a region, each shared value once, with how many answered."""
    return render(request, "public/indicators.html", _totals(request))


@public
def indicators_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table."""
    told = _totals(request)
    chosen: Choice = told["chosen"]
    place = chosen.place_name or "France entière"
    rows = [
        (
            *(indicator.name, indicator.code, indicator.unit, chosen.year, place, indicator.get_sums_display()),
            *(HIDDEN if now.is_hidden else now.number, now.answered, told["total"]),
        )
        for indicator, now, _ in told["rows"]
    ]
    return downloads.spreadsheet(f"indicateurs-{chosen.year}.csv", COLUMNS, rows)


def _published(slug: str, year: int) -> AnnualReport:
    rows = AnnualReport.objects.exclude(published_at=None).select_related("campus__region")
    return get_object_or_404(rows, campus__slug=slug, year=year)


@dataclass(frozen=True)
class Choice:
    """The year and the territory that a reader asks for."""

    year: int
    years: tuple[int, ...]
    # Slug and name of each; the demonstration is one where it stands.
    places: tuple[tuple[str, str], ...]
    place: str
    ignored: bool

    @property
    def place_name(self) -> str:
        """Empty for the nation."""
        return dict(self.places).get(self.place, "")


def _chosen(request: HttpRequest) -> Choice:
    this_year = timezone.localdate().year
    years = tuple(this_year - back for back in range(OFFERED_YEARS))
    places = tuple(Region.objects.order_by("name").values_list("slug", "name"))
    if Campus.objects.filter(is_demo=True).exists():
        places += ((DEMO, "Campus fictifs (démonstration)"),)
    asked_year, asked_place = request.GET.get("annee", ""), request.GET.get("region", "")
    year = next((each for each in years if str(each) == asked_year), this_year - 1)
    place = asked_place if asked_place in dict(places) else ""
    return Choice(year, years, places, place, bool((asked_year and str(year) != asked_year) or asked_place != place))


def _totals(request: HttpRequest) -> dict[str, Any]:
    chosen = _chosen(request)
    is_demo = chosen.place == DEMO
    among = Campus.objects.filter(is_demo=is_demo)
    among = among.filter(region__slug=chosen.place) if chosen.place and not is_demo else among
    keys = frozenset(among.values_list("pk", flat=True))
    values = IndicatorValue.objects.current().filter(year__in=(chosen.year, chosen.year - 1), campus__is_demo=is_demo)
    found = rules.by_year(values.prefetch_related("shares"))
    rows = []
    for indicator in Indicator.objects.select_related("source"):
        both = (rules.told(found.get((indicator.pk, year), [])) for year in (chosen.year, chosen.year - 1))
        now, before = (rules.public_figure(indicator, told, among=keys) for told in both)
        rows.append((indicator, now, before))
    return {"chosen": chosen, "previous": chosen.year - 1, "is_demo": is_demo, "rows": rows, "total": len(keys)}
