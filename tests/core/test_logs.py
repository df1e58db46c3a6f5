"""No log tells of a person: whatever library writes it, whatever goes wrong, in either format."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.core import mail, retention
from cmq.core.logs import WithoutPersons, told, trace, without_persons
from cmq.core.models import OutgoingMail
from cmq.web.public import home
from tests.cast import PASSWORD
from tests.factories import a_keeper

NAME, ADDRESS, IP = "Zélie Quatremer", "zelie.quatremer@exemple.fr", "203.0.113.57"
FORBIDDEN = ("zélie", "zelie", "quatremer", IP, "2001:db8::57", PASSWORD)
TOKEN = "eyJhbGciOiJIUzI1NiJ9-4kq7Zp0vXb2"


@pytest.fixture(params=["line", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that every logger writes down to DEBUG, through the handler that the settings describe."""
    made, configured = io.StringIO(), logging.config.DictConfigurator(site.LOGGING)
    handler = logging.StreamHandler(made)
    handler.setFormatter(configured.configure_formatter(dict(site.LOGGING["formatters"][request.param])))
    for name in site.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(configured.configure_filter(dict(site.LOGGING["filters"][name])))
    loggers = [logging.getLogger(name) for name in ("", "django", "django.server")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(handler)
        each.setLevel(logging.DEBUG)
    yield made
    for each, level in zip(loggers, levels, strict=True):
        each.removeHandler(handler)
        each.setLevel(level)


def tells_of(text: str, *more: str) -> list[str]:
    return [word for word in (*FORBIDDEN, *more) if word.lower() in text.lower()]


def test_every_handler_of_the_site_cleans_what_it_writes() -> None:
    assert site.LOGGING["handlers"]
    for handler in site.LOGGING["handlers"].values():
        assert handler["filters"][0] == "without_persons"
    names = {
        name for each in (site.LOGGING["root"], *site.LOGGING["loggers"].values()) for name in each.get("handlers", ())
    }
    assert names == set(site.LOGGING["handlers"])
    # Django's own configuration comes first: none of its handlers may be left.
    for name in ("", "django", "django.server", "django.request"):
        for handler in logging.getLogger(name).handlers:
            ours = any(isinstance(each, WithoutPersons) for each in handler.filters)
            assert ours or type(handler).__module__.startswith("_pytest"), (name, handler)


@pytest.mark.django_db
def test_what_goes_wrong_tells_of_nobody(written: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SLOW_QUERY_MS = 0
    cache.clear()
    person = open_account(email=ADDRESS, name=NAME, password=PASSWORD)
    client = Client(raise_request_exception=False, REMOTE_ADDR=IP, headers={"user-agent": NAME})
    with connection.execute_wrapper(lambda execute, *rest: execute(*rest)):
        connection.force_debug_cursor = True
        _log_in(client)
        session = client.session.session_key
        _fail(client, monkeypatch)
        _bad_forms(client)
        _bad_import(client, person)
        _mail_that_fails(monkeypatch)
        _night_that_fails(monkeypatch)
        connection.force_debug_cursor = False
    said = written.getvalue()
    assert not tells_of(said, TOKEN, session, person.password, client.cookies["csrftoken"].value)
    for event in ("Internal Server Error", "Forbidden", "retention of", "Not Found", "Invalid HTTP_HOST", "SELECT"):
        assert event in said, event
    assert "test_logs.py" in said and "RuntimeError" in said, "the trace tells where"


def _log_in(client: Client) -> None:
    for password in ("faux de " + NAME, PASSWORD):
        client.post(reverse("account_login"), {"login": ADDRESS, "password": password})


def _fail(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any, **kwargs: Any) -> None:
        try:
            int(NAME)
        except ValueError as error:
            raise RuntimeError(f"no greeting for {NAME}, {ADDRESS}") from error

    monkeypatch.setattr(home.figures, "by_state", failing)
    monkeypatch.setattr(home, "load_rows", failing)
    assert client.get(f"/?q={NAME}&email={ADDRESS}").status_code == 500
    monkeypatch.undo()


def _bad_forms(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, REMOTE_ADDR="2001:db8::57")
    strict.post(f"/lettre/?email={ADDRESS}", {"email": ADDRESS})
    client.get(f"/espace/campus/{NAME}/")
    client.get(f"/alertes/{TOKEN}/?nom={NAME}")
    client.get(f"/espace/invitation/{TOKEN}/")
    client.get("/", headers={"host": f"{NAME.replace(' ', '-')}.exemple"})
    client.post(reverse("espace_account"), {"name": NAME * 20})


def _bad_import(client: Client, person: User) -> None:
    client.force_login(a_keeper(), backend="django.contrib.auth.backends.ModelBackend")
    sent = SimpleUploadedFile(f"{NAME}.xlsx", b"PK\x03\x04" + NAME.encode())
    assert client.post(reverse("registre_imports"), {"file": sent}).status_code in (200, 302, 422)


def _mail_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise OSError(f"550 <{ADDRESS}>: no such user")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    mail.post(ADDRESS, "mail/account_sleeps", {"name": NAME}, key="k")
    mail.send_waiting()
    assert ADDRESS in OutgoingMail.objects.exclude(last_error="").latest("pk").last_error
    monkeypatch.undo()


def _night_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(at: Any) -> int:
        raise IntegrityError(f"UNIQUE failed\nDETAIL:  Key (email, name)=({ADDRESS}, {NAME}) already exists.")

    line = next(each for each in retention.table() if each.run is not None)
    monkeypatch.setattr(line, "run", fail)
    with pytest.raises(CommandError):
        call_command("conservation")
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"GET /a/?q={NAME} 200", "GET /a/?[tu] Quatremer 200"),
        (f"Cookie: sessionid=abc; x={NAME}", "Cookie: [tu]"),
        ("Authorization: Bearer abc def", "Authorization: [tu]"),
        (f"to {ADDRESS} from 203.0.113.57 and ::1 and 2001:db8::57", "to [adresse] from [ip] and [ip] and [ip]"),
        ("task rappels failed at 05:15:30, 2026-11-24T05:15:00+00:00", None),
        (f"/lettre/{TOKEN}/ gone", "/lettre/[clé]/ gone"),
        ("password='un mot de passe' refused", "password=[tu] refused"),
        ("/campus/campus-des-metiers-et-des-qualifications/ not found", None),
    ],
)
def test_what_leads_to_somebody_is_replaced_by_what_it_was(said: str, kept: str | None) -> None:
    assert without_persons(said) == (said if kept is None else kept)


@given(st.emails() | st.ip_addresses().map(str))
def test_no_address_of_any_form_is_left(address: str) -> None:
    cleaned = without_persons(f"refused for {address} twice")
    assert cleaned.startswith("refused for ") and address not in cleaned


def test_a_message_that_a_program_wrote_is_kept_without_what_it_cites() -> None:
    assert (
        told(OSError(28, "No space left on device", f"/var/{NAME}"))
        == "OSError: [Errno 28] No space left on device: […]"
    )
    assert told(ValueError(NAME)) == "ValueError"
    try:
        {}[NAME]  # noqa: B018
    except KeyError as error:
        assert NAME not in trace(error) and "KeyError" in trace(error) and "test_logs.py" in trace(error)


def test_what_a_line_carries_besides_is_known_or_dropped(written: io.StringIO) -> None:
    extra = {"page": "home", "ms": 1.5, "request": "0123456789abcdef", "person": NAME, "account": ADDRESS, "user": NAME}
    logging.getLogger("cmq.answers").info("answer", extra=extra)
    said = written.getvalue()
    assert not tells_of(said)
    if said.startswith("{"):
        line = json.loads(said)
        assert (line["page"], line["ms"], line["request"]) == ("home", 1.5, "0123456789abcdef")
        assert not {"person", "account", "user"} & line.keys()
