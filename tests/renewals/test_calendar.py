"""The private calendar: whole days that keep their names, for one person, at an address that can be closed."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from cmq.accounts.models import User
from cmq.core.days import years_after
from cmq.core.errors import Refusal
from cmq.core.models import Change
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.renewals import actions
from cmq.renewals.calendar import calendar_of
from cmq.renewals.models import CalendarAddress
from tests.factories import a_campus, a_director, a_keeper, a_person, an_origin
from tests.procedure.world import START, World, a_world

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 1, 10)


def events(person: User, *, on: dt.date = ON) -> dict[str, tuple[dt.date, str]]:
    """UID → day and summary."""
    content = calendar_of(person, on=on, at=dt.datetime(2026, 1, 10, 7, tzinfo=dt.UTC))
    calendar = Calendar.from_ical(content)
    found = {}
    for event in calendar.walk("VEVENT"):
        assert type(event["dtstart"].dt) is dt.date
        assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(days=1)
        assert event["uid"] not in found
        found[str(event["uid"])] = (event["dtstart"].dt, str(event["summary"]))
    return found


@pytest.fixture
def world(settings: object) -> World:
    settings.SITE_URL = "https://registre.exemple.fr"
    world = a_world()
    terms = Terms(duration_years=5)
    record_decision(
        campus=world.campus,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2022, 1, 1),
        terms=terms,
        origin=an_origin(),
    )
    return world


def test_a_director_has_the_end_the_marks_and_the_dates_to_ask(world: World) -> None:
    decision = world.campus.decisions.get()
    found = events(world.director)
    name = f"label-{decision.pk}"
    assert found[f"{name}-fin@registre.exemple.fr"] == (dt.date(2026, 12, 31), f"Fin du label – {world.campus}")
    assert found[f"{name}-m-6@registre.exemple.fr"] == (dt.date(2026, 6, 30), f"M-6 – {world.campus}")
    assert found[f"{name}-j-7@registre.exemple.fr"][0] == dt.date(2026, 12, 24)
    assert sum(uid.startswith(name) for uid in found) == 7
    phases = {uid for uid in found if uid.startswith("campagne-")}
    assert phases == {
        f"campagne-{world.campaign.pk}-{phase}@registre.exemple.fr" for phase in ("annonce", "depot", "publication")
    }


def test_the_secretariat_has_the_country_the_near_marks_and_every_phase(world: World) -> None:
    found = events(world.secretary)
    assert sum(uid.startswith("label-") for uid in found) == 5
    assert sum(uid.startswith("campagne-") for uid in found) == 8


def test_a_stranger_has_nothing_and_a_keeper_no_campaign(world: World) -> None:
    assert events(a_person()) == {}
    assert not [uid for uid in events(a_keeper()) if uid.startswith("campagne-")]
    assert not [uid for uid in events(a_director(a_campus())) if uid.startswith("label-")]


def test_an_event_moves_under_the_same_name(world: World) -> None:
    before = events(world.director)
    record_decision(
        campus=world.campus,
        kind=DecisionKind.EXTENDED,
        decided_on=PartialDate(2026, 1, 5),
        terms=Terms(ends_on=PartialDate(2027, 6, 30), act="Arrêté"),
        origin=an_origin(),
    )
    after = events(world.director)
    assert set(before) == set(after)
    assert {day for day, _ in after.values()} != {day for day, _ in before.values()}
    record_decision(
        campus=world.campus, kind=DecisionKind.NOT_RENEWED, decided_on=PartialDate(2026, 1, 6), origin=an_origin()
    )
    assert [uid for uid in events(world.director) if uid.startswith("label-")] == [
        uid for uid in before if uid.endswith("-fin@registre.exemple.fr")
    ]


def test_the_text_is_a_calendar_of_the_standard(world: World) -> None:
    content = calendar_of(world.director, on=ON, at=START)
    text = content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "VTIMEZONE" not in text and "DTSTART;VALUE=DATE:20261231" in text
    calendar = Calendar.from_ical(content)
    assert calendar["version"] == "2.0" and calendar["method"] == "PUBLISH" and calendar["prodid"]
    assert all(event["dtstamp"].dt.tzinfo is not None for event in calendar.walk("VEVENT"))


# --- the address --------------------------------------------------------------------------------------------------


def feed(token: str) -> str:
    return reverse("calendar_feed", args=[token])


def test_an_address_is_made_kept_as_a_digest_replaced_and_closed() -> None:
    person = a_person()
    first = actions.make_address(by=person)
    assert first not in str(CalendarAddress.objects.values().get())
    assert actions.find_reader(first) == person
    second = actions.make_address(by=person)
    assert actions.find_reader(first) is None and actions.find_reader(second) == person
    actions.revoke_address(by=person)
    assert actions.find_reader(second) is None
    with pytest.raises(Refusal, match="pas d’adresse"):
        actions.revoke_address(by=person)
    lines = Change.objects.filter(act__startswith="renewals.")
    assert lines.count() == 3
    for line in lines:
        assert line.is_private and first not in str(line.__dict__) and second not in str(line.__dict__)


def test_the_feed_is_served_without_log_in_and_without_cache() -> None:
    campus, today = a_campus(), timezone.localdate()
    person = a_director(campus)
    record_decision(
        campus=campus,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate.of(years_after(today, -4)),
        terms=Terms(duration_years=5),
        origin=an_origin(),
    )
    token = actions.make_address(by=person)
    answer = Client().get(feed(token))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store" and answer["X-Robots-Tag"] == "noindex"
    assert f"Fin du label – {campus}" in Calendar.from_ical(answer.content).walk("VEVENT")[0]["summary"]
    assert Client().head(feed(token)).status_code == 200
    assert Client().post(feed(token)).status_code == 405


def test_a_wrong_closed_or_orphaned_address_is_nowhere() -> None:
    person = a_person()
    token = actions.make_address(by=person)
    for wrong in ("x", token[:-1], token.upper(), CalendarAddress.objects.get().token_digest, "é" * 40):
        assert Client().get(feed(wrong)).status_code == 404, wrong
    User.objects.update(is_active=False)
    assert Client().get(feed(token)).status_code == 404


def test_my_page_shows_the_address_once() -> None:
    client, url = Client(), reverse("espace_calendar")
    person = a_person()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "Créer mon adresse" in client.get(url).content.decode()
    made = client.post(url, {"act": "make"}).content.decode()
    link = made.partition('value="http')[2].partition('"')[0]
    token = link.rpartition("/")[2].removesuffix(".ics")
    assert actions.find_reader(token) == person
    again = client.get(url).content.decode()
    assert token not in again and "Remplacer mon adresse" in again
    closed = client.post(url, {"act": "close"}).content.decode()
    assert "Votre adresse est fermée" in closed and actions.find_reader(token) is None
    twice = client.post(url, {"act": "close"})
    assert twice.status_code == 422 and "pas d’adresse d’agenda" in twice.content.decode()
    assert client.post(url, {"act": "n-importe-quoi"}).status_code == 422
