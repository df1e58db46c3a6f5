"""The agenda, tours and stops for everyone: choices, calendars, posters, and the registration of a visitor."""

import datetime as dt
import io
import json
import re
import time
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader

from cmq.core.models import OutgoingMail
from cmq.tours.actions import planning
from cmq.tours.models import Audience, Registration, RegistrationState, Stop, StopState, Tour
from cmq.web import page_cache
from cmq.web.public import guard
from tests.answers import without_its_own
from tests.factories import a_campus
from tests.tours.tour_world import ARRAS, LENS, LILLE, World

pytestmark = pytest.mark.django_db
REUNION = "97411"


@pytest.fixture
def world() -> World:
    cache.clear()
    return World(a_campus(filiere="services-a-la-personne-bien-etre"))


def text_of(client: Client, path: str, *, status: int = 200) -> str:
    page_cache.shelf = page_cache._Shelf()
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def sent(client: Client, stop: Stop, *, age: int = 60, **fields: Any) -> Any:
    """Post the form as a page opened `age` seconds ago would."""
    opened = signing.dumps(time.time() - age, salt=guard.SALT)
    data = {"name": "Camille", "email": "camille@exemple.fr", "audience": "grand_public", "seats": "2"}
    return client.post(f"{stop.get_absolute_url()}inscription/", {**data, "opened": opened, **fields})


def test_what_is_not_published_is_nowhere(client: Client, world: World) -> None:
    stop = world.stop()
    assert "La table en route" not in text_of(client, "/agenda/")
    for path in (world.tour.get_absolute_url(), stop.get_absolute_url(), "/agenda/la-table-en-route.ics"):
        text_of(client, path, status=404)
    text_of(client, f"{stop.get_absolute_url()}inscription/", status=404)
    text_of(client, f"{stop.get_absolute_url()}affiche.pdf", status=404)
    assert b"VEVENT" not in client.get(f"/campus/{world.campus.slug}/agenda.ics").content


def test_the_agenda_is_chosen_by_region_filiere_public_days_and_place(client: Client, world: World) -> None:
    world.stop(10, ARRAS, seats=5)
    world.stop(40, REUNION)
    day = world.today + dt.timedelta(days=30)
    for query, arras, reunion in (
        ("", True, True),
        ("region=hauts-de-france", True, False),
        ("region=la-reunion", False, True),
        ("filiere=services-a-la-personne-bien-etre", True, True),
        ("filiere=tourisme-gastronomie", False, False),
        ("public=grand_public", True, True),
        ("public=eleves", False, False),
        (f"du={day}", False, True),
        (f"au={day}", True, False),
        ("lieu=Lens 62", True, False),
        ("lieu=Lille 59&rayon=20", False, False),
    ):
        page = text_of(client, f"/agenda/?{query}")
        assert (">Arras (62)<" in page, ">Saint-Denis (974)<" in page) == (arras, reunion), query
        feed = client.get(f"/agenda.ics?{query}").content.decode()
        assert feed.count("BEGIN:VEVENT") == arras + reunion


@pytest.mark.parametrize(
    "query", ["region=atlantide", "public=martiens", "du=hier", "lieu=Xyzzy", "rayon=3", "filiere=x"]
)
def test_a_choice_without_meaning_is_said(client: Client, world: World, query: str) -> None:
    answer = client.get(f"/agenda/?{query}")
    assert answer.status_code == 400
    assert "Une partie de l’adresse n’a pas de sens" in answer.content.decode()


def test_days_in_the_wrong_order_are_said(client: Client, world: World) -> None:
    assert "avant le premier" in text_of(client, "/agenda/?du=2027-02-01&au=2027-01-01", status=400)


def test_hours_are_those_of_the_place(client: Client, world: World) -> None:
    stop = world.stop(40, REUNION, seats=5)
    page = text_of(client, stop.get_absolute_url())
    assert "de 10\u00a0h à 12\u00a0h (heure locale)" in page
    event = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert event["@type"] == "Event"
    assert event["startDate"].endswith("T10:00:00+04:00")
    for path in (
        "/agenda/la-table-en-route.ics",
        f"/campus/{world.campus.slug}/agenda.ics",
        "/regions/la-reunion/agenda.ics",
    ):
        answer = client.get(path)
        assert answer["Content-Type"].startswith("text/calendar")
        (found,) = Calendar.from_ical(answer.content).walk("VEVENT")
        assert found["DTSTART"].dt == stop.starts_at
        assert found["DTSTART"].dt.hour == 6
    assert b"VEVENT" not in client.get("/regions/bretagne/agenda.ics").content


def test_a_cancelled_stop_says_so_everywhere(client: Client, world: World) -> None:
    stop = world.stop(seats=5)
    planning.cancel_stop(stop, reason="Route coupée", by=world.director, at=world.at)
    page = text_of(client, stop.get_absolute_url())
    assert "Route coupée" in page and "EventCancelled" in page
    assert "Annulée" in text_of(client, "/agenda/")
    assert "STATUS:CANCELLED" in client.get("/agenda.ics").content.decode()
    assert "ne sont pas ouvertes" in text_of(client, f"{stop.get_absolute_url()}inscription/")
    refused = sent(client, stop)
    assert refused.status_code == 422 and "annulée" in refused.content.decode()


def test_the_poster_is_a_tagged_page_that_says_all(client: Client, world: World) -> None:
    stop = world.stop(seats=5, accessibility="Boucle magnétique.", description="mot " * 400 + "# pas *un* titre")
    answer = client.get(f"{stop.get_absolute_url()}affiche.pdf")
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and reader.trailer["/Root"]["/Lang"] == "fr-FR"
    assert "La table en route" in text and "Arras" in text and "Boucle magnétique" in text


@pytest.mark.parametrize("text", ["Les cuisines partagées et leurs jardins nourriciers, ", "Anticonstitutionnellement"])
def test_the_poster_of_long_names_is_one_page_that_says_them(client: Client, world: World, text: str) -> None:
    def long(most: int) -> str:
        return (text * 99)[:most].strip(" ,")

    stop = world.stop(
        seats=5,
        place=long(150),
        address=long(250),
        audiences=frozenset(Audience),
        description=long(2000),
        accessibility=long(1000),
    )
    Tour.objects.update(title=long(150))
    Stop.objects.update(state=StopState.CANCELLED, reason=long(300))
    answer = client.get(f"{stop.get_absolute_url()}affiche.pdf")
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    said = re.sub(r"[\s\u200b]", "", page.extract_text())
    for name in (long(150), long(250), long(300)):
        assert re.sub(r"\s", "", name) in said


def test_nobody_registers_from_a_kept_page_once_the_stop_has_started(client: Client, world: World) -> None:
    stop = world.stop(seats=5)
    person = Client()
    person.force_login(world.director)
    pages = (stop.get_absolute_url(), world.tour.get_absolute_url(), "/agenda/")
    readers = (client, person, client, person)
    begun = timezone.now()
    for reader in readers:
        assert all("5 places libres" in reader.get(page).content.decode() for page in pages)
    # Twice what this machine took to read them all, and the feed says nothing of it: only the clock will.
    starts_at = timezone.now() + 2 * (timezone.now() - begun) + dt.timedelta(seconds=1)
    Stop.objects.update(starts_at=starts_at)
    page_cache.shelf.pages.clear()
    for reader in readers:
        shown = [reader.get(page).content.decode() for page in pages]
        assert "S’inscrire</a>" in shown[0] and all("5 places libres" in page for page in shown)
    kept = page_cache.shelf.pages
    assert kept and all(page.until == starts_at.timestamp() for page in kept.values())
    time.sleep(max(0, (starts_at - timezone.now()).total_seconds()) + 0.05)
    for reader in readers:
        shown = [reader.get(page).content.decode() for page in pages]
        assert "S’inscrire</a>" not in shown[0]
        assert all("Inscriptions closes" in page and "places libres" not in page for page in shown)


def test_a_visitor_registers_confirms_and_gives_the_seats_back(client: Client, world: World) -> None:
    stop = world.stop(seats=2)
    page = text_of(client, stop.get_absolute_url())
    assert "2 places libres sur 2" in page
    assert "Votre nom" in text_of(client, f"{stop.get_absolute_url()}inscription/")
    answer = sent(client, stop)
    assert answer.status_code == 302
    assert "Regardez votre messagerie" in text_of(client, answer["Location"])
    link = re.search(r"/agenda/inscription/[0-9a-f]{64}/", OutgoingMail.objects.get().text)[0]
    shown = client.get(link)
    assert shown["Cache-Control"] == "no-store" and shown["Referrer-Policy"] == "same-origin"
    assert "Confirmer mon inscription" in shown.content.decode()
    assert Registration.objects.get().state == RegistrationState.ASKED
    assert "Confirmée" in client.post(link, {"acte": "confirmer"}, follow=True).content.decode()
    assert "complet" in text_of(client, stop.get_absolute_url())
    assert "Annulée" in client.post(link, {"acte": "annuler"}, follow=True).content.decode()
    assert "2 places libres sur 2" in text_of(client, stop.get_absolute_url())
    text_of(client, f"/agenda/inscription/{'0' * 64}/", status=404)


def test_a_visitor_takes_their_data_and_erases_them(client: Client, world: World) -> None:
    stop = world.stop(seats=2)
    first, waiting = world.seat(stop, email="un@exemple.fr", seats=2), world.seat(stop, email="deux@exemple.fr")
    link = f"/agenda/inscription/{first.token}/"
    told = client.post(link, {"acte": "donnees"})
    assert told["Cache-Control"] == "no-store" and "attachment" in told["Content-Disposition"]
    assert (told.json()["adresse"], told.json()["places"]) == ("un@exemple.fr", 2)
    assert Registration.objects.get(pk=first.pk).name, "to look is not to erase"
    assert "sont effacés" in client.post(link, {"acte": "effacer"}).content.decode()
    first.refresh_from_db()
    waiting.refresh_from_db()
    assert (first.name, first.email, first.state) == ("", "", RegistrationState.CANCELLED)
    assert waiting.state == RegistrationState.CONFIRMED, "who waits comes up"
    assert not OutgoingMail.objects.filter(to="un@exemple.fr").exists()
    text_of(client, link, status=404)


def test_the_answer_is_the_same_for_an_address_that_is_known(client: Client, world: World) -> None:
    stop = world.stop(seats=9)
    new = sent(client, stop)
    world.seat(stop, "autre@exemple.fr")
    known = sent(client, stop, email="autre@exemple.fr")
    assert (new.status_code, new["Location"]) == (known.status_code, known["Location"])
    one, other = (without_its_own(client.get(each["Location"]).content) for each in (new, known))
    assert one == other


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Donnez votre nom"),
        ({"email": ""}, "Donnez votre adresse"),
        ({"email": "camille"}, "adresse"),
        ({"audience": ""}, "obligatoire"),
        ({"seats": "0"}, "supérieure ou égale à 1"),
        ({"seats": "11"}, "inférieure ou égale à 10"),
        ({"age": 1}, "trop vite"),
        ({"opened": "faux"}, "trop longtemps"),
    ],
)
def test_what_cannot_be_is_said_and_kept(client: Client, world: World, fields: dict[str, Any], said: str) -> None:
    answer = sent(client, world.stop(seats=5), **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Registration.objects.exists()


def test_robots_and_insistence_get_nowhere(client: Client, world: World) -> None:
    stop = world.stop(seats=50)
    assert sent(client, stop, site="https://robot.example").status_code == 302
    assert not Registration.objects.exists()
    for number in range(20):
        assert sent(client, stop, email=f"p{number}@exemple.fr").status_code == 302
    assert sent(client, stop, email="p21@exemple.fr").status_code == 429


def test_other_methods_are_refused_and_forms_need_their_page(world: World) -> None:
    stop, client = world.stop(seats=5), Client(enforce_csrf_checks=True)
    link = f"/agenda/inscription/{world.ask(stop).token}/"
    for path in (f"{stop.get_absolute_url()}inscription/", link):
        assert Client().put(path).status_code == 405
        assert client.post(path).status_code == 403
    assert Client().post(f"{stop.get_absolute_url()}inscription/recue/").status_code == 405
    without = world.stop(15)
    assert client.get(f"{without.get_absolute_url()}inscription/").status_code == 404


def test_the_page_of_the_campus_shows_its_next_stops(client: Client, world: World) -> None:
    assert "Où le rencontrer" not in text_of(client, f"/campus/{world.campus.slug}/")
    world.stop(seats=3)
    assert "La table en route à Arras" in text_of(client, f"/campus/{world.campus.slug}/")
    assert "/agenda/la-table-en-route/" in client.get("/sitemap/tournees-1.xml").getvalue().decode()


def test_lists_ask_the_same_number_of_questions_whatever_they_hold(client: Client, world: World) -> None:
    def cost(path: str) -> int:
        page_cache.shelf = page_cache._Shelf()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    stop = world.stop(seats=3)
    slug = world.campus.slug
    paths = ["/agenda/", "/agenda.ics", world.tour.get_absolute_url(), f"/campus/{slug}/", f"/campus/{slug}/agenda.ics"]
    one = [cost(path) for path in [*paths, stop.get_absolute_url()]]
    for days, code in ((11, LENS), (12, LILLE)):
        world.stop(days, code)
    assert [cost(path) for path in [*paths, stop.get_absolute_url()]] == one
