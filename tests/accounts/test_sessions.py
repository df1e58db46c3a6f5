"""How long a session lasts, what ends it for good, and what asks once more who is there."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.campuses.actions import invite
from cmq.campuses.models import CampusRole
from cmq.core.models import Change
from tests.factories import a_campus

PASSWORD = "mot de passe de test"
MINUTE, HOUR = 60, 3600


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)


def log_in(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def aged(client: Client, **seconds: float) -> Client:
    """The same session, of which an instant lies further back."""
    session = client.session
    for name, back in seconds.items():
        session[name] -= back
    session.save()
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("espace")).status_code == 200


def key_of(client: Client) -> str:
    return str(client.cookies["sessionid"].value)


def with_key(key: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = key
    return client


def test_an_hour_without_a_sign_of_life_ends_it(person: User, settings: Any) -> None:
    assert is_in(aged(log_in(person), seen=59 * MINUTE))
    client = aged(log_in(person), seen=61 * MINUTE)
    key = key_of(client)
    answer = client.get(reverse("espace_account"))
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('espace_account')}"
    assert "Votre connexion a pris fin" in client.get(answer["Location"]).content.decode()
    assert not is_in(with_key(key))
    settings.IDLE_MINUTES = 0
    assert is_in(aged(log_in(person), seen=11 * HOUR))


def test_a_page_read_is_a_sign_of_life_and_a_page_left_open_is_none(person: User) -> None:
    client = aged(log_in(person), seen=50 * MINUTE)
    seen = client.session["seen"]
    client.get("/espace/dossiers/rien/parties/1/presence/")
    assert client.session["seen"] == seen
    assert is_in(client) and client.session["seen"] >= seen + 50 * MINUTE
    assert is_in(aged(client, seen=50 * MINUTE)), "an hour and forty minutes after log-in, never idle"


def test_pages_are_read_while_no_sign_of_life_can_be_written(person: User) -> None:
    client = aged(log_in(person), seen=50 * MINUTE)
    seen = client.session["seen"]

    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "django_session" in sql:
            raise OperationalError("the primary is away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        assert is_in(client)
    assert client.session["seen"] == seen
    assert is_in(client) and client.session["seen"] > seen


def test_twelve_hours_end_it_whatever_is_done(person: User) -> None:
    assert is_in(aged(log_in(person), began=12 * HOUR - MINUTE))
    client = aged(log_in(person), began=12 * HOUR + MINUTE)
    assert client.session["seen"] > client.session["began"] + 11 * HOUR
    assert not is_in(client)


@pytest.mark.parametrize("name", ["began", "seen"])
def test_what_a_clock_ahead_has_dated_is_over(person: User, name: str) -> None:
    assert is_in(aged(log_in(person), **{name: -30}))
    assert not is_in(aged(log_in(person), **{name: -HOUR}))


def test_who_comes_by_an_invitation_has_such_a_session_too(person: User) -> None:
    token = invite(a_campus(), email="nouvelle@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    client = Client()
    fields = {"name": "Nouvelle", "password": PASSWORD, "repeated": PASSWORD}
    client.post(reverse("espace_invitation", args=[token]), fields)
    assert is_in(client)
    assert not is_in(aged(client, seen=2 * HOUR))


def test_a_log_in_and_a_proof_give_a_new_key_and_the_former_opens_nothing(person: User) -> None:
    planted = Client()
    planted.get(reverse("account_login"))
    planted.session.save()
    before = planted.session.session_key
    client = with_key(str(before))
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    first = key_of(client)
    assert first != before and is_in(client)
    client.post(reverse("account_reauthenticate"), {"password": "pas le bon mot"})
    assert key_of(client) == first
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert key_of(client) != first
    assert is_in(client) and not is_in(with_key(first))
    assert [each.session_key for each in UserSession.objects.all()] == [key_of(client)]


def test_a_session_left_opens_no_more_and_the_browser_is_told_to_forget(person: User) -> None:
    client = log_in(person)
    key = key_of(client)
    assert f'action="{reverse("account_logout")}"' in client.get(reverse("espace")).content.decode()
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(with_key(key)) and not is_in(client)


def test_a_new_address_asks_who_is_there(person: User) -> None:
    client, url = log_in(person), reverse("account_email")
    asked = client.post(url, {"email": "nouvelle@exemple.fr", "action_add": ""})
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not person.emailaddress_set.filter(email="nouvelle@exemple.fr").exists()
    client.post(asked["Location"], {"password": PASSWORD, "next": url})
    client.post(url, {"email": "nouvelle@exemple.fr", "action_add": ""})
    assert person.emailaddress_set.filter(email="nouvelle@exemple.fr", verified=False).exists()


def test_a_device_is_logged_out_by_who_proves_to_be_there(person: User, settings: Any) -> None:
    settings.STEP_UP_MINUTES = 10
    client, phone = log_in(person), log_in(person)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= HOUR
    session.save()
    other = UserSession.objects.get(session_key=key_of(phone))
    devices = reverse("espace_devices")
    for url in (reverse("espace_device_end", args=[other.pk]), reverse("espace_devices_end")):
        assert client.post(url)["Location"] == f"{reverse('account_reauthenticate')}?next={devices}"
    assert is_in(phone)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": devices})
    client.post(reverse("espace_devices_end"))
    assert is_in(client) and not is_in(phone)


def test_the_technical_team_ends_the_sessions_of_one_or_of_all(
    person: User, capsys: pytest.CaptureFixture[str]
) -> None:
    other = open_account(email="autre@exemple.fr", name="Autre", password=PASSWORD)
    stolen, phone, another = log_in(person), log_in(person), log_in(other)
    with pytest.raises(CommandError, match="Aucun compte : inconnu@exemple.fr"):
        call_command("deconnecter", "claude@exemple.fr", "inconnu@exemple.fr")
    for wrong in ([], ["claude@exemple.fr", "--tous"]):
        with pytest.raises(CommandError, match="--tous"):
            call_command("deconnecter", *wrong)
    assert is_in(stolen) and is_in(phone)
    call_command("deconnecter", "Claude@Exemple.fr")
    assert "fermées : 2." in capsys.readouterr().out
    assert [is_in(each) for each in (stolen, phone, another)] == [False, False, True]
    assert Change.objects.get(act="accounts.log_out").key == str(person.pk)
    again = log_in(person)
    call_command("deconnecter", "--tous")
    assert not is_in(again) and not is_in(another) and not UserSession.objects.exists()
