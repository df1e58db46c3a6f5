"""An invitation: shown by a GET, accepted by a POST, once, by whoever received the letter."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses import actions
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.organisations import actions as organisation_actions
from cmq.organisations.models import OrganisationRole
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation

EMAIL = "nouvelle@exemple.fr"
PASSWORD = "mot de passe de test"
FORM = {"name": "Nouvelle Personne", "password": PASSWORD, "repeated": PASSWORD}


def url_of(token: str) -> str:
    return reverse("espace_invitation", args=[token])


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def campus(db: None) -> Campus:
    return a_campus()


@pytest.fixture
def token(campus: Campus) -> str:
    return actions.invite(campus, email=" Nouvelle@EXEMPLE.fr", role=CampusRole.DIRECTOR, by=a_director(campus))


def test_the_letter_says_who_invites_to_what_until_when(campus: Campus, token: str, settings: Any) -> None:
    mail.send_waiting()
    letter = django_mail.outbox[-1]
    assert letter.to == [EMAIL]
    assert str(campus) in letter.body
    assert str(campus) in letter.subject
    assert f"{settings.SITE_URL}{url_of(token)}" in letter.body
    assert "jusqu’au" in letter.body
    assert "&#x27;" not in letter.body
    assert OutgoingMail.objects.get().text == "", "the key stays in the outbox"


def test_looking_accepts_nothing(client: Client, token: str) -> None:
    for method in (client.get, client.head):
        assert method(url_of(token)).status_code == 200
    assert CampusMembership.objects.invited().count() == 1
    assert not User.objects.filter(email=EMAIL).exists()


def test_a_new_person_opens_an_account_and_is_logged_in(client: Client, campus: Campus, token: str) -> None:
    answer = client.post(url_of(token), FORM)
    assert answer["Location"] == reverse("espace")
    person = User.objects.get(email=EMAIL)
    assert person.name == "Nouvelle Personne"
    membership = campus.memberships.get(person=person)
    assert (membership.role, membership.starts_on, membership.ends_on) == ("directeur", timezone.localdate(), None)
    assert client.get(reverse("espace_campus", args=[campus.slug])).status_code == 200
    assert Change.objects.get(act="organisations.accept_invitation").by == person.pk
    # The address is proven: nothing more is asked at the next log-in.
    later = Client()
    later.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert later.get(reverse("espace")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "court", "repeated": "court"}, "12 caractères"),
        ({"repeated": "un autre mot de passe"}, "ne sont pas les mêmes"),
        ({"name": " "}, "obligatoire"),
        ({"name": "n" * 10_000}, "120 caractères"),
        ({"password": "nouvelle personne", "repeated": "nouvelle personne"}, "trop semblable"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(
    client: Client, token: str, fields: dict[str, str], sentence: str
) -> None:
    answer = client.post(url_of(token), {**FORM, **fields})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not User.objects.filter(email=EMAIL).exists()
    assert CampusMembership.objects.invited().count() == 1


def test_a_person_with_an_account_must_log_in_with_that_address(client: Client, campus: Campus, token: str) -> None:
    person, other = a_person(email=EMAIL), a_person()
    page = client.get(url_of(token))
    assert f"{reverse('account_login')}?next={url_of(token)}" in page.content.decode()
    client.post(url_of(token), FORM)
    stranger = logged_in(other)
    assert "autre adresse" in stranger.get(url_of(token)).content.decode()
    stranger.post(url_of(token))
    assert CampusMembership.objects.invited().count() == 1
    owner = logged_in(person)
    assert owner.post(url_of(token))["Location"] == reverse("espace")
    assert campus.memberships.get(person=person).role == "directeur"
    person.refresh_from_db()
    assert person.check_password(PASSWORD), "a visitor has changed the password of an account"
    assert owner.get(url_of(token))["Location"] == reverse("espace"), "a second click is harmless"


def test_a_used_invitation_is_gone_for_others(client: Client, token: str) -> None:
    client.post(url_of(token), FORM)
    again = Client().post(url_of(token), {**FORM, "name": "Deuxième"})
    assert again.status_code == 410
    assert "déjà servi" in again.content.decode()
    assert User.objects.get(email=EMAIL).name == "Nouvelle Personne"


def test_a_withdrawn_invitation_is_gone(client: Client, campus: Campus, token: str) -> None:
    membership = CampusMembership.objects.invited().get()
    actions.end_role(membership, by=a_director(campus))
    assert client.get(url_of(token)).status_code == 410
    assert client.post(url_of(token), FORM).status_code == 410
    assert not User.objects.filter(email=EMAIL).exists()


def test_an_expired_invitation_is_gone(client: Client, token: str) -> None:
    CampusMembership.objects.invited().update(token_expires_at=timezone.now() - dt.timedelta(seconds=1))
    answer = client.post(url_of(token), FORM)
    assert answer.status_code == 410
    assert "a expiré" in answer.content.decode()


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 500, "%3Cscript%3E" * 5])
def test_an_unknown_invitation_does_not_exist(client: Client, db: None, token: str) -> None:
    assert client.get(f"/espace/invitation/{token}/").status_code == 404
    assert client.post(f"/espace/invitation/{token}/", FORM).status_code == 404


def test_other_methods_are_refused(client: Client, token: str) -> None:
    assert client.delete(url_of(token)).status_code == 405


def test_the_token_is_stored_as_a_digest_only(token: str) -> None:
    assert token not in str(CampusMembership.objects.invited().values_list().get())


def test_an_organisation_invites_too(client: Client, db: None) -> None:
    organisation = an_organisation()
    token = organisation_actions.invite(organisation, email=EMAIL, role=OrganisationRole.CONTACT, by=a_keeper())
    client.post(url_of(token), FORM)
    assert organisation.memberships.get(person__email=EMAIL).role == "referent"
    assert client.get(reverse("espace_organisation", args=[organisation.pk])).status_code == 200


def test_only_the_keeping_body_has_keepers(db: None) -> None:
    with pytest.raises(Refusal, match="Seul l’organisme"):
        organisation_actions.invite(an_organisation(), email=EMAIL, role=OrganisationRole.KEEPER, by=a_keeper())


def test_an_address_is_invited_once_to_a_role(campus: Campus, token: str) -> None:
    with pytest.raises(Refusal, match="déjà invitée"):
        actions.invite(campus, email=EMAIL, role=CampusRole.DIRECTOR, by=None)


def test_a_role_is_not_given_twice_to_a_person_whose_address_has_changed(campus: Campus, token: str) -> None:
    person = a_person(email=EMAIL)
    actions.accept_invitation(token, person=person)
    again = actions.invite(campus, email="changee@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    person.email = "changee@exemple.fr"
    person.save()
    with pytest.raises(Refusal, match="déjà ce rôle"):
        actions.accept_invitation(again, person=person)


def test_a_refused_acceptance_leaves_no_account(token: str) -> None:
    CampusMembership.objects.invited().update(token_expires_at=timezone.now() - dt.timedelta(days=1))
    before = Change.objects.count()
    with pytest.raises(Refusal):
        actions.accept_as_new_person(token, name="Nouvelle", password=PASSWORD)
    assert not User.objects.filter(email=EMAIL).exists()
    assert Change.objects.count() == before


def test_the_database_keeps_no_open_key_on_an_accepted_or_ended_role(token: str) -> None:
    membership = CampusMembership.objects.invited().get()
    membership.ends_on = timezone.localdate()
    with pytest.raises(IntegrityError), transaction.atomic():
        membership.save()


def test_of_two_acceptances_at_once_one_succeeds(committed_db: None) -> None:
    token = actions.invite(a_campus(), email=EMAIL, role=CampusRole.DIRECTOR, by=None)
    together, outcomes = threading.Barrier(2), []

    def accept(name: str) -> None:
        together.wait()
        try:
            actions.accept_as_new_person(token, name=name, password=PASSWORD)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[name]) for name in ("Une", "Autre")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1] == "done"
    assert "déjà servi" in sorted(outcomes)[0]
    assert User.objects.filter(email=EMAIL).count() == 1
    assert Change.objects.filter(act="organisations.accept_invitation").count() == 1


def test_who_directs_a_campus_is_not_invited_to_it_again(db: None) -> None:
    campus = a_campus()
    director, contributor, keeper = a_director(campus), a_contributor(campus), a_keeper()
    campus.memberships.update(invited_email="ancienne@exemple.fr")
    for person, role in ((director, CampusRole.CONTRIBUTOR), (director, CampusRole.DIRECTOR)):
        with pytest.raises(Refusal, match="dirige déjà"):
            actions.invite(campus, email=person.email, role=role, by=keeper)
    with pytest.raises(Refusal, match="déjà ce rôle"):
        actions.invite(campus, email=contributor.email, role=CampusRole.CONTRIBUTOR, by=keeper)
    assert actions.invite(campus, email=contributor.email, role=CampusRole.DIRECTOR, by=keeper)
