"""The terms of use: accepted in a version, on a day, before the workspace opens; asked again when they change."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from cmq.accounts.actions import accept_terms
from cmq.accounts.models import User
from cmq.core.errors import Refusal
from cmq.core.models import Change
from tests.factories import a_person

TERMS = "/espace/conditions/"


@pytest.fixture
def person(db: None, settings: Any) -> User:
    settings.ASKS_TERMS = True
    return a_person()


@pytest.fixture
def client(client: Client, person: User) -> Client:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_workspace_opens_after_the_terms_are_accepted(client: Client, person: User, settings: Any) -> None:
    for answer in (client.get("/espace/"), client.post("/espace/compte/", {"name": "Autre"})):
        assert (answer.status_code, answer["Location"]) == (302, TERMS)
    assert "J’accepte ces conditions" in client.get(TERMS).content.decode()
    client.post(TERMS, {"version": settings.TERMS_VERSION})
    assert client.get("/espace/").status_code == 200
    person.refresh_from_db()
    assert person.terms_version == settings.TERMS_VERSION
    assert person.terms_accepted_at and Change.objects.filter(act="accounts.accept_terms", by=person.pk).count() == 1
    assert "J’accepte" not in client.get(TERMS).content.decode()


def test_a_new_version_is_asked_for_and_the_old_one_stays_in_the_journal(
    client: Client, person: User, settings: Any
) -> None:
    accept_terms(person, version=settings.TERMS_VERSION, at=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    old, settings.TERMS_VERSION = settings.TERMS_VERSION, "2030-01-01"
    assert client.get("/espace/")["Location"] == TERMS
    assert "ont changé depuis" in client.get(TERMS).content.decode()
    assert "relisez-les" in client.post(TERMS, {"version": old}).content.decode()
    assert client.get("/espace/").status_code == 302
    client.post(TERMS, {"version": "2030-01-01"})
    assert client.get("/espace/").status_code == 200
    said = [change.diff["version"] for change in Change.objects.filter(act="accounts.accept_terms").order_by("pk")]
    assert said == [[None, old], [old, "2030-01-01"]]


def test_accepting_twice_says_it_once(person: User, settings: Any) -> None:
    for _ in range(2):
        accept_terms(person, version=settings.TERMS_VERSION)
    assert Change.objects.filter(act="accounts.accept_terms").count() == 1
    with pytest.raises(Refusal):
        accept_terms(person, version="1999-01-01")


def test_anyone_reads_them(person: User) -> None:
    text = Client().get("/conditions/").content.decode()
    assert "Ce que vous vous engagez à faire" in text
    assert "28 novembre 2026" in text
