"""People register, confirm, wait, come up, cancel. A seat is taken at confirmation, under the lock of the stop.

Why at confirmation: a request costs nothing to make with any address, so that seats held by requests could all be taken
by nobody. Whoever confirms when no seat is left waits, and comes up in the order of confirmation.
"""

import datetime as dt

from django.utils import timezone
from django.utils.crypto import get_random_string

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.tours import rules
from cmq.tours.actions import letters
from cmq.tours.models import Booking, Registration, RegistrationState, Stop, StopState, digest_of
from cmq.tours.rules import Who

NO_LINK = "Ce lien ne mène à aucune inscription : elle a été annulée depuis longtemps, ou le lien est incomplet."


@action
def ask(stop: Stop, *, who: Who, at: dt.datetime | None = None) -> None:
    """Ask for seats: a letter with a link goes to the address, whatever is known of it, and the answer is the same.

    An address that asks again before it has confirmed changes its request; one that is registered already is written
    the link of its registration. One letter a day at most, so that nobody's box is filled. Raises `Refusal`.
    """
    at = at or timezone.now()
    stop, who = _locked(stop), who.cleaned()
    rules.check_open(stop, at=at)
    found = stop.registrations.filter(email=who.email, erased_at=None).exclude(state=RegistrationState.CANCELLED)
    registration = found.first()
    if registration is None:
        registration = _new(stop, who, at=at)
    elif registration.state == RegistrationState.ASKED:
        registration.name, registration.audience, registration.seats = who.name, who.audience, who.seats
        registration.asked_at = at
        registration.save(update_fields=["name", "audience", "seats", "asked_at"])
    registration.stop = stop
    is_new = registration.state == RegistrationState.ASKED
    template = "mail/tour_registration_asked" if is_new else "mail/tour_registration_known"
    letters.write(registration, template=template, event=f"asked-{registration.state}-{at:%Y-%m-%d}")
    record(stop, "tours.ask_seats", f"Inscription demandée : {stop}.", is_private=True)


@action
def confirm(token: str, *, at: dt.datetime | None = None) -> Registration:
    """Confirm a request with its link: seats when enough are left and nobody waits, else the waiting list.

    Confirming again changes nothing. Raises `Refusal` when the link is unknown or too old, or the stop is not open.
    """
    at = at or timezone.now()
    registration = _locked_registration(token)
    if registration.state in (RegistrationState.CONFIRMED, RegistrationState.WAITING):
        return registration
    stop = registration.stop
    require(registration.state == RegistrationState.ASKED, "Cette inscription est annulée : inscrivez-vous de nouveau.")
    require(not rules.is_too_late(registration, at=at), "Ce lien a plus de deux jours : inscrivez-vous de nouveau.")
    rules.check_open(stop, at=at)
    has_seats = stop.left >= registration.seats and not stop.registrations.in_line().exists()
    registration.confirmed_at = at
    if has_seats:
        _seat(registration, template="mail/tour_registration_confirmed", event="confirmed")
    else:
        registration.state = RegistrationState.WAITING
        registration.save(update_fields=["state", "confirmed_at"])
        letters.write(registration, template="mail/tour_registration_waiting", event="waiting")
        record(stop, "tours.wait", f"Une inscription sur liste d’attente : {stop}.")
    return registration


@action
def cancel(token: str, *, at: dt.datetime | None = None) -> Registration:
    """Give the seats back, or leave the waiting list; who waits comes up. Twice changes nothing. Raises `Refusal`."""
    at = at or timezone.now()
    registration = _locked_registration(token)
    if registration.state == RegistrationState.CANCELLED:
        return registration
    require(registration.stop.starts_at > at, "L’étape a commencé : il n’y a plus rien à annuler.")
    _free(registration, at=at)
    return registration


@action
def erase(token: str, *, at: dt.datetime | None = None) -> None:
    """Erase a registration at its holder's word: what they still hold is given back first. Raises `Refusal`."""
    at = at or timezone.now()
    registration = _locked_registration(token)
    if registration.state != RegistrationState.CANCELLED and registration.stop.starts_at > at:
        _free(registration, at=at)
    anonymise(registration, at=at)


def anonymise(registration: Registration, *, at: dt.datetime) -> None:
    """Leave of a registration what is of nobody: public, seats, state. Its letters leave the outbox too."""
    letters.forget(registration)
    registration.name = registration.email = registration.key = ""
    registration.erased_at = at
    registration.save(update_fields=["name", "email", "key", "erased_at"])


def export(registration: Registration) -> dict[str, object]:
    """All that is kept of whom a registration is (RGPD, articles 15 and 20), in the terms of the form."""
    confirmed = registration.confirmed_at
    return {
        "nom": registration.name,
        "adresse": registration.email,
        "public": registration.get_audience_display(),
        "places": registration.seats,
        "etape": f"{registration.stop.tour} – {registration.stop}",
        "etat": registration.get_state_display(),
        "demandee_le": registration.asked_at.isoformat(),
        "confirmee_le": confirmed.isoformat() if confirmed else None,
    }


@action
def withdraw(registration: Registration, *, reason: str, by: User, at: dt.datetime | None = None) -> Registration:
    """Take the seats, or the place in line, of one person back: a letter tells them why; who waits comes up.

    For the campus, when a person asked it by telephone, or cannot be received. Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    require_right(rules.can_edit(by, registration.stop.tour.campus))
    stop = _locked(registration.stop)
    found = stop.registrations.alive().filter(pk=registration.pk, erased_at=None).first()
    require(found is not None, "Cette inscription n’est ni confirmée ni en attente : il n’y a rien à annuler.")
    assert found is not None
    require(stop.starts_at > at, "L’étape a commencé : il n’y a plus rien à annuler.")
    reason = one_line(reason)
    require(reason, "Dites pourquoi : la personne le lira.")
    require(len(reason) <= 300, "Le motif dépasse 300 caractères.")
    found.stop = stop
    letters.write(found, template="mail/tour_registration_withdrawn", event="withdrawn", reason=reason)
    _free(found, at=at)
    return found


def promote(stop: Stop, *, at: dt.datetime) -> int:
    """Give seats that are free to those who wait, in their order, and write to them; how many came up.

    Nobody is passed over: a group that is too large for what is left keeps its place, and those behind it wait.
    The stop's row is locked by the caller, inside an action.
    """
    if stop.state != StopState.PLANNED or stop.booking == Booking.NONE or stop.starts_at <= at:
        return 0
    number = 0
    for registration in stop.registrations.in_line():
        if registration.seats > stop.left:
            break
        registration.stop = stop
        _seat(registration, template="mail/tour_registration_promoted", event="promoted")
        number += 1
    return number


def find(token: str) -> Registration | None:
    """The registration of a link; None when there is none, or its data are erased."""
    rows = Registration.objects.select_related("stop__tour__campus", "stop__commune")
    return rows.filter(digest=digest_of(token), erased_at=None).first()


def _free(registration: Registration, *, at: dt.datetime) -> None:
    stop = registration.stop
    if registration.state == RegistrationState.CONFIRMED:
        stop.taken -= registration.seats
        stop.save(update_fields=["taken"])
    registration.state = RegistrationState.CANCELLED
    registration.save(update_fields=["state"])
    record(stop, "tours.cancel_seats", f"Une inscription annulée : {stop}.")
    promote(stop, at=at)


def _seat(registration: Registration, *, template: str, event: str) -> None:
    stop = registration.stop
    stop.taken += registration.seats
    stop.save(update_fields=["taken"])
    registration.state = RegistrationState.CONFIRMED
    registration.save(update_fields=["state", "confirmed_at"])
    letters.write(registration, template=template, event=event)
    record(stop, "tours.seat", f"Une inscription confirmée : {stop}.")


def _new(stop: Stop, who: Who, *, at: dt.datetime) -> Registration:
    registration = Registration(
        stop=stop,
        name=who.name,
        email=who.email,
        audience=who.audience,
        seats=who.seats,
        key=get_random_string(32),
        asked_at=at,
    )
    registration.digest = digest_of(registration.token)
    registration.save()
    return registration


def _locked_registration(token: str) -> Registration:
    """The registration with its stop, whose row is locked first: all that moves seats passes there."""
    found = find(token)
    require(found is not None, NO_LINK)
    assert found is not None
    stop = _locked(found.stop)
    registration = Registration.objects.filter(pk=found.pk, erased_at=None).first()
    require(registration is not None, NO_LINK)
    assert registration is not None
    registration.stop = stop
    return registration


def _locked(stop: Stop) -> Stop:
    rows = Stop.objects.select_for_update(of=("self",)).select_related("tour__campus", "commune__departement")
    return rows.get(pk=stop.pk)
