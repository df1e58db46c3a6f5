"""The policy of pages, and what browsers say that it made them refuse."""

import contextlib
import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.service import refusals
from cmq.service.models import BrowserRefusal
from cmq.service.refusals import BadReport, origin_of, read
from cmq.web.security import content_security_policy
from tests.factories import a_campus, a_keeper
from tests.sweeping import swept

pytestmark = pytest.mark.django_db
ADDRESS = "/rapports-csp/"


def reported(client: Client, *pages: str, blocked: str = "inline", directive: str = "script-src-elem") -> int:
    body = {"effectiveDirective": directive, "blockedURL": blocked, "disposition": "enforce", "sample": "secret"}
    said = [
        {"type": "csp-violation", "url": page, "user_agent": "secret", "body": {**body, "documentURL": page}}
        for page in pages
    ]
    return client.post(ADDRESS, json.dumps(said), content_type="application/reports+json").status_code


def kept() -> list[tuple[str, str, str, int]]:
    return sorted(BrowserRefusal.objects.values_list("directive", "blocked", "page", "number"))


def policy_of(answer: Any) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


def test_a_kept_page_runs_our_files_and_a_drawn_one_only_what_it_names(client: Client) -> None:
    kept_page = client.get("/a-propos/")
    assert policy_of(kept_page)["script-src"] == "'self'" and "nonce=" not in kept_page.content.decode()
    drawn = [client.get("/compte/connexion/") for _ in range(2)]
    numbers = [re.findall(r'nonce="([^"]+)"', answer.content.decode()) for answer in drawn]
    for answer, found in zip(drawn, numbers, strict=True):
        scripts = re.findall(r"<script[^>]*\ssrc=", answer.content.decode())
        assert len(found) == len(scripts) > 1 and len(set(found)) == 1
        assert policy_of(answer)["script-src"] == f"'nonce-{found[0]}'"
    assert numbers[0] != numbers[1]
    # With a session the page that is kept has the same policy as without.
    client.force_login(a_keeper())
    assert policy_of(client.get("/a-propos/"))["script-src"] == "'self'"
    assert policy_of(client.get("/espace/"))["script-src"].startswith("'nonce-")


def test_no_page_makes_html_of_strings_but_the_technical_teams(client: Client) -> None:
    said = policy_of(client.get("/carte/"))
    assert said["require-trusted-types-for"] == "'script'" and said["trusted-types"] == "default"
    assert said["report-uri"] == ADDRESS and "report-to" not in said
    team = policy_of(client.get("/technique/login/"))
    assert "require-trusted-types-for" not in team and team["script-src"] == "'self'"


def test_a_site_on_https_is_told_by_the_newer_way_too(client: Client, settings: Any) -> None:
    settings.HTTPS = True
    assert "report-to csp" in content_security_policy() and f"report-uri {ADDRESS}" in content_security_policy()
    assert client.get("/carte/")["Reporting-Endpoints"] == f'csp="{ADDRESS}"'


def test_the_device_is_closed_but_for_what_a_page_uses(client: Client) -> None:
    said = dict(part.split("=") for part in client.get("/")["Permissions-Policy"].split(", "))
    assert said["camera"] == said["microphone"] == said["payment"] == said["usb"] == "()"
    assert sorted(name for name, who in said.items() if who == "(self)") == [
        "clipboard-write",
        "geolocation",
        "publickey-credentials-create",
        "publickey-credentials-get",
    ]


def test_reports_become_counts_without_anybody_in_them(client: Client) -> None:
    page = f"http://testserver/campus/{a_campus().slug}/?q=marie.dupont%40exemple.fr"
    assert reported(client, page, page) == 204
    assert reported(client, "http://testserver/nulle/part", blocked="https://mechant.exemple/vol?de=marie") == 204
    assert reported(client, "http://testserver/", blocked="moz-extension://0a1b-2c3d/x.js") == 204
    assert kept() == [
        ("script-src-elem", "https://mechant.exemple", "(adresse inconnue)", 1),
        ("script-src-elem", "inline", "/campus/<slug:slug>/", 2),
        ("script-src-elem", "moz-extension:", "/", 1),
    ]


def test_a_browser_needs_no_token_to_report() -> None:
    assert reported(Client(enforce_csrf_checks=True), "http://testserver/") == 204
    assert kept() == [("script-src-elem", "inline", "/", 1)]


def test_the_older_form_is_read_too(client: Client) -> None:
    old = {
        "document-uri": "http://testserver/carte/",
        "violated-directive": "style-src 'self'",
        "blocked-uri": "inline",
    }
    body = json.dumps({"csp-report": {**old, "blocked-uri": "inline"}})
    assert client.post(ADDRESS, body, content_type="application/csp-report").status_code == 204
    assert kept() == [("style-src", "inline", "/carte/", 1)]


def test_what_is_no_report_of_ours_is_not_kept(client: Client) -> None:
    assert reported(client, "https://ailleurs.exemple/") == 204
    assert reported(client, "http://testserver/", directive="nimporte-quoi") == 400
    for body, status in ((b"{", 400), (b"[]" * 20_000, 413), (b'{"a": 1}', 400), (b"[1, {}]", 204), (b"\xff", 400)):
        assert client.post(ADDRESS, body, content_type="application/reports+json").status_code == status
    assert client.post(ADDRESS, {"a": "b"}).status_code == 415
    assert client.get(ADDRESS).status_code == 405
    assert kept() == []


def test_a_flood_of_made_up_refusals_fills_one_line(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST_A_DAY", 3)
    for number in range(6):
        reported(client, "http://testserver/", blocked=f"https://h{number}.exemple/")
    assert len(kept()) == 4 and (refusals.OTHERS, "", "", 3) in kept()


def test_reports_are_forgotten_after_thirty_days(client: Client) -> None:
    today = timezone.localdate()
    for days in (0, 30, 31, 90):
        refusals.keep([("img-src", "data", "/")], on=today - dt.timedelta(days=days))
    assert swept("service.refusals", at=timezone.now()) == 2
    assert [each.day for each in BrowserRefusal.objects.all()] == [today, today - dt.timedelta(days=30)]


def test_keepers_see_them(client: Client) -> None:
    client.force_login(a_keeper())
    assert "Aucun navigateur" in client.get("/espace/registre/refus-des-navigateurs/").content.decode()
    refusals.keep([("script-src-elem", "https://mechant.exemple", "/campus/<slug:slug>/")], on=timezone.localdate())
    page = client.get("/espace/registre/refus-des-navigateurs/").content.decode()
    assert "https://mechant.exemple" in page and "/campus/&lt;slug:slug&gt;/" in page


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
)
def test_whatever_is_posted_is_read_or_refused(said: Any) -> None:
    with contextlib.suppress(BadReport):
        assert all(len(each.blocked) <= 130 for each in read(json.dumps(said).encode()))


@given(st.text() | st.from_regex(r"https?://[^ ]{0,200}", fullmatch=True))
def test_of_a_refused_address_no_path_is_kept(blocked: str) -> None:
    found = origin_of(blocked)
    assert re.fullmatch(r"|[a-z-]+|(?:https?|wss?)://[a-z0-9.-]{1,100}|[a-z][a-z0-9+.-]{1,30}:", found)
