"""The tours of a campus: written, planned, put in order, followed."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.tours import ordering
from cmq.tours.actions import following, planning, registering
from cmq.tours.models import Registration, Stop, StopState, Tour
from cmq.tours.review import people_reached
from cmq.web import downloads, stop_maps
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
from cmq.web.espace.tours.forms import AttendanceForm, CancelForm, StopForm, TourForm, WithdrawForm, keys_in

PER_PAGE = 50
COLUMNS = ("nom", "adresse", "public", "places", "etat", "demandee_le")


@logged_in(*READ)
def tours(request: HttpRequest, slug: str) -> HttpResponse:
    """Every tour of a campus."""
    campus = campus_for(request, slug)
    shown = Paginator(campus.tours.prefetch_related("stops__commune"), PER_PAGE).get_page(request.GET.get("page"))
    reached = people_reached(campus, timezone.localdate().year)
    context = {
        "campus": campus,
        "page": shown,
        "tours": [(each, [stop for stop in each.stops.all() if stop.state != StopState.CANCELLED]) for each in shown],
        "year": timezone.localdate().year,
        "reached": [(audience.label, number) for audience, number in reached.items()],
        "total": sum(reached.values()),
    }
    return page(request, "espace/tours/tours.html", context)


@logged_in(*READ_AND_ACT)
def new_tour(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a tour."""
    campus, person = campus_for(request, slug), person_of(request)
    form, made = TourForm(posted(request), campus=campus), []

    def write(data: dict[str, Any]) -> None:
        made.append(planning.write_tour(campus, **_said(data), by=person))

    if submit(request, form, write):
        return done(request, "Tournée créée. Ajoutez ses étapes.", "tour", campus.slug, made[0].pk)
    return page(request, "espace/tours/tour_form.html", {"campus": campus}, form=form)


@logged_in(*READ)
def tour(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A tour: its stops, its map, the order that would shorten its way."""
    campus = campus_for(request, slug)
    found = _tour(campus, pk)
    at = timezone.now()
    stops = list(found.stops.for_lists())
    to_come = [stop for stop in stops if stop.state == StopState.PLANNED and stop.starts_at > at]
    suggestion = ordering.suggest(to_come)
    context = {
        "campus": campus,
        "tour": found,
        "stops": stops,
        "map": stop_maps.draw(stops, title=f"Carte des étapes de la tournée {found}", links=False),
        "suggestion": suggestion,
        "seen": ",".join(str(stop.pk) for stop in to_come),
        "wanted": ",".join(str(stop.pk) for stop in suggestion.wanted) if suggestion else "",
    }
    return page(request, "espace/tours/tour.html", context)


@logged_in(*READ_AND_ACT)
def edit_tour(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what is said of a tour."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _tour(campus, pk)
    form = TourForm(posted(request), campus=campus, initial=TourForm.initial_of(found))

    def write(data: dict[str, Any]) -> None:
        planning.write_tour(campus, **_said(data), tour=found, version=data["version"] or 0, by=person)

    if submit(request, form, write):
        return done(request, "Tournée modifiée.", "tour", campus.slug, found.pk)
    return page(request, "espace/tours/tour_form.html", {"campus": campus, "tour": found}, form=form)


@logged_in(*ACT)
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a tour to everyone, or take it out of sight."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _tour(campus, pk)
    is_wanted = request.POST.get("publiee") != "non"
    said = "Tournée publiée : elle est dans l’agenda." if is_wanted else "Tournée retirée de l’agenda."
    return press(
        request,
        lambda: planning.publish_tour(found, is_published=is_wanted, by=person),
        said,
        "tour",
        campus.slug,
        found.pk,
    )


@logged_in(*ACT)
def order(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Apply the suggested order of the stops."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _tour(campus, pk)
    seen, wanted = (keys_in(request.POST.get(name, "")) for name in ("vu", "voulu"))
    return press(
        request,
        lambda: planning.apply_order(found, seen=seen, wanted=wanted, by=person),
        "Les étapes ont pris les dates de l’ordre proposé.",
        "tour",
        campus.slug,
        found.pk,
    )


@logged_in(*READ_AND_ACT)
def new_stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a stop to a tour."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _tour(campus, pk)
    form = StopForm(posted(request))
    if submit(request, form, lambda data: planning.plan_stop(found, terms=StopForm.terms_in(data), by=person)):
        return done(request, "Étape ajoutée.", "tour", campus.slug, found.pk)
    return page(request, "espace/tours/stop_form.html", {"campus": campus, "tour": found}, form=form)


@logged_in(*READ)
def stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A stop: what is said of it, who registered, who came."""
    campus = campus_for(request, slug)
    found = _stop(campus, pk)
    listed = found.registrations.filter(erased_at=None)
    counts = dict(listed.order_by().values_list("state").annotate(Sum("seats")))
    context = {
        "campus": campus,
        "stop": found,
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "counts": counts,
        "attendances": found.attendances.all(),
        "has_begun": found.starts_at <= timezone.now(),
    }
    return page(request, "espace/tours/stop.html", context)


@logged_in(*READ_AND_ACT)
def edit_stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a stop that is planned."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _stop(campus, pk)
    form = StopForm(posted(request), initial=StopForm.initial_of(found))

    def write(data: dict[str, Any]) -> None:
        planning.change_stop(found, terms=StopForm.terms_in(data), version=data["version"] or 0, by=person)

    if submit(request, form, write):
        return done(request, "Étape modifiée.", "tour_stop", campus.slug, found.pk)
    context = {"campus": campus, "tour": found.tour, "stop": found}
    return page(request, "espace/tours/stop_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def cancel_stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say that a stop will not be."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _stop(campus, pk)
    form = CancelForm(posted(request))
    if submit(request, form, lambda data: planning.cancel_stop(found, reason=data["reason"], by=person)):
        return done(
            request, "Étape annulée. Les personnes inscrites sont prévenues.", "tour", campus.slug, found.tour_id
        )
    return page(request, "espace/tours/stop_cancel.html", {"campus": campus, "stop": found}, form=form)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, slug: str, pk: int, registration: int) -> HttpResponse:
    """Take one person's registration back."""
    campus, person = campus_for(request, slug), person_of(request)
    stop = _stop(campus, pk)
    found = get_object_or_404(Registration.objects.alive(), pk=registration, stop=stop, erased_at=None)
    form = WithdrawForm(posted(request))
    if submit(request, form, lambda data: registering.withdraw(found, reason=data["reason"], by=person)):
        return done(request, "Inscription annulée. La personne est prévenue.", "tour_stop", campus.slug, stop.pk)
    context = {"campus": campus, "stop": stop, "registration": found}
    return page(request, "espace/tours/withdraw.html", context, form=form)


@logged_in(*READ_AND_ACT)
def attendance(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Count who came."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _stop(campus, pk)
    form = AttendanceForm(posted(request), stop=found)

    def count(data: dict[str, Any]) -> None:
        numbers = AttendanceForm.numbers_in(data)
        following.count_attendance(found, numbers=numbers, version=data["version"], by=person)

    if submit(request, form, count):
        return done(request, "Présences enregistrées : l’étape est tenue.", "tour_stop", campus.slug, found.pk)
    return page(request, "espace/tours/attendance.html", {"campus": campus, "stop": found}, form=form)


@logged_in(*READ)
def registrations_csv(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Who registered, for the entrance of the stop."""
    found = _stop(campus_for(request, slug), pk)
    rows = [
        (
            each.name,
            each.email,
            each.get_audience_display(),
            each.seats,
            each.get_state_display(),
            f"{each.asked_at.astimezone(found.zone):%d/%m/%Y %H:%M}",
        )
        for each in found.registrations.filter(erased_at=None)
    ]
    answer = downloads.spreadsheet(f"inscriptions-{found.pk}.csv", COLUMNS, rows)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _said(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("title", "summary", "contact", "project")}


def _tour(campus: Campus, pk: int) -> Tour:
    return get_object_or_404(campus.tours.select_related("campus", "project"), pk=pk)


def _stop(campus: Campus, pk: int) -> Stop:
    listed = Stop.objects.for_lists().prefetch_related("attendances")
    return get_object_or_404(listed, pk=pk, tour__campus=campus)
