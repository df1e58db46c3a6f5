"""The technical team sees a workspace by its owner’s consent: for an hour, reading only, in the journal."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts import helping
from cmq.accounts.models import HelpConsent, HelpVisit, User
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from tests.factories import a_campus, a_director, a_person

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def helper(db: None) -> User:
    return a_person(name="Technicienne", is_superuser=True, is_staff=True)


@pytest.fixture
def director(db: None) -> User:
    return a_director(a_campus("Campus de la directrice"))


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def look(helper: User, director: User) -> Client:
    """The helper's browser, once the visit has begun."""
    as_(director).post(reverse("espace_help"), {"act": "donner"})
    client = as_(helper)
    client.post(reverse("espace_helping_begin", args=[HelpConsent.objects.get().pk]))
    return client


def test_the_helper_sees_the_same_pages_under_a_banner_and_writes_nothing(helper: User, director: User) -> None:
    client = look(helper, director)
    page = client.get("/espace/").content.decode()
    assert "Campus de la directrice" in page and "Technicienne, vous voyez l’espace de" in page
    desk = client.get(reverse("espace_campus", args=[director.campusmemberships.get().campus.slug]))
    assert desk.status_code == 200 and "en lecture seule" in desk.content.decode()
    for path in ("/espace/compte/", "/compte/second-facteur/", "/compte/mot-de-passe/changer/", "/technique/"):
        assert client.get(path).status_code == 403, path
    for path in ("/espace/compte/", desk.wsgi_request.path, "/espace/registre/campus/nouveau/", "/compte/deconnexion/"):
        assert client.post(path, {"name": "Autre"}).status_code == 403, path
    director.refresh_from_db()
    assert director.name != "Autre"
    client.post(reverse("espace_helping_end"))
    assert "vous voyez l’espace" not in client.get("/espace/").content.decode()


def test_the_journal_and_the_person_know_who_looked(helper: User, director: User) -> None:
    look(helper, director).post(reverse("espace_helping_end"))
    acts = Change.objects.filter(act__contains="help").order_by("pk").values_list("act", "by")
    assert list(acts) == [
        ("accounts.consent_to_help", director.pk),
        ("accounts.begin_help", helper.pk),
        ("accounts.end_help", helper.pk),
    ]
    assert "Technicienne, le " in as_(director).get(reverse("espace_help")).content.decode()


def test_a_consent_taken_back_or_over_ends_the_visit_at_once(
    helper: User, director: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = look(helper, director)
    as_(director).post(reverse("espace_help"), {"act": "retirer"})
    assert "vous voyez l’espace" not in client.get("/espace/").content.decode()
    assert client.get("/technique/").status_code == 200

    client = look_again(helper, director)
    later = timezone.now() + helping.LASTS
    monkeypatch.setattr("cmq.accounts.helping.timezone.now", lambda: later)
    assert "vous voyez l’espace" not in client.get("/espace/").content.decode()


def look_again(helper: User, director: User) -> Client:
    HelpConsent.objects.all().delete()
    return look(helper, director)


def test_no_consent_no_visit_and_only_the_team(helper: User, director: User) -> None:
    now = timezone.now()
    over = HelpConsent.objects.create(person=director, given_at=now - 2 * helping.LASTS, ends_at=now - helping.LASTS)
    with pytest.raises(Refusal, match="ne court plus"):
        helping.begin_visit(over, by=helper)
    consent = helping.give_consent(director, by=director)
    with pytest.raises(Refusal, match="court encore"):
        helping.give_consent(director, by=director)
    with pytest.raises(NotAllowed):
        helping.begin_visit(consent, by=a_person())
    with pytest.raises(NotAllowed):
        helping.give_consent(a_person(), by=helper)
    with pytest.raises(Refusal, match="équipe technique"):
        helping.begin_visit(helping.give_consent(other := a_person(is_superuser=True), by=other), by=helper)
    assert not HelpVisit.objects.exists()


def test_who_no_longer_helps_sees_nothing_more(helper: User, director: User) -> None:
    client = look(helper, director)
    User.objects.filter(pk=helper.pk).update(is_superuser=False)
    assert "Campus de la directrice" not in client.get("/espace/").content.decode()


def test_anothers_visit_is_no_key(helper: User, director: User) -> None:
    look(helper, director)
    thief = a_person(is_superuser=True)
    client: Any = as_(thief)
    session = client.session
    session["help_visit"] = HelpVisit.objects.get().pk
    session.save()
    assert "vous voyez l’espace" not in client.get("/espace/").content.decode()
    assert dt.timedelta(hours=1) >= helping.LASTS
