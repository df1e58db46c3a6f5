"""A campus with a tour, for tests."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.reference.models import Commune
from cmq.tours.actions import planning, registering
from cmq.tours.models import Audience, Booking, Registration, Stop, Tour
from cmq.tours.rules import StopTerms, Who
from tests.factories import a_campus, a_director

ARRAS, LILLE, AMIENS, LENS = "62041", "59350", "80021", "62498"


@dataclass
class World:
    """A campus, its director, a tour, an instant."""

    campus: Campus = field(default_factory=a_campus)
    at: dt.datetime = field(default_factory=timezone.now)

    def __post_init__(self) -> None:
        self.director: User = a_director(self.campus)
        self.tour: Tour = planning.write_tour(
            self.campus, title="La table en route", summary="Un camion qui cuisine.", by=self.director, at=self.at
        )
        self.today = timezone.localdate(self.at)

    def terms(self, days: int = 10, commune: str = ARRAS, **fields: Any) -> StopTerms:
        """A stop in some days, ten to twelve in the morning unless said."""
        fields.setdefault("starts", dt.time(10))
        fields.setdefault("ends", dt.time(12))
        fields.setdefault("audiences", frozenset({Audience.PUBLIC}))
        fields.setdefault("place", "Salle des fêtes")
        day = self.today + dt.timedelta(days=days)
        return StopTerms(day=day, commune=Commune.objects.get(insee_code=commune), **fields)

    def stop(self, days: int = 10, commune: str = ARRAS, *, seats: int = 0, **fields: Any) -> Stop:
        """A planned stop; with seats, registrations are open and the tour is published."""
        if seats:
            fields |= {"booking": Booking.OPEN, "capacity": seats}
        stop = planning.plan_stop(self.tour, terms=self.terms(days, commune, **fields), by=self.director, at=self.at)
        if seats and not self.tour.is_published:
            self.tour = planning.publish_tour(self.tour, by=self.director)
            stop.tour = self.tour
        return stop

    def ask(self, stop: Stop, email: str = "camille@exemple.fr", seats: int = 1) -> Registration:
        """Somebody asks for seats; the registration that was made."""
        who = Who("Camille Exemple", email, Audience.PUBLIC, seats)
        registering.ask(stop, who=who, at=self.at)
        return Registration.objects.get(stop=stop, email=email)

    def seat(self, stop: Stop, email: str = "camille@exemple.fr", seats: int = 1) -> Registration:
        """Somebody asks and confirms."""
        return registering.confirm(self.ask(stop, email, seats).token, at=self.at)
