"""Where a person is logged in: seen, ended, and ended by what changes who may be trusted."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.web.espace.devices import device_of
from tests.accounts.factors import Clock, code_of
from tests.sweeping import swept

PASSWORD, NEW = "mot de passe de test", "un autre mot de passe long"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)


def log_in(person: User, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("espace")).status_code == 200


def test_one_device_is_ended_then_all_the_others(person: User) -> None:
    here, phone, lost, library = (log_in(person, user_agent=FIREFOX) for _ in range(4))
    page = here.get(reverse("espace_devices")).content.decode()
    assert page.count("Firefox, Windows") >= 4 and page.count("(cet appareil)") == 1
    first = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("espace_device_end", args=[first.pk]))
    assert [is_in(each) for each in (here, phone, lost)] == [True, False, True]
    here.post(reverse("espace_devices_end"))
    assert [is_in(each) for each in (here, lost, library)] == [True, False, False]
    assert UserSession.objects.count() == 1


def test_another_persons_device_is_out_of_reach(person: User) -> None:
    other = log_in(open_account(email="autre@exemple.fr", name="Autre", password=PASSWORD))
    mine = log_in(person)
    session = UserSession.objects.get(user=person)
    other.post(reverse("espace_device_end", args=[session.pk]))
    assert is_in(mine) and is_in(other)
    assert session.session_key not in other.get(reverse("espace_devices")).content.decode()


def test_a_new_password_ends_everything(person: User) -> None:
    here, there = log_in(person), log_in(person)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post(reverse("account_change_password"), sent)
    assert not is_in(there)


def test_a_new_factor_ends_what_was_open_elsewhere(
    person: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch)
    here, there = log_in(person), log_in(person)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    url = reverse("mfa_activate_totp")
    secret = here.get(url).context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        here.post(url, {"code": code_of(secret)})
    assert is_in(here) and not is_in(there)


def test_a_closed_account_is_out_at_once(person: User) -> None:
    client = log_in(person)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_in(client)


def test_what_a_session_leaves_is_erased_when_it_is_over(person: User) -> None:
    gone, here = log_in(person), log_in(person)
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date=timezone.now())
    assert swept("accounts.sessions", at=timezone.now()) == 1
    assert swept("accounts.session_keys", at=timezone.now()) == 1
    assert [each.session_key for each in UserSession.objects.all()] == [here.session.session_key]
    assert not Session.objects.filter(session_key=gone.cookies["sessionid"].value).exists()
    assert is_in(here)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
        ("curl/8", "Appareil non reconnu"),
        ("", "Appareil non reconnu"),
    ],
)
def test_a_device_is_named_as_far_as_it_says(user_agent: str, name: str) -> None:
    assert device_of(user_agent) == name
