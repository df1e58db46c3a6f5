"""The annual reports of a campus: written, looked at, published, taken back."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.evidence import actions, report, rules
from cmq.evidence.models import FIRST_YEAR, AnnualReport
from cmq.web.espace.access import (
    READ,
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.evidence.forms import PublishForm, ReopenForm, ReportForm
from cmq.web.reports import as_pdf, picture, with_addresses

ONLY_DIRECTOR = "Le directeur du campus publie et reprend ses rapports."


@logged_in(*READ)
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """The reports of a campus, and the years that have none."""
    campus = campus_for(request, slug)
    written = list(AnnualReport.objects.filter(campus=campus))
    today = timezone.localdate()
    missing = [year for year in (today.year, today.year - 1) if year not in {each.year for each in written}]
    return page(request, "espace/evidence/reports.html", {"campus": campus, "reports": written, "missing": missing})


@logged_in(*READ_AND_ACT)
def one(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The report of a year as it would be published, with what the director adds to it."""
    campus, person = campus_for(request, slug), person_of(request)
    annual, today = _of_year(campus, year), timezone.localdate()
    form = ReportForm(posted(request), annual=annual)

    def write(data: dict[str, Any]) -> None:
        actions.write_report(campus, year=year, by=person, on=today, **data)

    if submit(request, form, write):
        return done(request, "Brouillon enregistré.", "espace_report", campus.slug, year)
    context = {
        "campus": campus,
        "year": year,
        "annual": annual,
        "said": with_addresses(_said(campus, year, annual, on=today), "espace_report_picture", campus.slug, year),
        "may_publish": rules.can_publish(person, campus),
    }
    return page(request, "espace/evidence/report.html", context, form=form)


@logged_in(*READ)
def pdf(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The report as a tagged PDF, published or draft."""
    campus = campus_for(request, slug)
    annual = _of_year(campus, year)
    said = _said(campus, year, annual, on=timezone.localdate())
    return as_pdf(said, f"rapport-{year}-{campus.slug}", is_draft=annual is None or not annual.is_published)


@logged_in(*READ)
def image(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponse:
    """A picture of the report, published or draft."""
    campus = campus_for(request, slug)
    return picture(_said(campus, year, _of_year(campus, year), on=timezone.localdate()), number)


@logged_in(*READ_AND_ACT)
def publish(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Freeze the report and show it to everyone, after asking."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_publish(person, campus), ONLY_DIRECTOR)
    annual = get_object_or_404(AnnualReport.objects.select_related("campus"), campus=campus, year=year)
    form = PublishForm(posted(request), initial={"version": annual.version})
    if submit(request, form, lambda data: actions.publish_report(annual, version=data["version"], by=person)):
        return done(request, f"Rapport {year} publié.", "espace_report", campus.slug, year)
    context = {
        "campus": campus,
        "year": year,
        "title": f"Publier le rapport {year}",
        "button": "Publier",
        "explanation": "Le rapport est figé tel que l’aperçu le montre, et tout le monde peut le lire.",
    }
    return page(request, "espace/evidence/report_act.html", context, form=form)


@logged_in(*READ_AND_ACT)
def reopen(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Take a published report back to a draft, saying why."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_publish(person, campus), ONLY_DIRECTOR)
    annual = get_object_or_404(AnnualReport.objects.select_related("campus"), campus=campus, year=year)
    form = ReopenForm(posted(request))
    if submit(request, form, lambda data: actions.reopen_report(annual, reason=data["reason"], by=person)):
        return done(request, f"Rapport {year} repris.", "espace_report", campus.slug, year)
    context = {
        "campus": campus,
        "year": year,
        "title": f"Reprendre le rapport {year}",
        "button": "Reprendre",
        "explanation": "Il n’est plus public et redevient un brouillon ; l’histoire du campus garde le motif.",
    }
    return page(request, "espace/evidence/report_act.html", context, form=form)


def _of_year(campus: Campus, year: int) -> AnnualReport | None:
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    return AnnualReport.objects.select_related("campus").filter(campus=campus, year=year).first()


def _said(campus: Campus, year: int, annual: AnnualReport | None, *, on: dt.date) -> dict[str, Any]:
    """What was frozen, else what the rooms say today."""
    if annual and annual.is_published:
        return dict(annual.snapshot)
    draft = annual or AnnualReport(year=year)
    draft.campus = campus
    return report.snapshot(draft, on=on)
