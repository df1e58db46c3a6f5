"""The tours of a campus in the workspace: forms, refusals in French, strangers, numbers of queries."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmq.core.errors import Refusal
from cmq.tours.models import Registration, RegistrationState, Stop, StopState, Tour
from tests.factories import a_campus, a_contributor
from tests.tours.tour_world import AMIENS, LENS, LILLE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def director(client: Client, world: World) -> Client:
    client.force_login(world.director, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, world: World, *more: object) -> str:
    return reverse(name, args=[world.campus.slug, *more])


def a_form(world: World, **fields: Any) -> dict[str, Any]:
    day = world.today + dt.timedelta(days=20)
    return {
        "day": day.isoformat(),
        "starts": "09:30",
        "ends": "12:00",
        "commune": "Arras 62",
        "place": "Salle des fêtes",
        "audiences": ["grand_public", "eleves"],
        "booking": "ouverte",
        "capacity": "30",
        **fields,
    }


def test_a_tour_is_made_planned_and_published_from_the_pages(director: Client, world: World) -> None:
    answer = director.post(url("tour_new", world), {"title": "Le goût voyage", "summary": "Un camion."})
    tour = Tour.objects.get(title="Le goût voyage")
    assert answer["Location"] == url("tour", world, tour.pk)
    answer = director.post(url("tour_publish", world, tour.pk), follow=True)
    assert "Ajoutez une étape avant" in answer.content.decode()
    director.post(url("tour_stop_new", world, tour.pk), a_form(world))
    stop = Stop.objects.get()
    assert (stop.commune.name, f"{stop.starts:%H:%M}", stop.capacity) == ("Arras", "09:30", 30)
    assert stop.audience_labels == ["Collégiens et lycéens", "Grand public"]
    director.post(url("tour_publish", world, tour.pk))
    tour.refresh_from_db()
    assert tour.is_published
    page = director.get(url("tour", world, tour.pk)).content.decode()
    assert "Arras" in page and "de 9\u00a0h\u00a030 à 12\u00a0h" in page and "<svg" in page
    shown = director.get(url("tour_stop_edit", world, stop.pk)).content.decode()
    assert 'value="Arras 62"' in shown and 'value="09:30"' in shown
    director.post(url("tour_stop_edit", world, stop.pk), a_form(world, place="Halle", version=1))
    stop.refresh_from_db()
    assert (stop.place, stop.version) == ("Halle", 2)
    director.post(url("tour_edit", world, tour.pk), {"title": "Autre", "summary": "S", "version": tour.version})
    director.post(url("tour_stop_cancel", world, stop.pk), {"reason": "Neige"})
    stop.refresh_from_db()
    assert stop.state == StopState.CANCELLED
    assert "Neige" in director.get(url("tour_stop", world, stop.pk)).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"day": "2020-01-01"}, "dans le passé"),
        ({"day": "demain"}, "date"),
        ({"ends": "09:00"}, "finir après"),
        ({"capacity": ""}, "nombre de places"),
        ({"capacity": "-3"}, "supérieure ou égale à 1"),
        ({"commune": "Xyzzyville"}, "Aucune commune"),
        ({"audiences": []}, "obligatoire"),
        ({"booking": "peut-etre"}, "peut-etre"),
    ],
)
def test_what_cannot_be_is_said_in_french_and_nothing_typed_is_lost(
    director: Client, world: World, fields: dict[str, Any], said: str
) -> None:
    answer = director.post(url("tour_stop_new", world, world.tour.pk), a_form(world, place="La Halle", **fields))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page and "La Halle" in page
    assert not Stop.objects.exists()


def test_two_stops_at_one_hour_are_refused_on_the_page(director: Client, world: World) -> None:
    director.post(url("tour_stop_new", world, world.tour.pk), a_form(world))
    answer = director.post(url("tour_stop_new", world, world.tour.pk), a_form(world, commune="Lens 62"))
    assert answer.status_code == 422
    assert "à deux endroits à la même heure" in answer.content.decode()


def test_a_suggested_order_is_applied_by_its_button(director: Client, world: World) -> None:
    for at, code in enumerate((LILLE, AMIENS, LENS)):
        world.stop(10 + at, code)
    answer = director.get(url("tour", world, world.tour.pk))
    assert "Appliquer cet ordre" in answer.content.decode()
    sent = {"vu": answer.context["seen"], "voulu": answer.context["wanted"]}
    bad = director.post(url("tour_order", world, world.tour.pk), {"vu": "x", "voulu": "1,2"}, follow=True)
    assert "rechargez-la" in bad.content.decode()
    director.post(url("tour_order", world, world.tour.pk), sent)
    assert list(world.tour.stops.values_list("commune", flat=True)) == [LILLE, LENS, AMIENS]


def test_who_registered_is_listed_and_downloaded_by_the_campus_only(director: Client, world: World) -> None:
    stop = world.stop(seats=1)
    world.seat(stop)
    waiting = world.seat(stop, "b@exemple.fr")
    Registration.objects.filter(pk=waiting.pk).update(name="=cmd()")
    page = director.get(url("tour_stop", world, stop.pk)).content.decode()
    assert "camille@exemple.fr" in page and "1 place prise sur 1, 1 sur liste d’attente" in page
    answer = director.get(url("tour_registrations_csv", world, stop.pk))
    assert answer["Cache-Control"] == "no-store"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "nom;adresse;public;places;etat;demandee_le"
    assert lines[1].startswith("Camille Exemple;camille@exemple.fr;Grand public;1;Confirmée;")
    assert lines[2].startswith("'=cmd()")
    client = Client()
    client.force_login(a_contributor(a_campus()), backend="django.contrib.auth.backends.ModelBackend")
    for name in ("tour_stop", "tour_registrations_csv", "tour_stop_edit", "tour_attendance"):
        assert client.get(url(name, world, stop.pk)).status_code == 404


def test_a_tour_or_stop_of_another_campus_is_not_found(director: Client, world: World) -> None:
    other = World()
    stop = other.stop()
    assert director.get(url("tour", world, other.tour.pk)).status_code == 404
    assert director.post(url("tour_publish", world, other.tour.pk)).status_code == 404
    assert director.get(url("tour_stop", world, stop.pk)).status_code == 404


def test_presences_are_counted_once_the_stop_has_begun(director: Client, world: World) -> None:
    stop = world.stop()
    sent = {"version": 1, "grand_public": "25", "eleves": ""}
    answer = director.post(url("tour_attendance", world, stop.pk), sent)
    assert answer.status_code == 422 and "pas encore commencé" in answer.content.decode()
    Stop.objects.update(starts_at=world.at - dt.timedelta(hours=2), ends_at=world.at - dt.timedelta(hours=1))
    answer = director.post(url("tour_attendance", world, stop.pk), {**sent, "eleves": "-1"})
    assert answer.status_code == 422
    director.post(url("tour_attendance", world, stop.pk), sent)
    stop.refresh_from_db()
    assert stop.state == StopState.HELD
    assert "Grand public : 25" in director.get(url("tours", world)).content.decode()


def test_lists_ask_the_same_number_of_questions_whatever_they_hold(director: Client, world: World) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert director.get(address).status_code == 200
        return len(asked)

    stop = world.stop(seats=9)
    world.seat(stop)
    addresses = [url("tours", world), url("tour", world, world.tour.pk), url("tour_stop", world, stop.pk)]
    one = [cost(address) for address in addresses]
    for number in range(2):
        world.stop(12 + number, LENS)
        world.seat(stop, f"p{number}@exemple.fr")
        Tour.objects.create(
            campus=world.campus, slug=f"t{number}", title=f"T{number}", summary="S", created_at=world.at
        )
    assert Registration.objects.filter(state=RegistrationState.CONFIRMED).count() == 3
    assert [cost(address) for address in addresses] == one


def test_a_registration_is_taken_back_from_its_page(director: Client, world: World) -> None:
    stop = world.stop(seats=1)
    holder, waiting = world.seat(stop), world.seat(stop, "b@exemple.fr")
    link = url("tour_registration_withdraw", world, stop.pk, holder.pk)
    assert link in director.get(url("tour_stop", world, stop.pk)).content.decode()
    refused = director.post(link, {"reason": " "})
    assert refused.status_code == 422 and "obligatoire" in refused.content.decode()
    answer = director.post(link, {"reason": "Vous avez appelé"}, follow=True)
    assert "La personne est prévenue" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == RegistrationState.CONFIRMED
    assert director.get(link).status_code == 404
    elsewhere = world.stop(12, LENS, seats=1)
    assert director.get(url("tour_registration_withdraw", world, elsewhere.pk, waiting.pk)).status_code == 404


def test_a_title_that_the_campus_has_already_is_refused_on_the_page(director: Client, world: World) -> None:
    answer = director.post(url("tour_new", world), {"title": " La table  en route", "summary": "Un camion."})
    assert answer.status_code == 422 and "déjà une tournée" in answer.content.decode()
    assert Tour.objects.count() == 1


@pytest.mark.parametrize(("name", "length"), [("place", 151), ("address", 251), ("description", 2001)])
def test_what_is_too_long_is_said_not_cut(world: World, name: str, length: int) -> None:
    with pytest.raises(Refusal, match=f"dépasse {length - 1} caractères"):
        world.stop(**{name: "x" * length})
