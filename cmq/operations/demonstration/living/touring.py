"""The tours of the fictional campuses: food on the roads of Hauts-de-France, energy under the sun of La Réunion."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.operations.demonstration.people import Cast
from cmq.projects.models import Project
from cmq.reference.models import Commune
from cmq.tours.actions import following, planning, registering
from cmq.tours.models import Audience, Booking, Registration, Stop, Tour
from cmq.tours.rules import StopTerms, Who

MAIN = "Campus fictif des Métiers du Bien-vieillir"
ISLAND = "Campus fictif des Énergies de l’Océan"
# Real communes, invented stops: day from today, commune, place. In an order that a shorter way can better.
STOPS = (
    (-20, "62108", "Place fictive du Marché-aux-Poissons"),
    (12, "62041", "Salle fictive des Échevins"),
    (15, "80001", "Parvis du lycée fictif du Ponthieu"),
    (18, "59350", "Cour fictive des Apprentis"),
    (21, "60057", "Halle fictive de la Maladrerie"),
    (24, "59183", "Quai fictif des Dunes"),
    (27, "02691", "Salle fictive du Vermandois"),
    (30, "62193", "Esplanade fictive du Détroit"),
    (33, "80021", "Marché fictif sur l’eau"),
    (36, "59606", "Place fictive des Dentellières"),
    (39, "62160", "Gymnase fictif de la Liane"),
    (42, "02408", "Promenade fictive de la Montagne-Couronnée"),
)
# The first season, in the year of the published report: month, day, commune, place, who came.
FIRST_SEASON = (
    (3, 14, "62108", "Halle fictive du Phare", {Audience.PUPILS: 58, Audience.PUBLIC: 41}),
    (5, 23, "80021", "Cloître fictif des Maraîchers", {Audience.APPRENTICES: 22, Audience.PROFESSIONALS: 17}),
    (10, 3, "59350", "Gare fictive des Saveurs", {Audience.TRAINEES: 31, Audience.PUBLIC: 96}),
)
SUMMARY = (
    "Un camion-cuisine inventé montre comment bien manger à tout âge : ateliers de goût, textures adaptées, "
    "rencontres avec celles et ceux qui apprennent ces métiers. Tout est fictif."
)
ACCESS = "De plain-pied, deux places réservées, boucle magnétique (fictif)."
_EVERYONE = frozenset({Audience.PUPILS, Audience.TRAINEES, Audience.PROFESSIONALS, Audience.PUBLIC})


def build(cast: Cast, *, on: dt.date) -> None:
    """A tour of twelve stops, one held, one full with people who wait; the season before, held and counted; a stop
    overseas; a tour in preparation."""
    director = cast["directrice"]
    main, island = (Campus.objects.get(name=name, is_demo=True) for name in (MAIN, ISLAND))
    at = timezone.make_aware(dt.datetime.combine(on, dt.time(9)))
    _first_season(main, director, year=on.year - 1, at=at)
    _food(main, director, on=on, at=at)
    sun = planning.write_tour(
        island, title="Le soleil en boîte (fictif)", summary="Une maquette inventée de toit solaire.", by=None, at=at
    )
    _stop(sun, 25, "97416", "Jardin fictif du Lagon", on=on, at=at, seats=20)
    planning.publish_tour(sun, by=None)
    planning.write_tour(
        main,
        title="Les gestes du soir (fictif)",
        summary="Une exposition inventée, en préparation.",
        by=director,
        at=at,
    )


def _first_season(main: Campus, director: User, *, year: int, at: dt.datetime) -> None:
    planned_at = timezone.make_aware(dt.datetime(year, 1, 15, 9))
    tour = planning.write_tour(
        main,
        title="La table en route, première saison (fictif)",
        summary=SUMMARY,
        project=Project.objects.of(main).get(title="Bien manger à tout âge"),
        by=director,
        at=planned_at,
    )
    stops = []
    for month, day, code, place, numbers in FIRST_SEASON:
        days = (dt.date(year, month, day) - timezone.localdate(planned_at)).days
        stop = _stop(tour, days, code, place, on=timezone.localdate(planned_at), at=planned_at, seats=60)
        stops.append((stop, numbers))
    planning.publish_tour(tour, by=director)
    for stop, numbers in stops:
        following.count_attendance(stop, numbers=numbers, version=1, by=director, at=at)


def _food(main: Campus, director: User, *, on: dt.date, at: dt.datetime) -> None:
    planned_at = at - dt.timedelta(days=45)
    tour = planning.write_tour(
        main,
        title="La table en route (fictif)",
        summary=SUMMARY,
        contact="tournee@demonstration.invalid",
        by=director,
        at=planned_at,
    )
    stops = [
        _stop(tour, days, code, place, on=on, at=planned_at, seats=4 if number == 1 else 40)
        for number, (days, code, place) in enumerate(STOPS)
    ]
    tour = planning.publish_tour(tour, by=director)
    numbers = {Audience.PUPILS: 64, Audience.TRAINEES: 18, Audience.PROFESSIONALS: 9, Audience.PUBLIC: 37}
    following.count_attendance(stops[0], numbers=numbers, version=1, by=director, at=at)
    for name, seats in (("Ada", 2), ("Basile", 2), ("Colette", 1), ("Desmond", 2)):
        _seat(stops[1], name, seats, at=at)
    planning.cancel_stop(stops[-1], reason="La route fictive est en travaux.", by=director, at=at)


def _stop(tour: Tour, days: int, code: str, place: str, *, on: dt.date, at: dt.datetime, seats: int) -> Stop:
    terms = StopTerms(
        day=on + dt.timedelta(days=days),
        starts=dt.time(9, 30),
        ends=dt.time(16),
        commune=Commune.objects.select_related("departement").get(insee_code=code),
        place=place,
        audiences=_EVERYONE,
        accessibility=ACCESS,
        booking=Booking.OPEN,
        capacity=seats,
    )
    return planning.plan_stop(tour, terms=terms, by=None, at=at)


def _seat(stop: Stop, name: str, seats: int, *, at: dt.datetime) -> None:
    email = f"{name.lower()}@demonstration.invalid"
    registering.ask(stop, who=Who(f"{name} (fictif)", email, Audience.PUBLIC, seats), at=at)
    registering.confirm(Registration.objects.get(stop=stop, email=email).token, at=at)
