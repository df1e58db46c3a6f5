"""Several people at the same instant: never one seat too many, never two stops at one hour."""

import datetime as dt
from collections.abc import Callable

import pytest

from cmq.campuses.models import Campus
from cmq.core.errors import Refusal
from cmq.core.feed import first_broken_position
from cmq.tours.actions import planning, registering
from cmq.tours.models import Registration, RegistrationState, Stop, Tour
from tests.factories import a_campus
from tests.procedure.test_at_once import at_once
from tests.tours.tour_world import LILLE, World

pytestmark = pytest.mark.usefixtures("committed_db")


def test_more_registrations_than_seats_never_overbook() -> None:
    world = World()
    stop = world.stop(seats=5)
    asked = [world.ask(stop, f"p{number}@exemple.fr", 2) for number in range(6)]
    at_once(*(lambda each=each: registering.confirm(each.token, at=world.at) for each in asked))
    stop.refresh_from_db()
    assert stop.taken == 4
    states = list(Registration.objects.values_list("state", flat=True))
    assert states.count(RegistrationState.CONFIRMED) == 2
    assert states.count(RegistrationState.WAITING) == 4
    assert first_broken_position() is None


def test_cancelling_while_others_confirm_keeps_the_count() -> None:
    world = World()
    stop = world.stop(seats=2)
    holders = [world.seat(stop, f"a{number}@exemple.fr") for number in range(2)]
    coming = [world.ask(stop, f"b{number}@exemple.fr") for number in range(3)]
    at_once(
        *(lambda each=each: registering.cancel(each.token, at=world.at) for each in holders),
        *(lambda each=each: registering.confirm(each.token, at=world.at) for each in coming),
    )
    stop.refresh_from_db()
    confirmed = stop.registrations.filter(state=RegistrationState.CONFIRMED)
    assert stop.taken == sum(confirmed.values_list("seats", flat=True)) == 2
    assert stop.registrations.in_line().count() == 1


def test_two_stops_planned_at_one_hour_are_one() -> None:
    world = World()
    results = at_once(
        lambda: planning.plan_stop(world.tour, terms=world.terms(), by=world.director, at=world.at),
        lambda: planning.plan_stop(world.tour, terms=world.terms(commune=LILLE), by=world.director, at=world.at),
    )
    assert sum(isinstance(each, Refusal) for each in results) == 1
    assert Stop.objects.count() == 1


def test_two_stops_that_overlap_planned_at_once_are_one() -> None:
    world = World()
    early = world.terms(starts=dt.time(9), ends=dt.time(11))
    late = world.terms(commune=LILLE, starts=dt.time(10, 30), ends=dt.time(12))
    results = at_once(
        lambda: planning.plan_stop(world.tour, terms=early, by=world.director, at=world.at),
        lambda: planning.plan_stop(world.tour, terms=late, by=world.director, at=world.at),
    )
    (refusal,) = (each for each in results if isinstance(each, Refusal))
    assert "à deux endroits à la même heure" in str(refusal)
    assert Stop.objects.count() == 1 and first_broken_position() is None


def test_two_tours_of_one_title_written_at_once_are_one_in_a_campus_and_two_in_two() -> None:
    world, other = World(), a_campus()

    def write(campus: Campus) -> Callable[[], object]:
        return lambda: planning.write_tour(campus, title="Le goût voyage", summary="Un camion.", by=None)

    results = at_once(write(world.campus), write(world.campus), write(other), write(other))
    refusals = [each for each in results if isinstance(each, Refusal)]
    assert len(refusals) == 2 and all("déjà une tournée « Le goût voyage »" in str(each) for each in refusals)
    made = Tour.objects.filter(title="Le goût voyage")
    assert {tour.slug for tour in made} == {"le-gout-voyage", "le-gout-voyage-2"}
    assert {tour.campus for tour in made} == {world.campus, other}


def test_a_seat_taken_back_while_others_confirm_keeps_the_count() -> None:
    world = World()
    stop = world.stop(seats=2)
    holders = [world.seat(stop, f"a{number}@exemple.fr") for number in range(2)]
    coming = [world.ask(stop, f"b{number}@exemple.fr") for number in range(2)]
    at_once(
        *(
            lambda each=each: registering.withdraw(each, reason="Fermé", by=world.director, at=world.at)
            for each in (holders[0], holders[0])
        ),
        *(lambda each=each: registering.confirm(each.token, at=world.at) for each in coming),
    )
    stop.refresh_from_db()
    confirmed = stop.registrations.filter(state=RegistrationState.CONFIRMED)
    assert stop.taken == sum(confirmed.values_list("seats", flat=True)) == 2
    assert stop.registrations.in_line().count() == 1


def test_one_address_asking_twice_at_once_is_one_registration() -> None:
    world = World()
    stop = world.stop(seats=5)
    results = at_once(lambda: world.ask(stop), lambda: world.ask(stop), lambda: world.ask(stop))
    assert Registration.objects.count() == 1
    assert not any(isinstance(each, Refusal) for each in results)
