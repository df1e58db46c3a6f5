"""What a site that is public over HTTPS does: the settings that the environment makes, tried on the site itself."""

import json
import os
import string
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as site
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.web import replicas

PASSWORD = "mot de passe de test"
TOLD = (
    "import json; from django.conf import settings as s; told = [each for each in dir(s)"
    " if each.startswith(('SESSION_', 'CSRF_', 'SECURE_', 'COOKIE_', 'PASSWORD_')) or each in ('DEBUG', 'HTTPS')];"
    " print(json.dumps({each: getattr(s, each) for each in told}))"
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the settings are where `CMQ_HTTPS` is said and nothing else."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CMQ_")}
    environment |= {"CMQ_HTTPS": "yes", "CMQ_ENV_FILE": "", "CMQ_VAR_DIR": str(tmp_path_factory.mktemp("site"))}
    environment["DJANGO_SETTINGS_MODULE"] = "cmq.settings"
    found = subprocess.run([sys.executable, "-c", TOLD], env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(found.stdout))


@pytest.fixture
def public(db: None, told: dict[str, Any], settings: Any) -> dict[str, Any]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    for name, value in told.items():
        if not name.startswith("PASSWORD_"):
            setattr(settings, name, value)
    return told


def logged_in() -> Client:
    open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)
    client = Client()
    client.get(reverse("account_login"), secure=True)
    answer = client.post(reverse("account_login"), {"login": "claude@exemple.fr", "password": PASSWORD}, secure=True)
    assert answer.status_code == 302
    return client


def test_each_cookie_is_of_this_host_alone(public: dict[str, Any]) -> None:
    client = logged_in()
    session = client.cookies["__Host-sessionid"]
    client.post(reverse("account_logout"), secure=True)
    kept = [session, client.cookies["__Host-csrftoken"], client.cookies["__Host-messages"]]
    for cookie in kept:
        assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax", cookie.key
        assert cookie["path"] == "/" and not cookie["domain"], cookie.key
    assert not [name for name in client.cookies if not name.startswith("__Host-")]
    assert replicas.cookie_name().startswith("__Host-")


def test_the_page_of_cookies_names_them_as_they_are(public: dict[str, Any]) -> None:
    page = Client().get("/cookies/", secure=True).content.decode()
    for name in ("__Host-sessionid", "__Host-csrftoken", "__Host-messages"):
        assert f"<code>{name}</code>" in page


def test_everything_goes_by_https_for_a_year(public: dict[str, Any]) -> None:
    assert Client().get("/")["Location"] == "https://testserver/"
    told = Client().get("/", secure=True)["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains; preload"


def test_it_is_not_in_debug_and_hashes_slowly(told: dict[str, Any]) -> None:
    """NIST SP 800-63B and OWASP: PBKDF2 with SHA-256, 600,000 rounds at least."""
    assert told["DEBUG"] is False
    first = told["PASSWORD_HASHERS"][0]
    assert first == f"{PBKDF2PasswordHasher.__module__}.{PBKDF2PasswordHasher.__name__}"
    assert PBKDF2PasswordHasher.iterations >= 600_000 and PBKDF2PasswordHasher.algorithm == "pbkdf2_sha256"


def test_a_session_cannot_be_guessed(public: dict[str, Any]) -> None:
    key = logged_in().cookies["__Host-sessionid"].value
    # Thirty-six signs, drawn each by itself: 165 bits.
    assert len(key) == 32 and set(key) <= set(string.ascii_lowercase + string.digits)
    fresh = import_module(site.SESSION_ENGINE).SessionStore
    assert len({fresh()._get_new_session_key() for _ in range(20)}) == 20
