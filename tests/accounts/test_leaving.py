"""An account is erased: nothing of the person is left but public signatures; nobody goes on whom something depends."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts import leaving
from cmq.accounts.models import User
from cmq.accounts.own_data import own_data
from cmq.alerts import actions as alerts
from cmq.alerts.models import Rhythm, SavedSearch
from cmq.awards.actions.deciding import sign
from cmq.awards.models import Signature
from cmq.awards.rules import digest_of
from cmq.campaigns.actions import seat_person
from cmq.campuses import actions as campus_actions
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import Refusal
from cmq.core.feed import first_broken_position
from cmq.core.models import Change, OutgoingMail
from cmq.core.rights import Role
from cmq.newsletter.models import Subscriber
from cmq.opendata.actions import make_token
from cmq.opendata.models import ApiToken, Scope
from cmq.organisations.actions import invite
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from tests.cast import PASSWORD, Stage, a_stage
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation
from tests.newsletter.letter_world import subscribed
from tests.procedure.test_at_once import at_once
from tests.sweeping import swept

NOW = timezone.now()
DAY = dt.timedelta(days=1)
UNREAD = {"reference", "contenttypes", "auth"}


@pytest.fixture
def stage(db: None, settings: Any) -> Stage:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return a_stage()


def where(*words: str) -> set[str]:
    """Every column of the database that says one of these words, in whatever case."""
    found = set()
    for model in apps.get_models():
        if model._meta.app_label in UNREAD:
            continue
        for row in model._base_manager.values():
            found |= {
                f"{model._meta.label}.{column}"
                for column, value in row.items()
                if any(word.lower() in str(value).lower() for word in words)
            }
    return found


def log_in(person: User) -> Client:
    client = Client(headers={"user-agent": "Navigateur de Zélie"})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def a_name(person: User) -> User:
    person.name, person.email = "Zélie Quatremer", "zelie.quatremer@exemple.fr"
    person.save()
    EmailAddress.objects.update_or_create(
        user=person, defaults={"email": person.email, "verified": True, "primary": True}
    )
    return person


def test_nothing_of_a_contributor_is_left_anywhere(stage: Stage) -> None:
    person = a_name(stage.people[Role.CONTRIBUTOR])
    client = log_in(person)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    invite(stage.organisation, email=person.email, role=OrganisationRole.CONTACT, by=None)
    ApiToken.objects.create(
        person=person, name="Pour Zélie", scope=Scope.FILES, digest="0", made_at=NOW, expires_at=NOW + DAY
    )
    mail.post(person.email, "mail/account_sleeps", {"name": person.name, "last": NOW, "day": NOW.date()}, key="k")
    subscribed(person.email)
    alerts.ask(email=person.email, query="q=soudeur", rhythm=Rhythm.DAILY)
    assert {"accounts.User.name", "core.OutgoingMail.text"} < where("Quatremer")
    page = client.get(reverse("espace_account_erase")).content.decode()
    assert "Vos signatures" in page and f"Compte effacé no {person.pk}" in page
    assert client.post(reverse("espace_account_erase"), {}).status_code == 422
    done = client.post(reverse("espace_account_erase"), {"sure": "on", "with_subscriptions": "on"})
    assert done.status_code == 200 and "Votre compte est effacé" in done.content.decode()
    assert where("quatremer", "zélie") == set()
    assert not Subscriber.objects.exists() and not SavedSearch.objects.exists()
    assert client.get(reverse("espace")).status_code == 302
    person.refresh_from_db()
    assert str(person) == f"Compte effacé no {person.pk}" and not person.is_active
    role = CampusMembership.objects.get(person=person)
    assert role.ends_on == timezone.localdate() and role.invited_email == ""
    withdrawn = OrganisationMembership.objects.get(organisation=stage.organisation, person=None, invited_email="")
    assert withdrawn.ends_on == timezone.localdate()
    assert not UserSession.objects.filter(user=person).exists() and not Authenticator.objects.filter(user=person)
    assert first_broken_position() is None and Change.objects.filter(by=person.pk, act="accounts.erase").exists()
    with pytest.raises(Refusal, match="déjà effacé"):
        leaving.erase_account(person, by=person)


def test_the_name_on_a_signed_award_stays_and_that_alone(stage: Stage) -> None:
    person = a_name(stage.people[Role.AUTHORITY])
    decision, signature = stage.decision_to_sign, stage.signature
    assert decision and signature
    decision.digest = digest_of(decision)
    decision.save()
    # The last signature would also award: another one is awaited.
    other = signature.authority.college.authorities.exclude(pk=signature.authority_id)[0]
    Signature.objects.create(decision=decision, authority=other)
    sign(signature, by=person)
    with pytest.raises(Refusal, match="Vous seul tenez"):
        leaving.erase_account(person, by=person)
    seat = person.seats.get().seat
    seat_person(seat, a_person(), is_deputy=True, by=None)
    leaving.erase_account(person, by=person)
    signature.refresh_from_db()
    assert signature.signer.startswith("Zélie Quatremer, ") and signature.digest == decision.digest
    assert where("quatremer", "zélie") == {"awards.Signature.signer"}
    assert not person.seats.filter(ends_on=None).exists()
    assert first_broken_position() is None


@pytest.mark.django_db
def test_who_alone_keeps_something_hands_it_over_first() -> None:
    campus, keeper, technician = a_campus(), a_keeper(), a_person(is_superuser=True, is_staff=True)
    director = a_director(campus)
    for person, said in ((director, "passage de relais"), (keeper, "seul gardien"), (technician, "équipe technique")):
        with pytest.raises(Refusal, match=said):
            leaving.erase_account(person, by=person)
        assert User.objects.get(pk=person.pk).is_active
    a_director(campus)
    a_keeper()
    a_person(is_superuser=True, is_staff=True)
    for person in (director, keeper, technician):
        leaving.erase_account(person, by=person)
    with pytest.raises(Refusal):
        leaving.erase_account(a_person(), by=a_person())


@pytest.mark.django_db
def test_a_director_who_is_about_to_leave_counts_no_more() -> None:
    campus = a_campus()
    director, other = a_director(campus), a_director(campus, ends_on=timezone.localdate() + 9 * DAY)
    with pytest.raises(Refusal, match="seul à diriger"):
        leaving.erase_account(director, by=director)
    leaving.erase_account(other, by=other)
    assert CampusMembership.objects.get(person=other).ends_on == timezone.localdate()


@pytest.mark.usefixtures("committed_db")
def test_of_the_last_two_who_leave_at_once_one_stays() -> None:
    campus = a_campus()
    one, two = a_director(campus), a_director(campus)
    results = at_once(
        lambda: leaving.erase_account(one, by=one) or True, lambda: leaving.erase_account(two, by=two) or True
    )
    assert sum(isinstance(each, Refusal) for each in results) == 1
    assert User.objects.filter(is_active=True).count() == 1 and first_broken_position() is None


def long_ago(person: User, *, days: int) -> User:
    User.objects.filter(pk=person.pk).update(date_joined=NOW - 3000 * DAY, last_login=NOW - days * DAY)
    return person


def sent(at: dt.datetime) -> int:
    number = leaving.tell_sleepers(at=at)
    OutgoingMail.objects.update(sent_at=at)
    return number


@pytest.mark.django_db
def test_an_account_that_sleeps_is_told_then_erased_unless_somebody_comes_back() -> None:
    campus = a_campus()
    gone, back, awake = (a_contributor(campus) for _ in range(3))
    alone = a_director(campus)
    for person, days in ((gone, 731), (back, 731), (awake, 729), (alone, 2000)):
        long_ago(person, days=days)
    assert sent(NOW) == 2 and sent(NOW + DAY) == 0
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {gone.email, back.email}
    assert "sera effacé le" in OutgoingMail.objects.get(to=gone.email).text
    User.objects.filter(pk=back.pk).update(last_login=NOW + 2 * DAY)
    assert swept("accounts.account", at=NOW + 29 * DAY) == 0
    assert swept("accounts.account", at=NOW + 31 * DAY) == 1
    assert swept("accounts.account", at=NOW + 31 * DAY) == 0
    assert [leaving.is_erased(User.objects.get(pk=each.pk)) for each in (gone, back, awake, alone)] == [
        True,
        False,
        False,
        False,
    ]
    # Two years later, whoever came back is told anew.
    assert back.email in {to for to in _told(NOW + 2 * DAY + 731 * DAY)}


def _told(at: dt.datetime) -> set[str]:
    OutgoingMail.objects.all().delete()
    sent(at)
    return set(OutgoingMail.objects.values_list("to", flat=True))


@pytest.mark.django_db
def test_nobody_is_erased_whom_the_letter_did_not_reach_the_server_for() -> None:
    person = long_ago(a_person(), days=800)
    assert leaving.tell_sleepers(at=NOW) == 1
    assert swept("accounts.account", at=NOW + 31 * DAY) == 0
    OutgoingMail.objects.update(sent_at=NOW)
    assert swept("accounts.account", at=NOW + 31 * DAY) == 1
    assert leaving.is_erased(User.objects.get(pk=person.pk))


@pytest.mark.django_db
def test_a_closed_account_goes_without_a_letter_and_the_demonstration_never() -> None:
    closed, shown = long_ago(a_person(is_active=False), days=731), long_ago(a_person(is_demo=True), days=3000)
    assert leaving.tell_sleepers(at=NOW) == 0
    assert swept("accounts.account", at=NOW) == 1
    assert leaving.is_erased(User.objects.get(pk=closed.pk)) and not leaving.is_erased(User.objects.get(pk=shown.pk))


def test_the_file_holds_all_that_is_known_and_no_secret(stage: Stage) -> None:
    person = a_name(stage.people[Role.DIRECTOR])
    client = log_in(person)
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Clé bleue", "credential": "SECRET-DE-LA-CLE"}
    )
    token = make_token(name="Tableau de bord", scope=Scope.CAMPUS, campus=stage.campus, days=30, by=person)
    mail.post(person.email, "mail/account_sleeps", {"name": person.name, "last": NOW, "day": NOW.date()}, key="k")
    subscriber = subscribed(person.email)
    alerts.ask(email=person.email, query="q=soudeur", rhythm=Rhythm.DAILY)
    answer = client.post(reverse("espace_own_data_file"))
    assert answer["Content-Type"] == "application/zip" and answer["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data, read = json.loads(archive.read("mes-donnees.json")), archive.read("mes-donnees.html").decode()
    assert data["compte"]["prénom et nom"] == "Zélie Quatremer"
    told = {each["sorte"]: each["lignes"] for each in data["donnees"]}
    assert told["commentaires"][0]["commentaire"] == "À préciser."
    assert told["rôles dans les campus"][0]["depuis le"]
    whole = json.dumps(data, ensure_ascii=False)
    for word in ("Clé bleue", "Navigateur de Zélie", "Tableau de bord", "soudeur", "Votre compte sera effacé", "a.pdf"):
        assert word in whole and word in read, word
    assert data["journal"] and all(Change.objects.get(pk=each["numero"]).by == person.pk for each in data["journal"])
    for secret in ("SECRET-DE-LA-CLE", token, person.password, subscriber.key, client.session.session_key):
        assert secret not in whole and secret not in read


def test_the_file_tells_of_nobody_else(stage: Stage) -> None:
    person = a_person()
    other = a_name(stage.people[Role.DIRECTOR])
    campus_actions.invite(stage.campus, email="invitee@exemple.fr", role=CampusRole.CONTRIBUTOR, by=other)
    told = own_data(other, at=NOW)
    assert "invitee@exemple.fr" not in str(told["donnees"]), "whom one invited is that person's own"
    assert [each for each in told["donnees"] if each["en_tant_que"] == "invitée par"]
    data = own_data(person, at=NOW)
    assert data["donnees"] == [] and data["journal"] == []
    assert other.email not in str(own_data(stage.people[Role.CONTRIBUTOR], at=NOW))


def test_both_ask_who_is_there_once_more(stage: Stage, settings: Any) -> None:
    person = stage.people[Role.MEMBER]
    client = log_in(person)
    settings.STEP_UP_MINUTES = 10
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 660} for each in records]
    session.save()
    for name, page in (("espace_own_data_file", "espace_own_data"), ("espace_account_erase", "espace_account_erase")):
        asked = client.post(reverse(name), {"sure": "on"})
        assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={reverse(page)}"
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.django_db
def test_a_role_somebody_ended_loses_its_invited_address_after_three_months() -> None:
    organisation, at = an_organisation(), NOW
    invite(organisation, email="jamais@exemple.fr", role=OrganisationRole.CONTACT, by=None, at=at)
    assert swept("organisations.invitations", at=at + 14 * DAY + 89 * DAY) == 0
    assert swept("organisations.invitations", at=at + 14 * DAY + 91 * DAY) == 1
    role = OrganisationMembership.objects.get(organisation=organisation)
    assert role.invited_email == "" and role.ends_on is not None
    # The address may be invited again.
    invite(organisation, email="jamais@exemple.fr", role=OrganisationRole.CONTACT, by=None, at=at + 200 * DAY)
