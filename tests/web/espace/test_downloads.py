"""A document is given at an address that serves one person, for two minutes, under a name that cannot lie."""

import re
from typing import Any

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from cmq.web import downloads
from tests.factories import a_person

pytestmark = pytest.mark.django_db


def address(person: Any, *, name: str = "convention.pdf", **said: Any) -> str:
    stored = default_storage.save("conventions/a.pdf", ContentFile(b"%PDF"))
    token = signing.dumps(
        {"file": stored, "name": name, "size": 4, "person": person.pk, **said}, salt=downloads.SALT, compress=True
    )
    return reverse("espace_download", args=[token])


def as_(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_it_only_ever_downloads_and_is_told_to_nobody() -> None:
    person = a_person()
    answer = as_(person).get(address(person))
    assert answer.content == b"%PDF" and answer["Content-Length"] == "4"
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="convention.pdf"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin" and answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"


def test_the_address_of_another_person_opens_nothing() -> None:
    url = address(a_person())
    assert as_(a_person()).get(url).status_code == 404
    assert Client().get(url)["Location"].startswith(reverse("account_login"))


def test_an_address_serves_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person()
    url, client = address(person), as_(person)
    monkeypatch.setattr(downloads, "LASTS", -1)
    answer = client.get(url)
    assert answer.status_code == 403 and "reprenez le document" in answer.content.decode()


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "_", lambda t: "a" + t, lambda t: t.upper(), lambda t: "x:y:z"])
def test_a_changed_address_opens_nothing(change: Any) -> None:
    person = a_person()
    token = address(person).rstrip("/").rsplit("/", 1)[1]
    assert as_(person).get(reverse("espace_download", args=[change(token)])).status_code == 404


def test_a_signature_made_for_something_else_opens_nothing() -> None:
    person = a_person()
    token = signing.dumps({"file": "a", "name": "a", "size": 1, "person": person.pk}, salt="cmq.open-form")
    assert as_(person).get(reverse("espace_download", args=[token])).status_code == 404


@pytest.mark.parametrize("file", ["../../etc/passwd", "/etc/passwd"])
def test_no_name_leads_out_of_the_files(file: str) -> None:
    """Were one ever signed by mistake."""
    person = a_person()
    assert as_(person).get(address(person, file=file)).status_code in (400, 404)


@example("convention.pdf\n")
@given(st.text(max_size=60))
def test_no_name_writes_a_header_of_its_own(name: str) -> None:
    """Line ends, quotes and semicolons of a name stay inside the one header (RFC 6266)."""
    stored = default_storage.save("conventions/a.pdf", ContentFile(b"%PDF"))
    request = RequestFactory().get("/")
    request.user = type("Person", (), {"pk": 1})()
    said = {"file": stored, "name": name, "size": 4, "person": 1}
    answer = downloads.given(request, signing.dumps(said, salt=downloads.SALT))
    default_storage.delete(stored)
    disposition = answer["Content-Disposition"]
    assert not re.search(r"[\r\n\x00]", disposition)
    quoted, encoded = r'"(?:[^"\\]|\\.)*"', r"utf-8\'\'[A-Za-z0-9!#$&+.^_`|~%*\'()/-]*"
    assert re.fullmatch(rf"attachment(; filename={quoted}|; filename\*={encoded})?", disposition), disposition
