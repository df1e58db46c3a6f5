"""People register: letters, seats, waiting list, reminders, erasure; nobody learns who is registered."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.tours import rules
from cmq.tours.actions import following, planning, registering
from cmq.tours.models import Audience, Booking, Registration, RegistrationState, Stop, StopState
from cmq.tours.review import people_reached
from cmq.tours.rules import Who
from tests.factories import a_campus, a_director
from tests.sweeping import swept
from tests.tours.tour_world import World

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    return World()


def subjects(email: str = "camille@exemple.fr") -> list[str]:
    return [mail.subject.partition(" :")[0] for mail in OutgoingMail.objects.filter(to=email).order_by("pk")]


def test_a_seat_is_taken_at_confirmation_by_the_link_of_the_letter(world: World, mailoutbox: list[Any]) -> None:
    stop = world.stop(seats=2)
    registration = world.ask(stop, seats=2)
    stop.refresh_from_db()
    assert (registration.state, stop.taken) == (RegistrationState.ASKED, 0)
    text = OutgoingMail.objects.get().text
    token = re.search(r"/agenda/inscription/([0-9a-f]{64})/", text)
    assert token is not None
    assert token[1] not in (registration.key, registration.digest)
    for _ in range(2):
        confirmed = registering.confirm(token[1], at=world.at)
        assert confirmed.state == RegistrationState.CONFIRMED
    stop.refresh_from_db()
    assert stop.taken == 2
    assert subjects() == ["Confirmez votre inscription", "Inscription confirmée"]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (Who(" ", "a@exemple.fr", Audience.PUBLIC), "nom"),
        (Who("x" * 121, "a@exemple.fr", Audience.PUBLIC), "trop long"),
        (Who("A", "pas une adresse", Audience.PUBLIC), "vérifiez-la"),
        (Who("A", "a@exemple.fr", Audience.PUBLIC, 0), "De une à 10"),
        (Who("A", "a@exemple.fr", Audience.PUBLIC, 11), "De une à 10"),
    ],
)
def test_who_cannot_register(world: World, who: Who, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        registering.ask(world.stop(seats=20), who=who, at=world.at)
    assert not Registration.objects.exists()


def test_one_registers_only_where_registrations_are_open(world: World) -> None:
    stop = world.stop(seats=2)
    with pytest.raises(Refusal, match="déjà commencé"):
        registering.ask(stop, who=Who("A", "a@exemple.fr", Audience.PUBLIC), at=stop.starts_at)
    terms = world.terms(booking=Booking.CLOSED, capacity=2)
    stop = planning.change_stop(stop, terms=terms, version=1, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="ne sont pas ouvertes"):
        world.ask(stop)
    planning.cancel_stop(stop, reason="Neige", by=world.director, at=world.at)
    with pytest.raises(Refusal, match="annulée"):
        world.ask(stop)


def test_an_address_that_asks_again_learns_nothing_and_takes_nothing(world: World) -> None:
    stop = world.stop(seats=2)
    first = world.ask(stop)
    registering.ask(stop, who=Who("Autre nom", "CAMILLE@exemple.fr ", Audience.PUPILS, 2), at=world.at)
    again = Registration.objects.get()
    assert (again.pk, again.name, again.seats) == (first.pk, "Autre nom", 2)
    assert len(subjects()) == 1
    registering.confirm(again.token, at=world.at)
    registering.ask(stop, who=Who("Tiers", "camille@exemple.fr", Audience.PUBLIC, 1), at=world.at)
    again.refresh_from_db()
    assert (again.name, again.seats, again.state) == ("Autre nom", 2, RegistrationState.CONFIRMED)
    assert subjects()[-1] == "Vous êtes déjà inscrit"


def test_links_that_lead_nowhere(world: World) -> None:
    stop = world.stop(seats=2)
    registration = world.ask(stop)
    for token in ("", "0" * 64, registration.digest, registration.key):
        with pytest.raises(Refusal, match="aucune inscription"):
            registering.confirm(token, at=world.at)
    with pytest.raises(Refusal, match="deux jours"):
        registering.confirm(registration.token, at=world.at + 49 * HOUR)
    registering.cancel(registration.token, at=world.at)
    with pytest.raises(Refusal, match="annulée"):
        registering.confirm(registration.token, at=world.at)
    assert registering.cancel(registration.token, at=world.at).state == RegistrationState.CANCELLED
    with pytest.raises(Refusal, match="commencé"):
        registering.cancel(world.seat(stop, "b@exemple.fr").token, at=stop.starts_at)


def test_who_waits_comes_up_in_order_and_nobody_is_passed_over(world: World) -> None:
    stop = world.stop(seats=4)
    first, second = world.seat(stop, "a@exemple.fr", 2), world.seat(stop, "b@exemple.fr", 1)
    group, single = world.seat(stop, "c@exemple.fr", 3), world.seat(stop, "d@exemple.fr", 1)
    states = [each.state for each in (first, second, group, single)]
    assert states == ["confirmee", "confirmee", "attente", "attente"]
    registering.cancel(second.token, at=world.at)
    stop.refresh_from_db()
    assert (stop.taken, stop.left) == (2, 2)
    registering.cancel(first.token, at=world.at)
    stop.refresh_from_db()
    assert stop.taken == 4
    assert set(stop.registrations.alive().values_list("state", flat=True)) == {RegistrationState.CONFIRMED}
    assert subjects("c@exemple.fr")[-1] == "Une place s’est libérée"


def test_more_seats_let_those_who_wait_come_up(world: World) -> None:
    stop = world.stop(seats=1)
    world.seat(stop, "a@exemple.fr")
    waiting = world.seat(stop, "b@exemple.fr")
    stop.refresh_from_db()
    terms = world.terms(booking=Booking.OPEN, capacity=2)
    planning.change_stop(stop, terms=terms, version=stop.version, by=world.director, at=world.at)
    waiting.refresh_from_db()
    assert waiting.state == RegistrationState.CONFIRMED


def test_the_journal_never_tells_who(world: World) -> None:
    registration = world.seat(world.stop(seats=1))
    registering.cancel(registration.token, at=world.at)
    for change in Change.objects.filter(act__startswith="tours."):
        assert "camille" not in f"{change.summary} {change.diff}".lower()


def test_what_the_database_forbids(world: World) -> None:
    registration = world.ask(world.stop(seats=5))
    for fields in (
        {"seats": 0},
        {"seats": 11},
        {"email": ""},
        {"name": ""},
        {"erased_at": world.at},
        {"state": RegistrationState.CONFIRMED},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Registration.objects.filter(pk=registration.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(
            stop=registration.stop, name="A", email=registration.email, seats=1, digest="x", key="y", asked_at=world.at
        )


def test_a_reminder_leaves_the_day_before_once_on_the_clocks_of_the_place(world: World) -> None:
    """In Nouméa the day before is still two days before in Paris."""
    stop = world.stop(10, "98818", seats=5, starts=dt.time(8))
    world.seat(stop)
    world.ask(stop, "b@exemple.fr")
    for days, letters in ((8, 0), (9, 1), (9, 0), (10, 0)):
        assert following.remind(on=world.today + days * DAY) == letters
    assert subjects()[-1] == "C’est demain"
    text = OutgoingMail.objects.filter(to="camille@exemple.fr").order_by("pk").last()
    assert text is not None
    assert "de 8\u00a0h à 12\u00a0h (heure locale)" in text.text


def test_personal_data_are_erased_thirty_days_after(world: World) -> None:
    stop = world.stop(seats=5)
    registration = world.seat(stop, seats=3)
    token = registration.token
    assert swept("tours.registrations", at=stop.ends_at + rules.KEPT_DAYS * DAY) == 0
    assert swept("tours.registrations", at=stop.ends_at + rules.KEPT_DAYS * DAY + HOUR) == 1
    registration.refresh_from_db()
    assert (registration.name, registration.email, registration.key) == ("", "", "")
    assert (registration.seats, registration.state) == (3, RegistrationState.CONFIRMED)
    assert not OutgoingMail.objects.exists()
    assert registering.find(token) is None
    assert swept("tours.registrations", at=stop.ends_at + 99 * DAY) == 0


def test_the_daily_commands_remind_and_erase(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.seat(world.stop(10, seats=5))
    call_command("rappels", "--le", (world.today + 9 * DAY).isoformat())
    assert "étapes 1." in capsys.readouterr().out
    Stop.objects.update(starts_at=world.at - 41 * DAY, ends_at=world.at - 40 * DAY)
    call_command("conservation")
    assert "tours.registrations : 1 (rendu anonyme)" in capsys.readouterr().out


def test_a_request_that_nobody_confirms_is_forgotten(world: World) -> None:
    world.ask(world.stop(seats=5))
    assert swept("tours.requests", at=world.at + 3 * DAY) == 0
    assert swept("tours.requests", at=world.at + 5 * DAY) == 1
    assert not Registration.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_who_came_is_counted_by_public_and_by_year(world: World) -> None:
    stop = world.stop()
    later = stop.ends_at + HOUR
    numbers = {Audience.PUPILS: 40, Audience.PUBLIC: 25, Audience.STUDENTS: 0}

    def count(**fields: Any) -> Stop:
        return following.count_attendance(
            stop, **{"numbers": numbers, "version": 1, "by": world.director, "at": later, **fields}
        )

    for fields, said in (
        ({"at": world.at}, "pas encore commencé"),
        ({"version": 4}, "entre-temps"),
        ({"numbers": {}}, "au moins une personne"),
        ({"numbers": {Audience.PUBLIC: -1}}, "de 0 à"),
    ):
        with pytest.raises(Refusal, match=said):
            count(**fields)
    with pytest.raises(NotAllowed):
        count(by=a_director(a_campus()))
    assert count().state == StopState.HELD
    year = stop.starts.year
    assert people_reached(world.campus, year) == {Audience.PUPILS: 40, Audience.PUBLIC: 25}
    assert people_reached(world.campus, year + 1) == {}
    assert people_reached(a_campus(), year) == {}
    count(version=2, numbers={Audience.PUBLIC: 30})
    assert people_reached(world.campus, year) == {Audience.PUBLIC: 30}
    cancelled = planning.cancel_stop(world.stop(12), reason="Neige", by=world.director, at=world.at)
    with pytest.raises(Refusal, match="annulée"):
        following.count_attendance(cancelled, numbers=numbers, version=2, by=world.director, at=later + 9 * DAY)


def test_the_campus_takes_a_seat_back_says_why_and_the_first_in_line_gets_it(world: World) -> None:
    stop = world.stop(seats=2)
    holder, waiting = world.seat(stop, "a@exemple.fr", 2), world.seat(stop, "b@exemple.fr")
    last = world.seat(stop, "c@exemple.fr", 2)
    asked = world.ask(stop, "d@exemple.fr")
    for who, said in ((a_director(a_campus()), NotAllowed), (world.director, Refusal)):
        with pytest.raises(said):
            registering.withdraw(holder, reason=" ", by=who, at=world.at)
    with pytest.raises(Refusal, match="300"):
        registering.withdraw(holder, reason="x" * 301, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="ni confirmée ni en attente"):
        registering.withdraw(asked, reason="Doublon", by=world.director, at=world.at)
    with pytest.raises(Refusal, match="a commencé"):
        registering.withdraw(holder, reason="Doublon", by=world.director, at=stop.starts_at)
    assert not OutgoingMail.objects.filter(subject__contains="annulée").exists()
    registering.withdraw(holder, reason="Vous avez appelé", by=world.director, at=world.at)
    letter = OutgoingMail.objects.filter(to="a@exemple.fr").latest("pk")
    assert letter.subject.startswith("Inscription annulée par le campus") and letter.is_secret
    assert subjects("b@exemple.fr")[-1] == "Une place s’est libérée"
    states = {each.email: each.state for each in Registration.objects.filter(stop=stop)}
    assert states["a@exemple.fr"] == RegistrationState.CANCELLED
    assert (states["b@exemple.fr"], states["c@exemple.fr"]) == (RegistrationState.CONFIRMED, RegistrationState.WAITING)
    registering.withdraw(last, reason="Salle trop petite", by=world.director, at=world.at)
    with pytest.raises(Refusal, match="ni confirmée ni en attente"):
        registering.withdraw(last, reason="Encore", by=world.director, at=world.at)
    stop.refresh_from_db()
    assert stop.taken == 1 and waiting.pk == stop.registrations.get(state=RegistrationState.CONFIRMED).pk
