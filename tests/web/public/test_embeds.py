"""What other sites may frame: by which, how much of it, and at what cost for who reads it."""

import re
from typing import Any

import pytest
from django.test import Client

from cmq.campuses.models import Campus
from cmq.web import page_cache
from tests.factories import a_campus

pytestmark = pytest.mark.django_db
OTHERS = ["https://www.ac-lille.fr", "https://*.exemple.fr"]


def framed(path: str, client: Client | None = None) -> tuple[str, dict[str, str], str]:
    """Who may frame a page, its policy, and its text. No page of the kind sets a cookie."""
    page_cache.shelf = page_cache._Shelf()
    answer = (client or Client()).get(path)
    assert answer.status_code == 200 and not answer.cookies
    parts = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if " " in part.strip()
    )
    return answer.get("X-Frame-Options", ""), parts, answer.content.decode()


@pytest.mark.parametrize("path", ["/integrer/carte/", "/integrer/campus/autonomie-longevite-sante/"])
def test_the_listed_hosts_alone_may_frame(als: Campus, settings: Any, path: str) -> None:
    old, policy, _ = framed(path)
    assert (old, policy["frame-ancestors"]) == ("DENY", "'none'")
    settings.EMBED_HOSTS = OTHERS
    for _again in range(2):  # as drawn, and as kept
        old, policy, text = framed(path)
        assert (old, policy["frame-ancestors"]) == ("", "https://www.ac-lille.fr https://*.exemple.fr")
    assert policy["script-src"] == "'none'" and policy["default-src"] == "'none'"
    # Nothing is fetched but our style sheet.
    assert "<script" not in text and not re.search(r'src="', text)
    assert all(each.startswith("/static/") for each in re.findall(r'<link [^>]*href="([^"]+)"', text))
    assert '<base target="_blank">' in text and text.count("<h1") == 1


@pytest.mark.parametrize("path", ["/", "/integrer/", "/carte/", "/campus/autonomie-longevite-sante/", "/nulle-part/"])
def test_everything_else_stays_unframed(als: Campus, settings: Any, path: str) -> None:
    settings.EMBED_HOSTS = OTHERS
    answer = Client().get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_kept_page_bears_its_own_headers(als: Campus, settings: Any) -> None:
    settings.EMBED_HOSTS = OTHERS
    client, path = Client(), "/integrer/carte/"
    first, kept = client.get(path), client.get(path)
    assert "X-Frame-Options" not in kept and kept["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert client.get(path, HTTP_IF_NONE_MATCH=kept["ETag"]).status_code == 304


def test_what_is_invented_or_unknown_is_not_shown(als: Campus) -> None:
    demo = a_campus("Campus imaginaire", region="32", is_demo=True)
    assert demo.name not in framed("/integrer/carte/")[2]
    assert als.name in framed("/integrer/carte/?region=hauts-de-france")[2]
    assert als.name not in framed("/integrer/carte/?region=bretagne")[2]
    for path in (f"/integrer/campus/{demo.slug}/", "/integrer/campus/rien/", "/integrer/?campus=rien"):
        assert Client().get(path).status_code == 404
    refused = Client().get("/integrer/carte/?region=atlantide")
    assert refused.status_code == 400 and refused["X-Frame-Options"] == "DENY"


def test_the_page_gives_what_to_copy_and_says_who_may(als: Campus, nasty: Campus, settings: Any) -> None:
    text = framed("/integrer/")[2]
    assert "Aucun autre site n’est autorisé" in text
    settings.EMBED_HOSTS = OTHERS
    text = framed(f"/integrer/?campus={nasty.slug}")[2]
    assert "https://www.ac-lille.fr" in text and "<script>alert" not in text
    codes = re.findall(r"&lt;iframe src=\"(\S+?)\"", text)
    assert codes == [
        f"{settings.SITE_URL}/integrer/carte/",
        f"{settings.SITE_URL}/integrer/campus/{nasty.slug}/",
    ]
    for address in codes:
        assert Client().get(address.removeprefix(settings.SITE_URL)).status_code == 200
