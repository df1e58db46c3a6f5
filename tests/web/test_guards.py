"""Headers on every answer, and input that no page of ours needs."""

import pytest
from django.test import Client

from cmq.web.security import content_security_policy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/n-existe-pas/", "/compte/connexion/", "/robots.txt"])
def test_headers_stand_on_every_answer(client: Client, path: str) -> None:
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"]
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Permissions-Policy"]


def test_tiles_open_the_policy_only_when_switched_on(settings: object) -> None:
    assert "geopf" not in content_security_policy()
    settings.MAP_TILES = "ign"
    assert "img-src 'self' data: https://data.geopf.fr" in content_security_policy()


@pytest.mark.parametrize(
    "path",
    ["/campus/?q=" + "x" * 10_000, "/campus/?q=%00", "/campus/?q=a%1bb", "/campus/?%07=1", "/campus/%00/"],
)
def test_control_characters_and_endless_queries_get_a_french_400(
    client: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert "Demande incomprise" in response.content.decode()
    ours = [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    assert len(ours) <= 1
    assert all("\x00" not in record.getMessage() and "\x1b" not in record.getMessage() for record in ours)


def test_a_form_with_control_characters_is_refused(client: Client) -> None:
    response = client.post("/compte/connexion/", {"login": "a@exemple.fr", "password": "a\x00b"})
    assert response.status_code == 400


def test_a_form_from_elsewhere_is_refused_in_french() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/compte/connexion/", {"login": "a@exemple.fr", "password": "x"})
    assert response.status_code == 403
    assert "Formulaire périmé" in response.content.decode()


def test_a_bug_shows_a_french_page_without_details(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from cmq.web.public import urls

    def broken(request: object, **kwargs: object) -> None:
        raise ZeroDivisionError("secret")

    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == "home")
    monkeypatch.setattr(pattern, "callback", broken)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Panne du site" in response.content.decode()
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/compte/connexion/", "/espace/", "/api/v1/campus", "/technique/", "/static/"])
def test_nothing_is_echoed_to_trace(client: Client, path: str) -> None:
    answer = client.trace(path, headers={"x-secret": "rien à rendre"})
    assert answer.status_code in (302, 404, 405) and "rien à rendre" not in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.git/", "/.env", "/cmq/settings.py", "/pyproject.toml", "/var/cles/", "/media/"),
        *("/static/", "/static/cmq/", "/static/../cmq/settings.py", "/static/%2e%2e/%2e%2e/cmq/settings.py"),
    ],
)
def test_no_folder_is_listed_and_no_source_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_https_sites_send_hsts_and_redirect(settings: object) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    assert Client().get("/").status_code == 301
    assert "max-age=31536000" in Client().get("/", secure=True)["Strict-Transport-Security"]
