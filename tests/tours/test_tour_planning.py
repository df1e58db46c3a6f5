"""Tours and stops: what the actions refuse, what the database forbids, clocks overseas, the order of the stops."""

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.projects.actions import ProjectTerms, enter_project
from cmq.reference.models import Commune
from cmq.tours import ordering, zones
from cmq.tours.actions import planning, registering
from cmq.tours.models import Booking, Stop, StopState, Tour
from tests.factories import a_campus, a_contributor, a_director
from tests.tours.tour_world import AMIENS, ARRAS, LENS, LILLE, World


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_a_tour_is_written_published_and_seen_in_the_feed(world: World) -> None:
    tour = world.tour
    assert (tour.slug, tour.is_published, tour.version) == ("la-table-en-route", False, 1)
    elsewhere, before = a_campus(), feed.public_position()
    with pytest.raises(Refusal, match="déjà une tournée"):
        planning.write_tour(world.campus, title="La  table en route ", summary="Autre.", by=None)
    again = planning.write_tour(elsewhere, title="La table en route", summary="Autre.", by=None)
    assert again.slug == "la-table-en-route-2"
    assert feed.public_position() == before
    with pytest.raises(Refusal, match="Ajoutez une étape"):
        planning.publish_tour(tour, by=world.director)
    world.stop()
    tour = planning.publish_tour(tour, by=world.director)
    assert feed.public_position() > before
    changed = planning.write_tour(
        world.campus, tour=tour, title="Autre titre", summary="S.", version=tour.version, by=world.director
    )
    assert (changed.slug, changed.title) == ("la-table-en-route", "Autre titre")
    assert not planning.publish_tour(tour, is_published=False, by=world.director).is_published


def test_a_tour_belongs_to_a_project_of_its_campus_only(world: World) -> None:
    project = enter_project(world.campus, terms=ProjectTerms("Projet", "O", is_public=True), by=world.director)
    tour = planning.write_tour(world.campus, title="T", summary="S", project=project, by=world.director)
    assert tour.project == project
    with pytest.raises(Refusal, match="ceux du campus"):
        planning.write_tour(a_campus(), title="T", summary="S", project=project, by=None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " "}, "Donnez un titre"),
        ({"title": "x" * 151}, "150"),
        ({"summary": ""}, "Présentez"),
        ({"summary": "x" * 3001}, "3 000"),
    ],
)
def test_what_a_tour_cannot_be(world: World, fields: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        planning.write_tour(world.campus, **{"title": "T", "summary": "S", **fields}, by=world.director)


@pytest.mark.parametrize(
    ("days", "fields", "said"),
    [
        (10, {"ends": dt.time(10)}, "finir après"),
        (10, {"ends": dt.time(9)}, "finir après"),
        (-1, {}, "dans le passé"),
        (1500, {}, "trois ans"),
        (10, {"place": "  "}, "lieu"),
        (10, {"audiences": frozenset()}, "public"),
        (10, {"booking": Booking.OPEN}, "nombre de places"),
        (10, {"capacity": 0}, "au moins une place"),
        (10, {"capacity": 5001}, "5000"),
    ],
)
def test_what_a_stop_cannot_be(world: World, days: int, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        planning.plan_stop(world.tour, terms=world.terms(days, **fields), by=world.director, at=world.at)
    assert not Stop.objects.exists()


def test_a_stop_too_long_is_refused(world: World) -> None:
    last_day = world.today + dt.timedelta(days=30)
    with pytest.raises(Refusal, match="quatorze jours"):
        planning.plan_stop(world.tour, terms=world.terms(last_day=last_day), by=world.director, at=world.at)


def test_two_stops_of_one_tour_are_never_at_one_hour(world: World) -> None:
    world.stop()
    for hours in ((10, 12), (9, 11), (11, 13), (9, 13)):
        with pytest.raises(Refusal, match="Arras"):
            world.stop(commune=LILLE, starts=dt.time(hours[0]), ends=dt.time(hours[1]))
    world.stop(commune=LILLE, starts=dt.time(12), ends=dt.time(13))
    other = planning.write_tour(world.campus, title="Autre", summary="S", by=None)
    planning.plan_stop(other, terms=world.terms(), by=world.director)
    cancelled = planning.cancel_stop(
        Stop.objects.get(tour=world.tour, commune=LILLE), reason="Neige", by=world.director
    )
    assert cancelled.state == StopState.CANCELLED
    world.stop(commune=LILLE, starts=dt.time(12), ends=dt.time(13))


def test_what_the_database_forbids(world: World) -> None:
    stop = world.stop(seats=2)
    other = world.stop(11, LILLE)
    for fields in (
        {"ends_at": stop.starts_at},
        {"place": ""},
        {"capacity": None},
        {"taken": 3},
        {"state": StopState.CANCELLED, "reason": ""},
        {"starts_at": other.starts_at, "ends_at": other.ends_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Stop.objects.filter(pk=stop.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tour.objects.filter(pk=world.tour.pk).update(title="")


def test_a_stranger_changes_nothing(world: World) -> None:
    stop, stranger = world.stop(), a_director(a_campus())
    for act in (
        lambda: planning.write_tour(world.campus, title="T", summary="S", by=stranger),
        lambda: planning.write_tour(world.campus, tour=world.tour, title="T", summary="S", version=1, by=stranger),
        lambda: planning.publish_tour(world.tour, by=stranger),
        lambda: planning.plan_stop(world.tour, terms=world.terms(20), by=stranger),
        lambda: planning.change_stop(stop, terms=world.terms(20), version=1, by=stranger),
        lambda: planning.cancel_stop(stop, reason="R", by=stranger),
        lambda: planning.apply_order(world.tour, seen=[stop.pk], wanted=[stop.pk], by=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert planning.publish_tour(world.tour, by=a_contributor(world.campus)).is_published


def test_what_was_seen_must_still_stand(world: World) -> None:
    stop = world.stop()
    planning.change_stop(stop, terms=world.terms(12), version=1, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="entre-temps"):
        planning.change_stop(stop, terms=world.terms(13), version=1, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="entre-temps"):
        planning.write_tour(world.campus, tour=world.tour, title="T", summary="S", version=7, by=world.director)


def test_a_stop_that_moves_or_is_cancelled_tells_who_is_registered(world: World) -> None:
    stop = world.stop(seats=3)
    world.seat(stop, seats=2)
    terms = world.terms(12, booking=Booking.OPEN, capacity=3)
    stop = planning.change_stop(stop, terms=terms, version=1, by=world.director, at=world.at)
    assert OutgoingMail.objects.filter(subject__startswith="Changement").count() == 1
    with pytest.raises(Refusal, match="2 places sont déjà prises"):
        fewer = world.terms(12, booking=Booking.OPEN, capacity=1)
        planning.change_stop(stop, terms=fewer, version=2, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="fermez les inscriptions"):
        planning.change_stop(stop, terms=world.terms(12), version=2, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="sont inscrites"):
        planning.publish_tour(world.tour, is_published=False, by=world.director)
    for reason, said in (("", "pourquoi"), ("x" * 301, "300")):
        with pytest.raises(Refusal, match=said):
            planning.cancel_stop(stop, reason=reason, by=world.director, at=world.at)
    planning.cancel_stop(stop, reason="Véhicule en panne", by=world.director, at=world.at)
    assert OutgoingMail.objects.get(subject__startswith="Annulé").to == "camille@exemple.fr"
    with pytest.raises(Refusal, match="prévue"):
        planning.cancel_stop(stop, reason="Encore", by=world.director, at=world.at)
    with pytest.raises(Refusal, match="prévue"):
        planning.change_stop(stop, terms=terms, version=3, by=world.director, at=world.at)


@pytest.mark.parametrize(
    ("code", "hour"),
    [
        ("62041", 8),  # Arras, in summer
        ("97411", 6),  # Saint-Denis de La Réunion
        ("97105", 14),  # Basse-Terre
        ("97209", 14),  # Fort-de-France
        ("97302", 13),  # Cayenne
        ("97608", 7),  # Mamoudzou
        ("97502", 12),  # Saint-Pierre, which has a summer time
        ("98735", 20),  # Papeete, or its like in the same zone
        ("98818", 23),  # Nouméa, the day before
    ],
)
def test_ten_in_the_morning_is_ten_on_the_clocks_of_the_place(world: World, code: str, hour: int) -> None:
    terms = world.terms(commune=ARRAS, place="x")
    object.__setattr__(terms, "commune", Commune.objects.get(insee_code=code))
    object.__setattr__(terms, "day", dt.date(2026, 7, 1))
    assert terms.starts_at.hour == hour
    stop = Stop(tour=world.tour, commune=terms.commune, starts_at=terms.starts_at, ends_at=terms.ends_at)
    assert (stop.starts.date(), stop.starts.hour) == (dt.date(2026, 7, 1), 10)


def test_every_commune_overseas_has_a_zone_of_its_own(db: None) -> None:
    """But Clipperton, where nobody lives."""
    for commune in (
        Commune.objects.filter(insee_code__startswith="9").exclude(insee_code__lt="97").exclude(insee_code="98901")
    ):
        assert not zones.is_paris_time(zones.zone_of(commune)), commune
    named = dict(Commune.objects.filter(pk__in=zones._BY_COMMUNE).values_list("pk", "name"))
    assert set(named) == set(zones._BY_COMMUNE)
    assert named["98719"] == "Gambier"
    assert {named[code] for code in named if code != "98719"} == {
        "Fatu-Hiva", "Hiva-Oa", "Nuku-Hiva", "Tahuata", "Ua-Huka", "Ua-Pou",
    }  # fmt: skip


def test_a_shorter_way_is_suggested_and_applied_only_on_demand(world: World) -> None:
    stops = [world.stop(10 + at, code, starts=dt.time(9 + at)) for at, code in enumerate((LILLE, AMIENS, LENS))]
    suggestion = ordering.suggest(list(world.tour.stops.select_related("commune")))
    assert suggestion is not None
    assert [stop.commune_id for stop in suggestion.wanted] == [LILLE, LENS, AMIENS]
    assert suggestion.saved > 20
    seen, wanted = ([stop.pk for stop in order] for order in (suggestion.seen, suggestion.wanted))
    before = list(world.tour.stops.values_list("starts_at", flat=True))
    for bad in ([wanted[0]], [*wanted[:2], 0], [wanted[0], wanted[1], wanted[1]]):
        with pytest.raises(Refusal, match="mêmes étapes"):
            planning.apply_order(world.tour, seen=seen, wanted=bad, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="entre-temps"):
        planning.apply_order(world.tour, seen=wanted, wanted=seen, by=world.director, at=world.at)
    planning.apply_order(world.tour, seen=seen, wanted=wanted, by=world.director, at=world.at)
    after = world.tour.stops.order_by("starts_at")
    assert [stop.commune_id for stop in after] == [LILLE, LENS, AMIENS]
    assert [stop.starts_at for stop in after] == before
    assert ordering.suggest(list(after.select_related("commune"))) is None
    assert Change.objects.filter(act="tours.apply_order").count() == 1
    assert stops[0].pk == seen[0]


def test_stops_with_registered_people_are_not_moved_by_a_suggestion(world: World) -> None:
    stops = [world.stop(10 + at, code, seats=3) for at, code in enumerate((LILLE, AMIENS, LENS))]
    world.seat(stops[0])
    world.seat(stops[1])
    keys = [stop.pk for stop in stops]
    with pytest.raises(Refusal, match="à la main"):
        planning.apply_order(world.tour, seen=keys, wanted=[keys[0], keys[2], keys[1]], by=world.director, at=world.at)
    registering.cancel(stops[1].registrations.get().token, at=world.at)
    planning.apply_order(world.tour, seen=keys, wanted=[keys[0], keys[2], keys[1]], by=world.director, at=world.at)
    assert [stop.commune_id for stop in world.tour.stops.all()] == [LILLE, LENS, AMIENS]


points = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=12)


@settings(max_examples=30)
@given(points)
def test_a_suggested_way_passes_everywhere_once_and_is_never_longer(places: list[tuple[int, int]]) -> None:
    table = [[abs(a - c) + abs(b - d) for c, d in places] for a, b in places]
    way = ordering.shortest(table)
    assert way[0] == 0
    assert sorted(way) == list(range(len(places)))
    assert ordering.length(table, way) <= ordering.length(table, range(len(places)))
    assert way == ordering.shortest(table)


def test_above_seven_stops_the_way_is_close_to_the_best() -> None:
    places = [(0, 0), (9, 1), (1, 8), (8, 8), (4, 4), (7, 2), (2, 5), (5, 9)]
    table = [[((a - c) ** 2 + (b - d) ** 2) ** 0.5 for c, d in places] for a, b in places]
    best = min(ordering.length(table, [0, *rest]) for rest in permutations(range(1, 8)))
    assert ordering.length(table, ordering.shortest(table)) <= best * 1.05
