"""The forms where a password is typed: taken as it is, masked, easy to paste into, changed by who knows the old one."""

import re
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.campuses.actions import invite
from cmq.campuses.models import CampusRole
from cmq.core import mail
from tests.accounts.factors import Clock, code_of
from tests.factories import a_campus

PASSWORD, NEW = "mot de passe de test", "un autre mot de passe long"


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)


def log_in(password: str = PASSWORD) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": "claude@exemple.fr", "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("espace")).status_code == 200


def reset_page(person: User) -> Any:
    """The form behind the link of the letter."""
    Client().post(reverse("account_reset_password"), {"email": person.email})
    mail.send_waiting()
    link = re.search(r"http://127\.0\.0\.1:8000(/compte/mot-de-passe/nouveau/\S+)", django_mail.outbox[-1].body)
    assert link
    client = Client()
    return client, client.get(link[1], follow=True)


@pytest.mark.parametrize("old", ["", "pas le bon mot", PASSWORD.upper()])
def test_a_new_password_asks_for_the_old_one(person: User, old: str) -> None:
    client = log_in()
    client.post(reverse("account_change_password"), {"oldpassword": old, "password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("chosen", ["  Des ESPACES autour  ", "Ünïcode ǅ ﬁn É é", "une phrase " * 12 + "et sa fin"])
def test_a_password_is_taken_as_it_is(person: User, chosen: str) -> None:
    """No space cut, no letter changed, none of more than sixty-four signs forgotten."""
    log_in().post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    )
    assert is_in(log_in(chosen))
    for other in {chosen.strip(), chosen.lower(), chosen[:72], chosen[:-1]} - {chosen}:
        cache.clear()
        assert not is_in(log_in(other)), other


def test_fields_are_masked_and_left_to_password_managers(person: User, client: Client) -> None:
    token = invite(a_campus(), email="nouvelle@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    pages = {
        "login": (client.get(reverse("account_login")), {"current-password"}),
        "change": (log_in().get(reverse("account_change_password")), {"current-password", "new-password"}),
        "reset": (reset_page(person)[1], {"new-password"}),
        "again": (log_in().get(reverse("account_reauthenticate")), {"current-password"}),
        "invitation": (client.get(reverse("espace_invitation", args=[token])), {"new-password"}),
    }
    for name, (page, kinds) in pages.items():
        fields = re.findall(r"<input[^>]*\bname=\"(?:\w*password\w*|repeated)\"[^>]*>", page.content.decode())
        assert fields, name
        assert all('type="password"' in each and "onpaste" not in each for each in fields), name
        assert {re.search(r'autocomplete="([\w-]+)"', each)[1] for each in fields} == kinds, name


def test_a_forgotten_password_leaves_the_second_factor_owed_and_ends_what_was_open(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    client = log_in()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    url = reverse("mfa_activate_totp")
    secret = client.get(url).context["form"].secret
    client.post(url, {"code": code_of(secret)})
    assert is_in(client)
    forgetful, page = reset_page(person)
    forgetful.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert not is_in(forgetful) and not is_in(client)
    entering = log_in(NEW)
    assert not is_in(entering)
    clock.move()
    entering.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert is_in(entering)


def test_a_link_lasts_as_long_as_its_letter_says(person: User, settings: Any) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 2 * 3600
    _, page = reset_page(person)
    assert "vaut deux heures" in django_mail.outbox[-1].body
    assert page.context["form"].fields
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "ne vaut plus" in reset_page(person)[1].content.decode()
