"""Who asks too much is told when to come back; who shares a line with them, or is logged in, is not."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from cmq.core import rates
from cmq.web.callers import address_of
from cmq.web.rate_limits import KINDS
from tests.factories import a_person

pytestmark = pytest.mark.django_db
SOMEBODY, ELSEWHERE = "203.0.113.9", "203.0.113.10"


@pytest.fixture(autouse=True)
def _small(settings: Any) -> None:
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (3, 2))


def statuses(client: Client, path: str, times: int, **said: Any) -> list[int]:
    return [client.get(path, **{"REMOTE_ADDR": SOMEBODY, **said}).status_code for _ in range(times)]


def test_an_address_that_asks_too_much_is_told_when_to_come_back(client: Client) -> None:
    assert statuses(client, "/nulle-part/", 4) == [404] * 3 + [429]
    refused = client.get("/lettre/recue/", REMOTE_ADDR=SOMEBODY)
    assert refused.status_code == 429 and "Trop de demandes" in refused.content.decode()
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Policy"] == '"minute";q=3;w=60' and refused["RateLimit"].startswith('"minute";r=0;t=')
    assert refused["Cache-Control"] == "no-store" and refused["Content-Security-Policy"]
    assert statuses(client, "/nulle-part/", 1, REMOTE_ADDR=ELSEWHERE) == [404]
    assert statuses(client, "/nulle-part.csv", 1) == [404], "a file is another kind"


def test_a_person_has_a_count_of_their_own_wherever_they_are(client: Client) -> None:
    statuses(Client(), "/nulle-part/", 4)
    client.force_login(a_person())
    assert statuses(client, "/nulle-part/", 2) == [404, 404]
    assert statuses(client, "/nulle-part/", 1, REMOTE_ADDR=ELSEWHERE) == [429]
    other = Client()
    other.force_login(a_person())
    assert statuses(other, "/nulle-part/", 1) == [404]


def test_a_false_session_is_nobody(client: Client) -> None:
    client.cookies["sessionid"] = "a" * 32
    assert statuses(client, "/nulle-part/", 4) == [404] * 3 + [429]


def test_pages_kept_in_memory_are_served_all_the_same(client: Client) -> None:
    assert statuses(client, "/a-propos/", 1) == [200]
    statuses(client, "/nulle-part/", 3)
    assert statuses(client, "/nulle-part/", 1) == [429] and statuses(client, "/a-propos/", 5) == [200] * 5


def test_log_in_is_counted_before_any_password_is_looked_at(client: Client) -> None:
    sent = {"login": "a@exemple.fr", "password": "rien"}
    answers = [client.post("/compte/connexion/", sent, REMOTE_ADDR=SOMEBODY).status_code for _ in range(4)]
    assert answers[3] == 429 and 429 not in answers[:3]


def test_the_machine_itself_is_not_counted_nor_a_line_that_nobody_tells(client: Client, settings: Any) -> None:
    assert statuses(client, "/nulle-part/", 5, REMOTE_ADDR="127.0.0.1") == [404] * 5
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert statuses(client, "/nulle-part/", 5) == [404] * 5, "a declared proxy that tells no address hides everyone"


def test_a_limit_of_nought_is_none(client: Client, settings: Any) -> None:
    settings.LIMITS = {**settings.LIMITS, "pages": (0, 0)}
    assert statuses(client, "/nulle-part/", 5) == [404] * 5


@pytest.mark.parametrize(
    ("proxies", "told", "address"),
    [
        (0, "198.51.100.1", "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1, 198.51.100.1", "198.51.100.1"),
        (2, "127.0.0.1, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "n’importe quoi", ""),
        (1, "", ""),
    ],
)
def test_the_address_is_what_the_declared_proxies_say(proxies: int, told: str, address: str, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=SOMEBODY, headers={"X-Forwarded-For": told} if told else {})
    assert address_of(request) == address


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("get", "/", "pages"),
        ("get", "/articles/images/3-640.webp", "pages"),
        ("get", "/sitemap.xml", "pages"),
        ("get", "/recherche/", "search"),
        ("get", "/recherche/suggestions.json", "search"),
        ("get", "/communes.json", "search"),
        ("get", "/espace/campus/un-campus/membres/chercher/", "search"),
        ("get", "/donnees/campus.parquet", "files"),
        ("get", "/donnees/campus.csv.gz", "files"),
        ("get", "/espace/telechargement/eyJ:1x:y/", "files"),
        ("get", "/espace/echeances.csv", "files"),
        ("post", "/compte/connexion/", "login"),
        ("post", "/compte/mot-de-passe/oublie/", "login"),
        ("post", "/espace/invitation/abc/", "login"),
        ("post", "/technique/login/", "login"),
        ("post", "/rapports-csp/", "reports"),
        ("post", "/lettre/", "forms"),
        ("delete", "/lettre/", "forms"),
    ],
)
def test_the_kind_of_a_request(method: str, path: str, kind: str) -> None:
    request = getattr(RequestFactory(), method)(path, content_type="application/x-www-form-urlencoded")
    assert next(each.name for each in KINDS if each.fits(request)) == kind


def test_a_form_with_a_file_is_a_sending() -> None:
    request = RequestFactory().post("/label/verifier/", {"a": "b"})
    assert next(each.name for each in KINDS if each.fits(request)) == "uploads"


def test_processes_count_together_and_ask_rarely(django_assert_num_queries: Any) -> None:
    """Of a large limit each process keeps some calls to itself; what all allow is over it by a step each at most."""
    processes = [rates._Held(), rates._Held()]
    allowed, asked = 0, []
    count = rates._count
    for turn in range(200):
        rates.held = processes[turn % 2]
        rates._count = lambda *said: asked.append(said) or count(*said)
        try:
            allowed += not rates.hit("a", limit=100, step=10, at=60).is_over
        finally:
            rates._count = count
    assert 100 <= allowed <= 120
    assert len(asked) == 20
    with django_assert_num_queries(0):
        assert not rates.hit("b", limit=100, step=10, at=60).is_over


def test_what_a_process_holds_is_bounded_and_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_MOST_HELD", 100)
    for number in range(250):
        rates.hit(f"k{number}", limit=100, step=10, at=60)
    assert len(rates.held.own) <= 100
    assert [rates.hit("k", limit=100, step=10, at=at).number for at in (60, 61, 120)] == [1, 2, 1]
