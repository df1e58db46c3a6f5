"""The technical team's repairs: nothing bypasses the change feed, history cannot be touched."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from cmq.accounts.recovery import make_codes
from cmq.core import feed
from cmq.core.admin import ReadOnlyAdmin, RepairAdmin
from cmq.core.models import Change, OutgoingMail
from tests.factories import a_keeper, a_person, an_organisation


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    technician = a_person(is_superuser=True, is_staff=True)
    client.force_login(technician, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_no_page_of_a_library_writes_without_a_line(client: Client) -> None:
    asked = client.get(reverse("admin:index")).wsgi_request
    for model, page in admin.site._registry.items():
        if not isinstance(page, (RepairAdmin, ReadOnlyAdmin)):
            may = (page.has_add_permission, page.has_change_permission, page.has_delete_permission)
            assert not any(allowed(asked) for allowed in may), model
    assert client.get("/technique/account/emailaddress/").status_code == 404


def test_factors_are_taken_away_from_whoever_lost_them(client: Client) -> None:
    person = a_keeper()
    make_codes(person)
    lost = Authenticator.objects.create(user=person, type="totp", data={"secret": "SECRET"})
    theirs = Client()
    theirs.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create(user=person, ip="192.0.2.1", session_key=theirs.session.session_key)
    sheet = reverse("admin:mfa_authenticator_change", args=[lost.pk])
    assert "SECRET" not in client.get(sheet).content.decode()
    assert client.post(sheet, {"type": "webauthn"}).status_code == 403
    assert client.post(reverse("admin:mfa_authenticator_add"), {"user": person.pk}).status_code == 403
    client.post(reverse("admin:mfa_authenticator_delete", args=[lost.pk]), {"post": "yes"})
    assert not Authenticator.objects.filter(user=person).exists()
    line = Change.objects.get(act="core.repair")
    assert line.by is not None and str(person) not in line.summary
    assert "a été retirée" in OutgoingMail.objects.get(to=person.email).subject
    assert theirs.get("/espace/").status_code == 302


def test_a_repair_enters_the_change_feed(client: Client) -> None:
    organisation = an_organisation("Lycé d’essai")
    url = reverse("admin:organisations_organisation_change", args=[organisation.pk])
    client.post(url, {"name": "Lycée d’essai", "kind": "lycee", "uai": "0590122M", "siret": "", "commune": ""})
    organisation.refresh_from_db()
    assert (organisation.name, organisation.uai, organisation.siret) == ("Lycée d’essai", "0590122M", None)
    line = Change.objects.get(act="core.repair")
    assert line.by is not None and "Nom" in line.summary and "UAI" in line.summary
    client.post(reverse("admin:organisations_organisation_delete", args=[organisation.pk]), {"post": "yes"})
    assert Change.objects.filter(act="core.repair").count() == 2
    assert feed.first_broken_position() is None


def test_a_false_uai_is_refused_here_too(client: Client) -> None:
    organisation = an_organisation("Lycée d’essai")
    url = reverse("admin:organisations_organisation_change", args=[organisation.pk])
    client.post(url, {"name": "Lycée", "kind": "lycee", "uai": "0590122A", "siret": "", "commune": ""})
    organisation.refresh_from_db()
    assert organisation.uai is None


def test_keepers_are_no_technicians(db: None) -> None:
    client = Client()
    client.force_login(a_keeper(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/technique/").status_code in (302, 403)
    assert client.get(reverse("admin:accounts_user_changelist")).status_code in (302, 403)
