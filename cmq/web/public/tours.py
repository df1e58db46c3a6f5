"""The agenda of all campuses, the pages of tours and stops, calendars, posters, and the registration of people."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.errors import Refusal
from cmq.reference.models import Filiere, Region
from cmq.tours import agenda as choosing
from cmq.tours import calendar, poster, rules
from cmq.tours.actions import registering
from cmq.tours.models import MOST_SEATS, Audience, Booking, Registration, Stop, StopState, Tour
from cmq.tours.rules import Who
from cmq.web import errors, stop_maps
from cmq.web.page_cache import valid_until
from cmq.web.public.common import public
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

PER_PAGE = 30
PER_HOUR = 20  # registrations from one connection: a class may share one
ON_CAMPUS_PAGE = 6
_ACTS = ("GET", "HEAD", "POST")


@public
def agenda(request: HttpRequest) -> HttpResponse:
    """What campuses take to their publics: by region, filière, public, days, place; list and map."""
    choice, stops = chosen(request)
    until_one_turns(request, stops)
    shown = Paginator(stops, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "choice": choice,
        "problems": [{"message": problem} for problem in choice.problems],
        "total": len(stops),
        "demos": sum(stop.tour.campus.is_demo for stop in stops),
        "page": shown,
        "map": stop_maps.draw(stops, title="Carte des étapes de l’agenda"),
        "regions": Region.objects.all(),
        "filieres": Filiere.objects.all(),
        "audiences": Audience.choices,
        "radii": choosing.RADII,
    }
    return render(request, "public/tours/agenda.html", context, status=400 if choice.problems else 200)


@public
def agenda_ics(request: HttpRequest) -> HttpResponse:
    """What the agenda shows, for a calendar program."""
    _, stops = chosen(request)
    until_one_turns(request, stops)
    return _calendar(stops, f"Agenda – {settings.SITE_NAME}", "agenda.ics")


@public
def campus_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The tours of one campus, for a calendar program."""
    campus = get_object_or_404(Campus, slug=slug)
    return _calendar(choosing.of_campus(campus, at=timezone.now()), f"Tournées – {campus}", f"{slug}.ics")


@public
def region_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """What happens in one region, for a calendar program."""
    region = get_object_or_404(Region, slug=slug)
    return _calendar(choosing.of_region(region, at=timezone.now()), f"Tournées – {region}", f"{slug}.ics")


@public
def tour(request: HttpRequest, slug: str) -> HttpResponse:
    """A tour: what it is, its stops, its map."""
    found = _tour(slug)
    stops = list(Stop.objects.public().for_lists().filter(tour=found))
    until_one_turns(request, stops)
    context = {
        "tour": found,
        "campus": found.campus,
        "stops": stops,
        "to_come": [stop for stop in stops if stop.ends_at > timezone.now()],
        "over": [stop for stop in stops if stop.ends_at <= timezone.now()],
        "map": stop_maps.draw(stops, title=f"Carte des étapes de la tournée {found}"),
        "json_ld": _series_json_ld(found, stops),
    }
    return render(request, "public/tours/tour.html", context)


@public
def tour_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The stops of one tour, for a calendar program."""
    found = _tour(slug)
    return _calendar(Stop.objects.public().for_lists().filter(tour=found), found.title, f"{slug}.ics")


@public
def stop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A stop: when, where, for whom, whether seats are left."""
    found = _stop(slug, pk)
    until_one_turns(request, [found])
    context = {
        "stop": found,
        "tour": found.tour,
        "campus": found.tour.campus,
        "is_open": rules.is_open(found, at=timezone.now()),
        "map": stop_maps.draw([found], title=f"Carte : {found.commune}", links=False),
        "json_ld": _json_ld(found),
    }
    return render(request, "public/tours/stop.html", context)


@public
def stop_poster(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The poster of a stop."""
    found = _stop(slug, pk)
    until_one_turns(request, [found])
    answer = HttpResponse(poster.pdf(found, at=timezone.now()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="affiche-{found.tour.slug}-{found.pk}.pdf"'
    return answer


class SeatsForm(OpenForm):
    """Who comes, and with how many."""

    name = forms.CharField(
        label="Votre nom",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Donnez votre nom."},
    )
    email = forms.EmailField(
        label="Votre adresse électronique",
        max_length=254,
        help_text="Exemple : prenom.nom@exemple.fr. Le lien de confirmation y est envoyé.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Donnez votre adresse électronique."},
    )
    audience = forms.ChoiceField(label="Vous êtes", choices=[("", "– Choisir –"), *Audience.choices])
    seats = forms.IntegerField(
        label="Nombre de places", min_value=1, max_value=MOST_SEATS, initial=1, help_text=f"De 1 à {MOST_SEATS}."
    )


def register(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The form that asks for seats. The answer is the same whatever is known of the address."""
    if request.method not in _ACTS:
        return errors.method_not_allowed(request, list(_ACTS))
    found = _stop(slug, pk)
    if found.booking == Booking.NONE:
        raise Http404
    if request.method != "POST":
        return _form_page(request, found, SeatsForm(initial={"opened": stamp()}))
    form = SeatsForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form)
    if not form.is_trapped:
        if is_over_limit(request, "tour-seats", per_hour=PER_HOUR):
            return errors.too_many(request, retry_after=HOUR)
        try:
            registering.ask(found, who=_who(form.cleaned_data))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return _refused(request, found, form)
    return redirect("stop_registered", slug, pk)


def registered(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What to do next: the letter."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    found = _stop(slug, pk)
    return render(request, "public/tours/registered.html", {"stop": found, "tour": found.tour})


def registration(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter leads to: confirm, see, cancel. Nothing happens before a button is pressed."""
    if request.method not in _ACTS:
        return errors.method_not_allowed(request, list(_ACTS))
    found = registering.find(token)
    if found is None:
        return _private(render(request, "public/tours/no_registration.html", status=404))
    refused, wish = "", request.POST.get("acte")
    if wish == "donnees":
        return _own_data(found)
    if request.method == "POST":
        acts = {"annuler": registering.cancel, "effacer": registering.erase}
        try:
            acts.get(wish or "", registering.confirm)(token)
            if wish == "effacer":
                return _private(render(request, "public/tours/registration_erased.html", {"stop": found.stop}))
            return _private(redirect("registration", token))
        except Refusal as refusal:
            refused = str(refusal)
    return _private(_registration_page(request, found, refused))


def _own_data(found: Registration) -> HttpResponse:
    answer = JsonResponse(registering.export(found), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="mon-inscription.json"'
    return _private(answer)


def section(request: HttpRequest, campus: Campus, *, at: dt.datetime) -> dict[str, Any]:
    """What the page of a campus says of its tours: the next stops."""
    coming = choosing.of_campus(campus, at=at).filter(ends_at__gt=at, state=StopState.PLANNED)
    stops = list(coming[:ON_CAMPUS_PAGE])
    until_one_turns(request, stops)
    return {"tour_stops": stops}


def until_one_turns(request: HttpRequest, stops: Iterable[Stop]) -> None:
    """A page of stops is not kept beyond the next one that starts (nobody registers any more) or ends."""
    valid_until(request, *(instant for stop in stops for instant in (stop.starts_at, stop.ends_at)))


def _registration_page(request: HttpRequest, found: Registration, refused: str) -> HttpResponse:
    at = timezone.now()
    context = {
        "registration": found,
        "stop": found.stop,
        "tour": found.stop.tour,
        "is_late": rules.is_too_late(found, at=at),
        "has_begun": found.stop.starts_at <= at,
        "refused": refused,
    }
    return render(request, "public/tours/registration.html", context, status=422 if refused else 200)


def _private(answer: HttpResponse) -> HttpResponse:
    """Neither kept nor named to other sites: the address is a key."""
    answer["Cache-Control"] = "no-store"
    # Not « no-referrer », under which a browser posts the form of this page without an origin: it would be refused.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _form_page(request: HttpRequest, found: Stop, form: SeatsForm, *, status: int = 200) -> HttpResponse:
    context = {
        "stop": found,
        "tour": found.tour,
        "form": form,
        "is_open": rules.is_open(found, at=timezone.now()),
        "kept_days": rules.KEPT_DAYS,
    }
    return render(request, "public/tours/register.html", context, status=status)


def _refused(request: HttpRequest, found: Stop, form: SeatsForm) -> HttpResponse:
    form.open_again(request)
    return _form_page(request, found, form, status=422)


def _who(data: dict[str, Any]) -> Who:
    return Who(data["name"], data["email"], Audience(data["audience"]), data["seats"])


def chosen(request: HttpRequest) -> tuple[choosing.Choice, list[Stop]]:
    """What the address asks of the agenda, and the stops that answer."""
    choice = choosing.parse({name: value for name, value in request.GET.items() if isinstance(value, str)})
    return choice, choosing.stops_of(choice, at=timezone.now())


def _calendar(stops: Iterable[Stop], name: str, file_name: str) -> HttpResponse:
    answer = HttpResponse(
        calendar.feed(stops, name=name, at=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = f'inline; filename="{file_name}"'
    return answer


def _tour(slug: str) -> Tour:
    return get_object_or_404(Tour.objects.public().select_related("campus__region", "project"), slug=slug)


def _stop(slug: str, pk: int) -> Stop:
    return get_object_or_404(Stop.objects.public().for_lists(), pk=pk, tour__slug=slug)


def _series_json_ld(found: Tour, stops: list[Stop]) -> dict[str, Any]:
    """schema.org: the tour as a series of events."""
    events = [{name: value for name, value in _json_ld(stop).items() if name != "@context"} for stop in stops]
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EventSeries",
        "name": found.title,
        "url": f"{settings.SITE_URL}{found.get_absolute_url()}",
        "description": found.summary,
        "organizer": _organizer(found.campus),
    }
    return described | ({"subEvent": events} if events else {})


def _organizer(campus: Campus) -> dict[str, Any]:
    return {
        "@type": "EducationalOrganization",
        "name": f"Campus des métiers et des qualifications {campus}",
        "url": f"{settings.SITE_URL}{campus.get_absolute_url()}",
    }


def _json_ld(found: Stop) -> dict[str, Any]:
    """schema.org: the stop as an event."""
    cancelled = found.state == StopState.CANCELLED
    street = {"streetAddress": found.address} if found.address else {}
    address = {"@type": "PostalAddress", **street, "addressLocality": found.commune.name, "addressCountry": "FR"}
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": f"{found.tour} – {found.commune.name}",
        "url": f"{settings.SITE_URL}{found.get_absolute_url()}",
        "description": found.description or found.tour.summary,
        "startDate": found.starts.isoformat(),
        "endDate": found.ends.isoformat(),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "eventStatus": f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        "location": {"@type": "Place", "name": found.place, "address": address},
        "organizer": _organizer(found.tour.campus),
    }
    audience = [{"@type": "Audience", "audienceType": label} for label in found.audience_labels]
    return described | ({"audience": audience} if audience else {})
