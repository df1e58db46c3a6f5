"""Who proved who they are, who failed to, what was refused: written, and nobody named."""

import json
import logging
import sys
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.core.log_lines import JsonLines, Lines
from cmq.core.logs import WithoutPersons
from tests.accounts.factors import Clock, code_of
from tests.factories import a_campus

PASSWORD = "mot de passe de test"
SOMEWHERE = "203.0.113.9"


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What was written since it was last asked."""

    def since() -> list[dict[str, Any]]:
        records = [each for each in caplog.records if each.name == "cmq.security"]
        assert all(WithoutPersons().filter(each) for each in records)
        written = [json.loads(JsonLines().format(each)) for each in records]
        told = json.dumps(written) + "".join(Lines().format(each) for each in records)
        assert not [each for each in ("claude", "exemple", SOMEWHERE, PASSWORD) if each in told]
        caplog.clear()
        return written

    with caplog.at_level(logging.INFO, logger="cmq.security"):
        yield since


def log_in(client: Client, login: str = "claude@exemple.fr", password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=SOMEWHERE)


def test_proofs_and_failures_are_written(person: User, lines: Any) -> None:
    log_in(Client(), password="pas le bon mot")
    log_in(Client(), login=" Claude@exemple.fr")
    log_in(Client(), login="inconnu@exemple.fr")
    wrong, right, unknown = lines()
    assert [each["message"] for each in (wrong, right, unknown)] == ["proof refused", "proof given", "proof refused"]
    assert wrong["page"] == "account_login" and "person" not in wrong
    assert wrong["account"] != unknown["account"] and wrong["caller"] == right["caller"] == unknown["caller"]
    assert (right["person"], right["method"], right["is_in"]) == (person.pk, "password", True)
    assert wrong["asctime"].endswith("Z")
    for _ in range(5):
        log_in(Client(), password="pas le bon mot")
    assert {each["account"] for each in lines()} == {wrong["account"]}


def test_a_second_factor_and_a_confirmation_too(
    person: User, lines: Any, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    client = Client()
    log_in(client)
    again = reverse("account_reauthenticate")
    client.post(again, {"password": "pas le bon mot"})
    client.post(again, {"password": PASSWORD})
    url = reverse("mfa_activate_totp")
    secret = client.get(url).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"code": code_of(secret)})
    written = lines()
    assert written[-1]["change"] == "totp_activated"
    told = [(each["message"], each["page"], each["person"]) for each in written]
    assert told == [
        ("proof given", "account_login", person.pk),
        ("proof refused", "account_reauthenticate", person.pk),
        ("proof given", "account_reauthenticate", person.pk),
        ("account changed", "mfa_activate_totp", person.pk),
    ]
    assert Authenticator.objects.filter(user=person).exists()
    entering = Client()
    log_in(entering)
    entering.post(reverse("mfa_authenticate"), {"code": "000000"})
    clock.move()
    entering.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    entering.post(reverse("account_logout"))
    told = [(each["message"], each["person"], each.get("is_in")) for each in lines()]
    assert told == [
        ("proof given", person.pk, False),
        ("proof refused", person.pk, None),
        ("proof given", person.pk, True),
        ("logged out", person.pk, None),
    ]


def test_what_is_refused_is_written(person: User, lines: Any) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("registre_people"))
    client.get(reverse("espace_campus", args=[a_campus().slug]))
    client.get("/nulle-part/")
    Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "claude@exemple.fr"})
    Client().get("/campus/?q=%00")
    Client().get("/api/v1/prive/dossiers")
    told = [(each["message"], each["page"], each["status"], each.get("person")) for each in lines()]
    assert told == [
        ("refused", "registre_people", 403, person.pk),
        ("refused", "espace_campus", 404, person.pk),
        ("refused", "account_login", 403, None),
        ("refused", "none", 400, None),
        ("refused", "api_private", 401, None),
    ]


def test_a_line_is_one_line_in_universal_time() -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "WARNING", "msg": "un\n2026-01-01 INFO x faux\x1b[2J"})
    record.created, record.status, record.request = 0.0, 404, object()
    line = Lines().format(record)
    assert line == "1970-01-01T00:00:00Z WARNING x un\\n2026-01-01 INFO x faux\\x1b[2J status=404"
    written = json.loads(JsonLines().format(record))
    assert written["asctime"] == "1970-01-01T00:00:00Z" and written["status"] == 404 and "request" not in written
    assert "\n" not in JsonLines().format(record)
    try:
        raise ValueError("un\nfaux")
    except ValueError:
        record.exc_info = sys.exc_info()
    assert all(each.startswith("    ") for each in Lines().format(record).splitlines()[1:])
    assert "ValueError" in json.loads(JsonLines().format(record))["exc_info"]
