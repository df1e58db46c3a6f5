"""Public pages in memory: fast for visitors, never stale, never somebody else's."""

import gzip
import re
import time

import pytest
from django.test import Client

from cmq.campuses.actions import state_fact
from cmq.campuses.models import CampusField
from cmq.web import page_cache
from tests.factories import a_campus, a_contributor, a_director, a_keeper

pytestmark = pytest.mark.django_db


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.fixture(autouse=True)
def _always_look_at_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)


def test_the_second_visitor_costs_one_query(client: Client, django_assert_num_queries: object) -> None:
    campus = a_campus()
    first = client.get(campus.get_absolute_url())
    with django_assert_num_queries(1):
        second = client.get(campus.get_absolute_url())
    assert second.content == first.content
    assert second["Content-Security-Policy"]


def test_a_change_of_the_register_shows_at_once(client: Client) -> None:
    campus = a_campus()
    assert b"ZZTOP" not in client.get(campus.get_absolute_url()).content
    state_fact(campus, field=CampusField.ACRONYM, value="ZZTOP")
    assert b"ZZTOP" in client.get(campus.get_absolute_url()).content


def test_between_two_looks_the_page_is_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most a quarter of a second of age: with the look far away, the old page is still served."""
    assert page_cache.shelf.looked_at == float("-inf")
    campus = a_campus()
    client.get(campus.get_absolute_url())
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 3600)
    state_fact(campus, field=CampusField.ACRONYM, value="ZZTOP")
    assert b"ZZTOP" not in client.get(campus.get_absolute_url()).content


def test_a_browser_that_has_the_page_gets_304(client: Client) -> None:
    first = client.get("/")
    again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert client.get("/", headers={"if-none-match": '"autre"'}).status_code == 200


def test_proxies_may_keep_it_and_must_ask_again(client: Client) -> None:
    assert client.get("/")["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_shared_cache_answers_by_itself_when_the_site_says_so(client: Client, settings: object) -> None:
    settings.SHARED_CACHE_SECONDS = 60
    first = client.get("/")
    assert first["Cache-Control"] == "public, max-age=0, s-maxage=60, must-revalidate"
    again = client.get("/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, first["Cache-Control"])
    assert "s-maxage=60" in client.get("/api/v1/campus")["Cache-Control"]


def test_a_shared_cache_keeps_nothing_beyond_its_time(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SHARED_CACHE_SECONDS = 60
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    assert "s-maxage=20," in page_cache.cache_control(until=1020.5)
    assert page_cache.cache_control(until=999.0) == "public, max-age=0, must-revalidate"


def test_what_is_somebodys_is_kept_by_no_shared_cache(client: Client, settings: object, db: None) -> None:
    settings.SHARED_CACHE_SECONDS = 60
    client.force_login(a_keeper())
    for path in ("/", "/espace/"):
        assert client.get(path)["Cache-Control"] == "private, no-store", path


def test_compressed_for_those_who_can_read_it(client: Client) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert small["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in small["Vary"]


def test_a_logged_in_person_s_page_is_theirs_alone(client: Client) -> None:
    campus = a_campus()
    visitor = Client()
    person = a_director(campus)
    client.force_login(person)
    mine = client.get("/")
    assert person.name in mine.content.decode()
    assert mine["Cache-Control"] == "private, no-store"
    assert person.name not in visitor.get("/").content.decode()
    assert person.name in client.get("/").content.decode()


def test_a_logged_in_person_costs_who_they_are_and_no_more(
    client: Client, django_assert_max_num_queries: object
) -> None:
    campus = a_campus()
    one, other = a_director(campus), a_contributor(campus)
    client.force_login(one)
    whole = client.get(campus.get_absolute_url()).content.decode()
    client.force_login(other)
    with django_assert_max_num_queries(3):
        kept = client.get(campus.get_absolute_url()).content.decode()
    assert one.name in whole and one.name not in kept
    assert other.name in kept
    assert "<!--cmq:" not in whole + kept
    assert without_tokens(kept).replace(other.name, one.name) == without_tokens(whole)


def test_a_change_shows_at_once_to_those_who_are_logged_in(client: Client) -> None:
    campus = a_campus()
    client.force_login(a_director(campus))
    assert b"ZZTOP" not in client.get(campus.get_absolute_url()).content
    state_fact(campus, field=CampusField.ACRONYM, value="ZZTOP")
    assert b"ZZTOP" in client.get(campus.get_absolute_url()).content


def test_a_message_reaches_the_one_it_is_for(client: Client) -> None:
    """After log-out a message goes along to a public page that is kept for everyone."""
    client.get("/")
    client.force_login(a_director(a_campus()))
    told = client.post("/compte/deconnexion/", follow=True)
    assert told.redirect_chain[-1][0] == "/"
    assert "fr-alert" in told.content.decode()
    assert "fr-alert" not in client.get("/").content.decode()
    assert "fr-alert" not in Client().get("/").content.decode()


@pytest.mark.parametrize("path", ["/campus/?region=nulle-part", "/campus/nulle-part/", "/campus/?page=99999"])
def test_pages_of_errors_are_whole_too(client: Client, path: str) -> None:
    person = a_director(a_campus())
    assert "<!--cmq:" not in client.get(path).content.decode()
    client.force_login(person)
    page = client.get(path).content.decode()
    assert "<!--cmq:" not in page
    assert person.name in page


def test_pages_that_do_not_exist_are_not_kept(client: Client) -> None:
    assert client.get("/campus/plus-tard/").status_code == 404
    a_campus("Plus tard")
    assert client.get("/campus/plus-tard/").status_code == 200


def test_the_memory_is_bounded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MAX_BYTES", 300_000)
    for number in range(60):
        client.get(f"/campus/?q=mot{number}")
    assert 0 < page_cache.shelf.size <= 300_000
    assert page_cache.shelf.size == sum(len(page.body) for page in page_cache.shelf.pages.values())


def test_another_host_s_page_is_another_page(client: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "autre.example.org"]
    client.get("/")
    client.get("/", headers={"host": "autre.example.org"})
    assert len(page_cache.shelf.pages) == 2
    assert client.get("/", headers={"host": "pirate.example.org"}).status_code == 400
    assert len(page_cache.shelf.pages) == 2
