"""The desk of an organisation, for its contacts and the keepers; and one's own account."""

import pytest
from django.test import Client
from django.urls import reverse

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner
from cmq.core.errors import NotAllowed
from cmq.core.partial_dates import PartialDate
from cmq.organisations.actions import edit_organisation
from cmq.organisations.models import Kind, Organisation
from cmq.organisations.rules import sheet_seal
from tests.factories import a_campus, a_contact, a_keeper, a_person, an_organisation


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def organisation(db: None) -> Organisation:
    return an_organisation("Lycée d’essai")


SHEET = {"name": "Lycée Jules d’Essai", "kind": "cfa", "commune": "59000 Lille", "website": "https://exemple.fr"}


def sheet(organisation: Organisation, **fields: str) -> dict[str, str]:
    """The sheet as it is sent, sealed with what it is now."""
    return {**SHEET, "seal": sheet_seal(Organisation.objects.get(pk=organisation.pk)), **fields}


def test_a_contact_keeps_the_place_and_the_site_but_not_the_name(organisation: Organisation) -> None:
    campus = a_campus()
    add_partner(campus, organisation, starts_on=PartialDate(2024, 3, 5), ends_on=PartialDate(2034))
    contact = a_contact(organisation)
    client, url = logged_in(contact), reverse("espace_organisation", args=[organisation.pk])
    text = client.get(url).content.decode()
    assert str(campus) in text and "depuis le 5 mars 2024, jusqu’à 2034" in text
    assert "Inviter un référent" not in text
    assert 'name="website"' in text and 'name="kind"' not in text and "que par les gardiens" in text
    assert client.post(url, sheet(organisation))["Location"] == url
    organisation.refresh_from_db()
    assert (organisation.name, organisation.kind) == ("Lycée d’essai", "lycee")
    assert (organisation.commune_id, organisation.website) == ("59350", "https://exemple.fr")
    assert client.post(url, sheet(organisation, commune="")).status_code == 302
    organisation.refresh_from_db()
    assert organisation.commune is None
    for change in ({"name": "Autre nom"}, {"kind": Kind.CFA}):
        with pytest.raises(NotAllowed):
            edit_organisation(organisation, by=contact, commune=None, website="", **change)
    assert logged_in(a_keeper()).post(url, sheet(organisation)).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.kind) == ("Lycée Jules d’Essai", "cfa")


def test_a_sheet_that_another_has_changed_is_not_written_over(organisation: Organisation) -> None:
    client, url = logged_in(a_contact(organisation)), reverse("espace_organisation", args=[organisation.pk])
    stale = sheet(organisation, website="https://ancien.exemple.fr")
    client.post(url, sheet(organisation))
    answer = client.post(url, stale)
    assert answer.status_code == 422
    assert "entre-temps" in answer.content.decode() and "https://ancien.exemple.fr" in answer.content.decode()
    organisation.refresh_from_db()
    assert organisation.website == "https://exemple.fr"


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 10_240}, {"kind": "secte"}, {"commune": "Atlantide"}, {"website": "ftp//"}],
)
def test_a_false_sheet_is_refused(organisation: Organisation, fields: dict[str, str]) -> None:
    client, url = logged_in(a_keeper()), reverse("espace_organisation", args=[organisation.pk])
    assert client.post(url, sheet(organisation, **fields)).status_code == 422
    organisation.refresh_from_db()
    assert organisation.name == "Lycée d’essai"


def test_a_keeper_invites_and_ends_a_contact(organisation: Organisation) -> None:
    client, page = logged_in(a_keeper()), reverse("espace_organisation", args=[organisation.pk])
    url = reverse("espace_organisation_invite", args=[organisation.pk])
    assert client.post(url, {"email": "pas une adresse"}).status_code == 422
    assert client.post(url, {"email": "referente@exemple.fr", "role": "referent"})["Location"] == page
    membership = organisation.memberships.get()
    assert "referente@exemple.fr" in client.get(page).content.decode()
    client.post(reverse("espace_organisation_end", args=[organisation.pk, membership.pk]))
    membership.refresh_from_db()
    assert membership.ends_on is not None


def test_the_role_of_another_organisation_is_not_reached(organisation: Organisation) -> None:
    contact = a_contact(an_organisation())
    membership = contact.pk and an_organisation().memberships.model.objects.get(person=contact)
    url = reverse("espace_organisation_end", args=[organisation.pk, membership.pk])
    assert logged_in(a_keeper()).post(url).status_code == 404


def test_a_person_renames_themselves(db: None) -> None:
    person = a_person(name="Avant")
    client, url = logged_in(person), reverse("espace_account")
    assert client.post(url, {"name": "  "}).status_code == 422
    assert client.post(url, {"name": "x" * 10_240}).status_code == 422
    client.post(url, {"name": "Après"})
    person.refresh_from_db()
    assert person.name == "Après"
