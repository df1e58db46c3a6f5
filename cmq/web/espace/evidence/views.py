"""The indicators of a campus: said by year, corrected with their history, shared."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.evidence import actions, rules
from cmq.evidence.known import known
from cmq.evidence.models import FIRST_YEAR, Indicator, IndicatorValue, ValueShare
from cmq.web import downloads
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.evidence.forms import CorrectForm, StateForm, statement_in

SHOWN_YEARS = 4
COLUMNS = ("indicateur", "code", "unite", "annee", "valeur", "commune", "precision", "preuve")


@logged_in(*READ)
def indicators(request: HttpRequest, slug: str) -> HttpResponse:
    """Every indicator over the last years, with what waits to be confirmed."""
    campus = campus_for(request, slug)
    last = timezone.localdate().year
    years = [last - back for back in range(SHOWN_YEARS)]
    values = IndicatorValue.objects.current().of(campus).select_related("indicator", "campus")
    found = rules.by_year(values.prefetch_related("shares"))
    rows = [
        (indicator, [(year, found.get((indicator.pk, year), [])) for year in years])
        for indicator in Indicator.objects.select_related("source")
    ]
    waiting = ValueShare.objects.filter(campus=campus, confirmed_at=None, value__ended_at=None)
    context = {
        "campus": campus,
        "years": years,
        "rows": rows,
        "waiting": waiting.select_related("value__indicator", "value__campus"),
    }
    return page(request, "espace/evidence/indicators.html", context)


@logged_in(*READ)
def indicators_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Every value that stands, all years."""
    campus = campus_for(request, slug)
    values = IndicatorValue.objects.current().of(campus).select_related("indicator")
    rows = [
        (
            *(value.indicator.name, value.indicator.code, value.indicator.unit, value.year),
            *(value.number, value.is_joint, value.note, value.proof_url or value.proof_name),
        )
        for value in values
    ]
    return downloads.spreadsheet(f"indicateurs-{campus.slug}.csv", COLUMNS, rows)


@logged_in(*READ)
def indicator(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One indicator: its definition, and all that the campus has said of it, corrections included."""
    campus = campus_for(request, slug)
    found = get_object_or_404(Indicator.objects.select_related("source"), code=code)
    values = IndicatorValue.objects.of(campus).filter(indicator=found).select_related("campus", "stated_by", "replaces")
    ordered = values.prefetch_related("shares__campus").order_by("-year", "-pk")
    context = {"campus": campus, "indicator": found, "values": ordered, "this_year": timezone.localdate().year}
    return page(request, "espace/evidence/indicator.html", context)


@logged_in(*READ_AND_ACT)
def state(request: HttpRequest, slug: str, code: str, year: int) -> HttpResponse:
    """Say what an indicator was in a year."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(Indicator.objects.select_related("source"), code=code)
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    form = StateForm(posted(request), request.FILES or None, indicator=found, campus=campus)

    def say(data: dict[str, Any]) -> None:
        said, others = statement_in(data), data["shared_with"]
        actions.state_value(campus, found, year=year, said=said, shared_with=others, by=person)

    if submit(request, form, say):
        return done(request, f"« {found} », {year} : enregistré.", "espace_indicators", campus.slug)
    context = {
        "campus": campus,
        "indicator": found,
        "year": year,
        "known": known(campus, found.code, year, on=timezone.localdate()),
        "title": f"{found}, {year}",
        "button": "Enregistrer",
    }
    return page(request, "espace/evidence/value_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def correct(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put another value in the place of one that was wrong."""
    campus, person = campus_for(request, slug), person_of(request)
    value = _held(campus, pk)
    form = CorrectForm(posted(request), request.FILES or None, indicator=value.indicator, value=value)

    def write(data: dict[str, Any]) -> None:
        actions.correct_value(value, said=statement_in(data), reason=data["reason"], by=person)

    if submit(request, form, write):
        message = "Valeur corrigée ; l’ancienne reste dans l’histoire."
        return done(request, message, "espace_indicator", campus.slug, value.indicator.code)
    title = f"Corriger : {value.indicator}, {value.year}"
    context = {"campus": campus, "indicator": value.indicator, "year": value.year, "title": title, "button": "Corriger"}
    return page(request, "espace/evidence/value_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a value back, after asking."""
    campus, person = campus_for(request, slug), person_of(request)
    value = _held(campus, pk)
    if request.method != "POST":
        return page(request, "espace/evidence/withdraw.html", {"campus": campus, "value": value})

    def act() -> None:
        actions.withdraw_value(value, by=person)

    return press(request, act, "Valeur retirée.", "espace_indicator", campus.slug, value.indicator.code)


@logged_in(*READ)
def proof(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The proof of a value, as a download."""
    campus = campus_for(request, slug)
    value = get_object_or_404(IndicatorValue.objects.of(campus), pk=pk)
    return downloads.stored(request, value.proof, name=value.proof_name, size=value.proof_size)


@logged_in(*ACT)
def confirm_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm that another campus's value is also this one's."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(ValueShare.objects.select_related("value__campus"), pk=pk, campus=campus)
    message = "Confirmé : la valeur est commune, comptée une fois."
    return press(request, lambda: actions.confirm_share(found, by=person), message, "espace_indicators", campus.slug)


@logged_in(*ACT)
def end_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say, from either side, that a value is not shared."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(ValueShare.objects.select_related("value__campus", "value__indicator", "campus"), pk=pk)
    if campus.pk not in (found.campus_id, found.value.campus_id):
        raise Http404
    message = "La valeur n’est plus partagée."
    return press(request, lambda: actions.end_share(found, by=person), message, "espace_indicators", campus.slug)


def _held(campus: Campus, pk: int) -> IndicatorValue:
    rows = IndicatorValue.objects.current().filter(campus=campus).select_related("indicator", "campus")
    return get_object_or_404(rows, pk=pk)
