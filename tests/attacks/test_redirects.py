"""No address of ours leads a reader to another site, whatever it is told (open redirects), nor writes a header."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from cmq.accounts.actions import open_account
from cmq.web.espace.account_urls import urlpatterns

pytestmark = pytest.mark.django_db
PASSWORD = "mot de passe de test"
ELSEWHERE = [
    "https://mechant.exemple/",
    "//mechant.exemple/",
    "///mechant.exemple/",
    "/\\mechant.exemple/",
    "\\\\mechant.exemple/",
    "https:mechant.exemple",
    "https:/mechant.exemple",
    "http:///mechant.exemple",
    "\t//mechant.exemple/",
    "/\t/mechant.exemple/",
    "/\r\n/mechant.exemple/",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@mechant.exemple/",
    "https://testserver.mechant.exemple/",
    "//mechant.exemple\\@testserver/",
    "/espace/\r\nSet-Cookie: vole=1",
]
PARAMETERS = ("next", "suite", "url", "redirect", "redirect_to", "return", "to")


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()


def leads_away(answer: Any) -> bool:
    """Whether a browser would leave the site; a browser reads `\\` as `/` and skips line ends and tabs."""
    place = answer.get("Location", "")
    read = place.translate({ord(sign): None for sign in "\t\r\n"}).replace("\\", "/").strip()
    return urlsplit(urljoin("http://testserver/", read)).netloc != "testserver" or "vole" in answer.cookies


def own_pages() -> list[str]:
    pages = []
    for pattern in urlpatterns:
        try:
            pages.append(reverse(pattern.name))
        except NoReverseMatch:
            continue
    return [*pages, "/technique/login/", "/technique/logout/", "/espace/", "/espace/conditions/", "/espace/compte/"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_after_log_in_nobody_is_led_elsewhere(elsewhere: str) -> None:
    open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)
    sent = {"login": "claude@exemple.fr", "password": PASSWORD}
    for client, query in ((Client(), {}), (Client(), {"query_params": {"next": elsewhere}})):
        answer = client.post(reverse("account_login"), {**sent, **({} if query else {"next": elsewhere})}, **query)
        assert answer.status_code == 302 and not leads_away(answer), answer["Location"]


def test_no_page_of_an_account_leads_elsewhere() -> None:
    person = open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)
    asked = 0
    for page in own_pages():
        for elsewhere in ELSEWHERE[::3]:
            told = dict.fromkeys(PARAMETERS, elsewhere)
            for known in (False, True):
                client = Client()
                if known:
                    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
                for answer in (client.get(page, told), client.post(page, {**told, "password": PASSWORD})):
                    asked += 1
                    assert not leads_away(answer), (page, elsewhere, answer["Location"])
                    assert answer.status_code < 500
    assert asked > 300


def test_where_one_was_going_is_kept_when_it_is_ours() -> None:
    open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)
    sent = {"login": "claude@exemple.fr", "password": PASSWORD, "next": "/espace/compte/"}
    assert Client().post(reverse("account_login"), sent)["Location"] == "/espace/compte/"
