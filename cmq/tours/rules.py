"""Who may do what to tours; when stops may be, who may register, how long personal data are kept."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus
from cmq.core.errors import require
from cmq.core.rights import right
from cmq.core.text import one_line
from cmq.reference.models import Commune
from cmq.tours.models import (
    MOST_CAPACITY,
    MOST_SEATS,
    Audience,
    Booking,
    Registration,
    RegistrationState,
    Stop,
    StopState,
    Tour,
)
from cmq.tours.zones import zone_of

# Long enough to settle who came and to answer a complaint, no longer (RGPD, article 5-1-e).
KEPT_DAYS = 30
# A request that nobody confirms holds no seat; its link lives two days.
CONFIRMED_WITHIN = dt.timedelta(hours=48)
LONGEST = dt.timedelta(days=14)
FURTHEST = dt.timedelta(days=3 * 366)


@right("tours.read", "Voir les tournées d’un campus et leurs inscrits", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("tours.edit", "Tenir les tournées d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@dataclass(frozen=True)
class StopTerms:
    """A stop as it is entered; hours are those of the place."""

    day: dt.date
    starts: dt.time
    ends: dt.time
    commune: Commune
    place: str
    audiences: frozenset[Audience]
    last_day: dt.date | None = None
    address: str = ""
    description: str = ""
    accessibility: str = ""
    booking: Booking = Booking.NONE
    capacity: int | None = None

    @property
    def starts_at(self) -> dt.datetime:
        """The instant at which it starts."""
        return dt.datetime.combine(self.day, self.starts, zone_of(self.commune)).astimezone(dt.UTC)

    @property
    def ends_at(self) -> dt.datetime:
        """The instant at which it ends, on its first day unless a last one is given."""
        day = self.last_day or self.day
        return dt.datetime.combine(day, self.ends, zone_of(self.commune)).astimezone(dt.UTC)


def check_terms(terms: StopTerms, *, at: dt.datetime) -> None:
    """Raise `Refusal` for a stop that cannot be planned at that instant."""
    starts, ends = terms.starts_at, terms.ends_at
    require(ends > starts, "L’étape doit finir après son début.")
    require(ends - starts <= LONGEST, "Une étape dure au plus quatorze jours.")
    require(starts > at, "Cette étape commencerait dans le passé : choisissez une date à venir.")
    require(starts - at <= FURTHEST, "Cette date est à plus de trois ans.")
    require(one_line(terms.place), "Donnez le lieu de l’étape.")
    for text, longest, what in (
        (one_line(terms.place), 150, "Le lieu"),
        (one_line(terms.address), 250, "L’adresse"),
        (terms.description.strip(), 2000, "Le programme"),
        (terms.accessibility.strip(), 1000, "L’accessibilité"),
    ):
        require(len(text) <= longest, f"{what} dépasse {longest} caractères.")
    require(terms.audiences, "Choisissez au moins un public.")
    if terms.booking != Booking.NONE:
        require(terms.capacity, "Donnez le nombre de places : sans lui, personne ne peut s’inscrire.")
    require(terms.capacity is None or terms.capacity >= 1, "Il faut au moins une place.")
    require((terms.capacity or 0) <= MOST_CAPACITY, f"Une étape a au plus {MOST_CAPACITY} places.")


def check_free(tour: Tour, *, starts_at: dt.datetime, ends_at: dt.datetime, but: int | None = None) -> None:
    """Raise `Refusal` when another stop of the tour is at that hour. The tour's row is locked by the caller."""
    others = tour.stops.standing().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    other = others.exclude(pk=but or 0).select_related("commune").first()
    require(
        other is None,
        f"La tournée est déjà à {other.commune.name} le {other.starts:%d/%m/%Y de %H:%M} à {other.ends:%H:%M} : "
        "elle ne peut pas être à deux endroits à la même heure."
        if other
        else "",
    )


def is_open(stop: Stop, *, at: dt.datetime) -> bool:
    """Whether people may register: published, planned, open, not started yet."""
    is_planned = stop.state == StopState.PLANNED and stop.tour.is_published
    return is_planned and stop.booking == Booking.OPEN and stop.starts_at > at


def check_open(stop: Stop, *, at: dt.datetime) -> None:
    """Raise `Refusal` when nobody may register any more, saying why."""
    require(stop.state != StopState.CANCELLED, "Cette étape est annulée.")
    require(stop.starts_at > at, "Cette étape a déjà commencé : les inscriptions sont closes.")
    require(is_open(stop, at=at), "Les inscriptions à cette étape ne sont pas ouvertes.")


@dataclass(frozen=True)
class Who:
    """Somebody who wants seats."""

    name: str
    email: str
    audience: Audience
    seats: int = 1

    def cleaned(self) -> "Who":
        """The same in the form that is kept. Raises `Refusal`."""
        name, email = one_line(self.name), self.email.strip().lower()
        require(name, "Donnez votre nom.")
        require(len(name) <= 120, "Ce nom est trop long.")
        try:
            validate_email(email)
        except ValidationError:
            email = ""
        require(email and len(email) <= 254, "Cette adresse électronique ne peut pas être la vôtre : vérifiez-la.")
        require(1 <= self.seats <= MOST_SEATS, f"De une à {MOST_SEATS} places ; au-delà, écrivez au campus.")
        return Who(name, email, self.audience, self.seats)


def is_too_late(registration: Registration, *, at: dt.datetime) -> bool:
    """Whether a request was left too long without confirmation."""
    is_asked = registration.state == RegistrationState.ASKED
    return bool(is_asked and at > registration.asked_at + CONFIRMED_WITHIN)


def check_attendance(numbers: Iterable[int]) -> None:
    """Raise `Refusal` for counts that cannot be."""
    given = list(numbers)
    require(all(0 <= number <= 100_000 for number in given), "Un nombre de personnes va de 0 à 100 000.")
    require(sum(given) > 0, "Comptez au moins une personne, ou annulez l’étape si elle n’a pas eu lieu.")
