"""Colleges: who sits with how many seats, by what rule, and who holds the seats."""

from django import forms
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cmq.campaigns import actions, rules
from cmq.campaigns.models import Authority, College, Seat, SeatHolder
from cmq.deliberation.rules import filled_seats
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.campaigns.doors import secretary_of
from cmq.web.espace.campaigns.forms import ConfirmForm
from cmq.web.espace.texts.forms import AuthorityForm, HolderForm, RulesForm, SeatsForm, VersionForm


@logged_in(*READ)
def colleges(request: HttpRequest) -> HttpResponse:
    """Every version, the newest first."""
    secretary_of(request)
    shown = College.objects.annotate(seats=Count("authorities__seats"))
    return page(request, "espace/texts/colleges.html", {"colleges": shown})


@logged_in(*READ)
def college(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: authorities, seats, holders and deputies; parity and quorum told."""
    secretary_of(request)
    shown, today = _college(pk), timezone.localdate()
    holders = SeatHolder.objects.active(today).select_related("person").order_by("is_deputy", "pk")
    seats = Seat.objects.order_by("number").prefetch_related(Prefetch("holders", holders, to_attr="sitting"))
    filled = filled_seats(shown, today)
    context = {
        "college": shown,
        "authorities": shown.authorities.prefetch_related(Prefetch("seats", seats)),
        "balance": rules.balance(shown, Seat.objects.filter(authority__college=shown).select_related("authority")),
        "filled": filled,
        "quorum": rules.quorum(shown, filled),
    }
    return page(request, "espace/texts/college.html", context)


@logged_in(*READ_AND_ACT)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version to edit, nobody seated."""
    person, shown = secretary_of(request), _college(pk)
    form = VersionForm(posted(request))
    made: list[College] = []
    if submit(request, form, lambda data: made.append(actions.copy_college(shown, **data, by=person))):
        return done(request, "Nouvelle version : les sièges sont à pourvoir.", "college", made[0].pk)
    return _act_page(request, shown, form, f"Copier « {shown} »", "Copier")


@logged_in(*READ_AND_ACT)
def set_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Quorum, casting vote, parity."""
    person, shown = secretary_of(request), _college(pk)
    form = RulesForm(posted(request), college=shown)
    if submit(request, form, lambda data: actions.set_college(shown, **data, by=person)):
        return done(request, "Règles enregistrées.", "college", pk)
    return _act_page(request, shown, form, "Règles du collège", "Enregistrer")


@logged_in(*READ_AND_ACT)
def new_authority(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an authority sit."""
    person, shown = secretary_of(request), _college(pk)
    form = AuthorityForm(posted(request))
    if submit(request, form, lambda data: actions.add_authority(shown, **data, by=person)):
        return done(request, "Autorité ajoutée.", "college", pk)
    return _act_page(request, shown, form, "Ajouter une autorité", "Ajouter")


@logged_in(*READ_AND_ACT)
def seats(request: HttpRequest, pk: int, authority: int) -> HttpResponse:
    """How many seats an authority has."""
    person, shown = secretary_of(request), _college(pk)
    sits = _authority(shown, authority)
    form = SeatsForm(posted(request), initial={"seats": sits.seats.count()})
    if submit(request, form, lambda data: actions.set_seats(sits, **data, by=person)):
        return done(request, "Nombre de sièges enregistré.", "college", pk)
    return _act_page(request, shown, form, f"Sièges : {sits}", "Enregistrer")


@logged_in(*READ_AND_ACT)
def remove_authority(request: HttpRequest, pk: int, authority: int) -> HttpResponse:
    """Take an authority out."""
    person, shown = secretary_of(request), _college(pk)
    gone, form = _authority(shown, authority), ConfirmForm(posted(request))
    if submit(request, form, lambda data: actions.remove_authority(gone, by=person)):
        return done(request, "Autorité retirée.", "college", pk)
    return _act_page(request, shown, form, f"Retirer : {gone}", "Retirer")


@logged_in(*READ_AND_ACT)
def seat(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Name who holds a seat, or its deputy."""
    person, shown = secretary_of(request), _college(pk)
    place, form = _seat(shown, seat), HolderForm(posted(request), is_demo=person.is_demo)

    def name(data: dict[str, object]) -> None:
        actions.seat_person(place, form.cleaned_data["person"], is_deputy=bool(data["is_deputy"]), by=person)

    if submit(request, form, name):
        return done(request, "Siège pourvu.", "college", pk)
    return _act_page(request, shown, form, f"Pourvoir : {place}", "Nommer", invites=True)


@logged_in(*READ_AND_ACT)
def preside(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Say which seat presides."""
    person, shown = secretary_of(request), _college(pk)
    place, form = _seat(shown, seat), ConfirmForm(posted(request))
    if submit(request, form, lambda data: actions.name_president(place, by=person)):
        return done(request, "Présidence enregistrée.", "college", pk)
    return _act_page(request, shown, form, f"Présidence : {place}", "Faire présider ce siège")


def _college(pk: int) -> College:
    found = College.objects.select_related("source").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _authority(shown: College, pk: int) -> Authority:
    found = shown.authorities.select_related("college").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _seat(shown: College, pk: int) -> Seat:
    found = Seat.objects.select_related("authority").filter(pk=pk, authority__college=shown).first()
    if found is None:
        raise Http404
    return found


def _act_page(
    request: HttpRequest, shown: College, form: forms.Form, title: str, button: str, *, invites: bool = False
) -> HttpResponse:
    context = {"college": shown, "act_title": title, "button": button, "invites": invites}
    return page(request, "espace/texts/act.html", context, form=form)
