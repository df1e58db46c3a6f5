"""Log-in, log-out, new passwords, changed addresses: in French, by letters of the outbox, telling strangers nothing."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail as django_mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account, rename
from cmq.accounts.models import User
from cmq.core import mail
from cmq.core.errors import Refusal
from cmq.core.models import Change, OutgoingMail

PASSWORD = "mot de passe de test"
NEW = "un autre mot de passe long"
# Each of the two ways to find an account looks at the password.
HASHED_ONCE_REFUSED = 2


@pytest.fixture(autouse=True)
def _no_memory_of_attempts(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def person(db: None) -> User:
    return open_account(email="Claude@Exemple.fr", name="Claude", password=PASSWORD)


def log_in(client: Client, email: str, password: str) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password})


def letters() -> list[Any]:
    """What has left: in a test nothing commits, so the outbox is sent by hand, as its clock does."""
    mail.send_waiting()
    return django_mail.outbox


def link_in(text: str, path: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:8000({path}\S+)", text)
    assert found, text
    return found[1]


def test_a_person_logs_in_whatever_the_capitals_and_out_by_a_post(client: Client, person: User) -> None:
    answer = log_in(client, " CLAUDE@exemple.fr", PASSWORD)
    assert answer["Location"] == reverse("espace")
    assert client.get(reverse("espace")).status_code == 200
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("espace")).status_code == 200, "a GET has logged out"
    client.post(reverse("account_logout"))
    assert client.get(reverse("espace")).status_code == 302


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client, person: User) -> None:
    wrong = log_in(client, person.email, "faux faux faux")
    unknown = log_in(client, "inconnu@exemple.fr", "faux faux faux")
    for answer in (wrong, unknown):
        assert answer.status_code == 200
        assert not answer.wsgi_request.user.is_authenticated
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "ne sont pas correct" in str(wrong.context["form"].errors) or "incorrect" in str(
        wrong.context["form"].errors
    )


@pytest.mark.parametrize("state", ["wrong", "unknown", "closed", "without a password", "unproven"])
def test_every_refused_log_in_takes_the_same_work(
    client: Client, person: User, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is hashing, next to which all else is nothing: who times the answers learns no address."""
    if state == "closed":
        User.objects.filter(pk=person.pk).update(is_active=False)
    if state == "unproven":
        EmailAddress.objects.filter(user=person).update(verified=False)
    if state == "without a password":
        person.set_unusable_password()
        person.save()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *said: hashed.append(said[1]) or encode(*said))
    log_in(client, "inconnue@exemple.fr" if state == "unknown" else person.email, "faux faux faux")
    assert len(hashed) == HASHED_ONCE_REFUSED


def test_a_closed_account_does_not_open(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    log_in(client, person.email, PASSWORD)
    assert client.get(reverse("espace")).status_code == 302


def test_attempts_are_limited(client: Client, person: User) -> None:
    for _ in range(6):
        log_in(client, person.email, "faux faux faux")
    answer = log_in(client, person.email, PASSWORD)
    assert not answer.wsgi_request.user.is_authenticated


def test_the_door_of_the_technical_team_is_limited_too(client: Client, person: User) -> None:
    answer = client.get("/technique/login/?next=/technique/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_strangers_open_no_account(client: Client, db: None) -> None:
    url = reverse("account_signup")
    page = client.get(url)
    assert "par une invitation" in page.content.decode()
    client.post(url, {"email": "intrus@exemple.fr", "password1": NEW, "password2": NEW})
    assert not User.objects.filter(email="intrus@exemple.fr").exists()


def test_a_forgotten_password_is_chosen_anew(client: Client, person: User) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "claude@exemple.fr"})
    assert answer["Location"] == reverse("account_reset_password_done")
    letter = letters()[-1]
    assert letter.to == [person.email]
    assert letter.subject == "Choisir un nouveau mot de passe"
    form = client.get(link_in(letter.body, "/compte/mot-de-passe/nouveau/"), follow=True)
    url = form.request["PATH_INFO"]
    client.post(url, {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert letters()[-1].subject == "Votre mot de passe a été changé"
    used = Client().get(link_in(letter.body, "/compte/mot-de-passe/nouveau/"), follow=True)
    assert "ne vaut plus" in used.content.decode()


def test_the_link_of_a_letter_bears_our_name_whatever_host_is_claimed(person: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client(headers={"host": "mechant.exemple"}).post(reverse("account_reset_password"), {"email": person.email})
    assert "mechant" not in letters()[-1].body
    assert settings.SITE_URL in letters()[-1].body


def test_the_outbox_forgets_the_key_once_the_letter_has_left(client: Client, person: User) -> None:
    client.post(reverse("account_reset_password"), {"email": person.email})
    assert OutgoingMail.objects.get().text
    letters()
    kept = OutgoingMail.objects.get()
    assert kept.sent_at and kept.is_secret
    assert kept.text == ""


def test_asking_for_a_new_password_tells_nothing_of_who_has_an_account(client: Client, person: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": person.email}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "inconnu@exemple.fr"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    drawn = re.compile(rb'nonce="[^"]+"')
    assert drawn.sub(b"", known.content) == drawn.sub(b"", unknown.content)
    assert letters()[-1].to == ["inconnu@exemple.fr"]
    assert "Aucun compte" in letters()[-1].body


def test_a_new_password_must_be_long(client: Client, person: User) -> None:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("account_change_password")
    answer = client.post(url, {"oldpassword": PASSWORD, "password1": "court", "password2": "court"})
    assert "12 caractères" in answer.content.decode()
    client.post(url, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_an_address_changes_only_when_the_new_one_has_answered(client: Client, person: User) -> None:
    log_in(client, person.email, PASSWORD)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "Nouvelle@Exemple.fr", "action_add": ""})
    person.refresh_from_db()
    assert person.email == "claude@exemple.fr"
    url = link_in(letters()[-1].body, "/compte/adresse/confirmer/")
    assert client.get(url).status_code == 200
    person.refresh_from_db()
    assert person.email == "claude@exemple.fr", "a GET has confirmed"
    client.post(url)
    person.refresh_from_db()
    assert person.email == "nouvelle@exemple.fr"
    assert [each.email for each in EmailAddress.objects.filter(user=person)] == ["nouvelle@exemple.fr"]


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_email_verification_sent",
        "account_inactive",
        "account_reset_password_from_key_done",
    ],
)
def test_the_pages_speak_french_in_our_look(client: Client, db: None, name: str) -> None:
    text = client.get(reverse(name)).content.decode()
    assert text.count("<h1") == 1
    assert "Le registre public des campus" in text
    for word in ("Sign ", "Password", "Email", "Please", "account"):
        assert word not in re.sub(r"<[^>]+>", "", text)


def test_an_account_is_one_address_a_name_and_a_strong_password(db: None) -> None:
    person = open_account(email=" A@Exemple.fr ", name=" Ada \n L. ", password=PASSWORD)
    assert (person.email, person.name) == ("a@exemple.fr", "Ada L.")
    assert EmailAddress.objects.get(user=person).verified
    assert Change.objects.get(act="accounts.open").by == person.pk
    refusals = {
        "a déjà un compte": {"email": "A@exemple.fr", "name": "Ada", "password": PASSWORD},
        "Donnez votre prénom": {"email": "b@exemple.fr", "name": " ", "password": PASSWORD},
        "120 caractères": {"email": "b@exemple.fr", "name": "b" * 10_000, "password": PASSWORD},
        "trop court": {"email": "b@exemple.fr", "name": "Bé", "password": "court"},
    }
    for sentence, fields in refusals.items():
        with pytest.raises(Refusal, match=sentence):
            open_account(**fields)
    assert User.objects.count() == 1


def test_a_person_changes_the_name_that_others_see(person: User) -> None:
    rename(person, name="Claude  Autre")
    person.refresh_from_db()
    assert person.name == "Claude Autre"
    before = Change.objects.count()
    rename(person, name="Claude Autre")
    assert Change.objects.count() == before
    with pytest.raises(Refusal):
        rename(person, name=" ")
