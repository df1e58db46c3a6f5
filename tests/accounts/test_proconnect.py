"""Log-in by ProConnect against a provider that runs: who enters, who does not, and every lie that must be noticed."""

import time
from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.accounts.models import AgentIdentity, User
from cmq.campuses import actions
from cmq.campuses.models import CampusRole
from cmq.core.models import OutgoingMail
from cmq.web.security import content_security_policy
from tests.accounts.agents_provider import CLIENT, SECRET, STRANGE_KEY, Provider, running
from tests.factories import a_campus

PASSWORD = "mot de passe de test"


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(db: None, served: Provider, settings: Any) -> Provider:
    honest = Provider(url=served.url)
    for each in fields(Provider):
        setattr(served, each.name, getattr(honest, each.name))
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    settings.PROCONNECT_ISSUER, settings.PROCONNECT_CLIENT_ID = served.url, CLIENT
    settings.PROCONNECT_CLIENT_SECRET = SECRET
    served.person = {"sub": "agent-1", "email": "Agent@Exemple.fr", "given_name": "Ada", "usual_name": "L."}
    return served


@pytest.fixture
def agent(provider: Provider) -> User:
    return open_account(email="agent@exemple.fr", name="Ada", password=PASSWORD)


def there(answer: Any) -> str:
    """The person logs in over there; the address where the provider sends them back, without our host."""
    assert answer.status_code == 302, answer
    back = urlsplit(httpx.get(answer["Location"]).headers["location"])
    return f"{back.path}?{back.query}"


def go(client: Client, **form: str) -> str:
    return there(client.post(reverse("proconnect_start"), form))


def is_in(client: Client) -> bool:
    return client.get(reverse("espace")).status_code == 200


def told(client: Client, back: str) -> str:
    return client.get(back, follow=True).content.decode()


def test_a_known_person_enters_as_the_protocol_wants_and_leaves_both(provider: Provider, agent: User) -> None:
    client = Client()
    page = client.get("/compte/connexion/?next=/espace/compte/").content.decode()
    assert "S’identifier avec ProConnect" in page and "Qu’est-ce que ProConnect" in page
    answer = client.get(go(client, next="/espace/compte/"))
    assert answer["Location"] == "/espace/compte/"
    assert is_in(client)
    asked = provider.asked
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) >= 32 and len(asked["nonce"]) >= 32
    assert '"acr":{"essential":true' in asked["claims"] and '"amr":{"essential":true}' in asked["claims"]
    assert AgentIdentity.objects.get(subject="agent-1").person == agent

    leaving = client.post(reverse("account_logout"))
    assert leaving["Location"].startswith(f"{provider.url}/session/end?")
    assert not is_in(client)
    assert "de ProConnect aussi" in told(client, there(leaving))
    assert provider.ended["id_token_hint"].count(".") == 2


def test_nothing_of_it_shows_while_it_is_off(client: Client, db: None) -> None:
    assert "ProConnect" not in client.get("/compte/connexion/").content.decode()
    assert client.post(reverse("proconnect_start")).status_code == 404
    assert not is_in(client)
    assert "form-action 'self';" in content_security_policy()


def test_our_forms_may_lead_to_the_provider_alone(provider: Provider) -> None:
    assert f"form-action 'self' {provider.url};" in content_security_policy()


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"spoil": {"nonce": "autre"}},
    "expired": {"spoil": {"exp": 1_600_000_000}},
    "for another site": {"spoil": {"aud": "autre"}},
    "for several, of nobody": {"spoil": {"aud": [CLIENT, "autre"]}},
    "of another issuer": {"spoil": {"iss": "https://autre.exemple"}},
    "another access token": {"spoil": {"at_hash": "autre"}},
    "issued tomorrow": {"spoil": {"iat": 4_000_000_000}},
    "signed with a strange key": {"signs_with": STRANGE_KEY},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_lies_opens_nothing(provider: Provider, agent: User, lie: str) -> None:
    for name, value in LIES[lie].items():
        setattr(provider, name, value)
    client = Client()
    assert "n’a pas abouti" in told(client, go(client))
    assert not is_in(client)


def test_a_provider_that_calls_itself_otherwise_is_none(provider: Provider, agent: User) -> None:
    provider.calls_itself = "https://autre.exemple"
    answer = Client().post(reverse("proconnect_start"), follow=True)
    assert "ProConnect ne répond pas" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("account_login"), "led to a provider that is not ours"


def test_a_renewed_key_is_asked_for(provider: Provider, agent: User) -> None:
    first, second = Client(), Client()
    first.get(go(first))
    provider.shows = provider.signs_with = STRANGE_KEY
    second.get(go(second))
    assert is_in(first) and is_in(second)


def test_an_answer_is_for_the_browser_that_asked_and_serves_once(provider: Provider, agent: User) -> None:
    client, thief = Client(), Client()
    back = go(client)
    thief.get(back)
    go(thief)
    thief.get(back)
    assert not is_in(thief), "a state of somebody else"
    client.get(back)
    assert is_in(client)
    code = parse_qs(urlsplit(back).query)["code"][0]
    replaying = Client()
    state = parse_qs(urlsplit(go(replaying)).query)["state"][0]
    assert "n’a pas abouti" in told(replaying, f"{reverse('proconnect_return')}?code={code}&state={state}")
    assert not is_in(replaying), "a code that has served"


def test_a_code_taken_on_the_way_lacks_the_verifier(provider: Provider, agent: User) -> None:
    victim, thief = Client(), Client()
    code = parse_qs(urlsplit(go(victim)).query)["code"][0]
    state = parse_qs(urlsplit(go(thief)).query)["state"][0]
    assert "n’a pas abouti" in told(thief, f"{reverse('proconnect_return')}?code={code}&state={state}")
    assert not is_in(thief)


def test_an_answer_that_comes_too_late_or_says_no_opens_nothing(
    provider: Provider, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    assert "n’a pas abouti" in told(client, f"{reverse('proconnect_return')}?error=access_denied&state={state}")
    back, later = go(client), time.time() + 601
    monkeypatch.setattr("cmq.core.proconnect.time.time", lambda: later)
    assert "n’a pas abouti" in told(client, back)
    assert not is_in(client)


def test_strangers_closed_accounts_and_unproven_addresses_stay_out(provider: Provider, agent: User) -> None:
    client = Client()
    provider.person |= {"email_verified": False}
    assert "ne garantit pas votre adresse" in told(client, go(client))
    provider.person |= {"email": "inconnue@exemple.fr", "email_verified": True, "sub": "agent-2"}
    assert "ni compte ni invitation" in told(client, go(client))
    provider.person |= {"email": "agent@exemple.fr"}
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert "ni compte ni invitation" in told(client, go(client))
    assert not is_in(client) and not AgentIdentity.objects.exists()


def test_a_level_that_the_site_does_not_take_is_refused(provider: Provider, agent: User, settings: Any) -> None:
    client = Client()
    settings.PROCONNECT_ACR = ["eidas2"]
    assert "niveau d’assurance" in told(client, go(client))
    provider.acr = "eidas2"
    client.get(go(client))
    assert is_in(client)


def test_a_person_stays_the_same_when_the_address_changes(provider: Provider, agent: User) -> None:
    first, later = Client(), Client()
    first.get(go(first))
    provider.person |= {"email": "nouvelle@exemple.fr"}
    later.get(go(later))
    assert later.get(reverse("espace")).wsgi_request.user == agent


def test_an_invited_agent_gets_an_account_without_a_password_and_then_the_role(
    provider: Provider, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    token = actions.invite(a_campus(), email="agent@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    invitation, client = f"/espace/invitation/{token}/", Client()
    assert client.get(go(client, next=invitation))["Location"] == invitation
    person = User.objects.get(email="agent@exemple.fr")
    assert (person.name, person.has_usable_password()) == ("Ada L.", False)
    client.post(invitation)
    assert person.campusmemberships.get().role == CampusRole.DIRECTOR
    assert client.get(reverse("espace"))["Location"] == reverse("mfa_index"), "no second factor anywhere"
    provider.amr = ["pwd", "mfa"]
    client.get(go(client))
    assert is_in(client)


def test_an_agent_proves_anew_who_they_are_at_the_provider(provider: Provider, settings: Any) -> None:
    settings.STEP_UP_MINUTES = 10
    actions.invite(a_campus(), email="agent@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    client = Client()
    client.get(go(client))
    page = client.get("/compte/confirmer/?next=/espace/compte/", follow=True)
    assert "ProConnect vous redemandera" in page.content.decode()
    assert client.get(go(client, encore="1", next="/espace/compte/"))["Location"] == "/espace/compte/"
    assert provider.asked["prompt"] == "login"
    provider.auth_time = int(time.time()) - 3600
    assert "pas redemandé" in told(client, go(client, encore="1"))
    provider.auth_time = 0
    open_account(email="autre@exemple.fr", name="Autre", password=PASSWORD)
    provider.person |= {"sub": "agent-3", "email": "autre@exemple.fr"}
    assert "quelqu’un d’autre" in told(client, go(client, encore="1"))


SENSITIVE = [
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_generate_recovery_codes",
    "espace_tokens",
]


@pytest.mark.parametrize("name", SENSITIVE)
def test_an_agents_session_left_open_changes_no_way_in(
    provider: Provider, settings: Any, name: str, agent: User
) -> None:
    settings.STEP_UP_MINUTES = 10
    agent.set_unusable_password()
    agent.save()
    client = Client()
    client.get(go(client))
    assert client.get(reverse(name)).status_code in (200, 302)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**each, "at": each["at"] - 660} for each in records]
    session.save()
    for answer in (client.get(reverse(name)), client.post(reverse(name), {"email": "voleur@exemple.fr"})):
        assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={reverse(name)}"


def test_with_a_factor_here_the_provider_confirms_nothing(provider: Provider, agent: User, settings: Any) -> None:
    settings.STEP_UP_MINUTES = 10
    client = Client()
    client.get(go(client))
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "x"})
    proofs = len(client.session["account_authentication_methods"])
    assert "par lui" in told(client, go(client, encore="1", next="/espace/jetons/"))
    assert len(client.session["account_authentication_methods"]) == proofs


def test_the_mailbox_of_an_agent_gives_the_account_no_password(provider: Provider, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    actions.invite(a_campus(), email="agent@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    client, stranger = Client(), Client()
    client.get(go(client))
    forgotten = reverse("account_reset_password")
    known = stranger.post(forgotten, {"email": "agent@exemple.fr"})
    unknown = stranger.post(forgotten, {"email": "personne@exemple.fr"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    letters = OutgoingMail.objects.filter(to="agent@exemple.fr").exclude(subject__contains="nvitation")
    assert [each.subject for each in letters] == ["Votre compte s’ouvre par ProConnect"]
    assert "mot-de-passe/nouveau" not in letters[0].text
    # Where there is no ProConnect any more, a letter is the only way in again.
    settings.PROCONNECT_CLIENT_ID = ""
    stranger.post(forgotten, {"email": "agent@exemple.fr"})
    assert letters.filter(subject="Choisir un nouveau mot de passe").exists()


def test_a_dead_provider_says_so(provider: Provider, agent: User) -> None:
    client = Client()
    provider.is_down = True
    answer = client.post(reverse("proconnect_start"), follow=True)
    assert "ne répond pas" in answer.content.decode()


@pytest.mark.parametrize("place", ["//mechant.exemple/", "https://mechant.exemple/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(provider: Provider, agent: User, place: str) -> None:
    client = Client()
    assert client.get(go(client, next=place))["Location"] == reverse("espace")
