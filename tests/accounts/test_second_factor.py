"""A second factor: an application, a key, recovery codes; owed by everyone."""

import hashlib
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.accounts.leaving import is_erased
from cmq.accounts.models import User
from cmq.accounts.recovery import make_codes, use_code
from cmq.core.models import OutgoingMail
from cmq.core.rights import Role
from cmq.organisations.actions import invite
from cmq.organisations.models import OrganisationRole
from cmq.web.espace.gates import owes_second_factor
from tests.accounts.factors import Clock, Key, code_of
from tests.cast import a_stage
from tests.factories import a_keeper, a_person, an_organisation
from tests.procedure.test_at_once import at_once

PASSWORD = "mot de passe de test"
INDEX = "mfa_index"


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Clock:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    return Clock(monkeypatch)


def log_in(person: User) -> Client:
    """With the password; what follows depends on the person's factors."""
    client = Client()
    known = {"email": person.email, "verified": True, "primary": True}
    EmailAddress.objects.get_or_create(user=person, defaults=known)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client


def confirmed(client: Client) -> Client:
    """Who has just proven again, by the password, that it is them."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse(INDEX)})
    return client


def add_application(client: Client) -> tuple[str, list[str]]:
    """The secret that the application now holds, and the recovery codes that were shown."""
    url = reverse("mfa_activate_totp")
    secret = client.get(url).context["form"].secret
    assert secret not in str(dict(client.session)), "who reads the sessions makes codes"
    shown = client.post(url, {"code": code_of(secret)}, follow=True)
    return secret, re.findall(r"<code>([\w-]+)</code>", shown.content.decode())


def test_an_application_is_added_then_asked_for_and_each_code_serves_once(
    db: None, clock: Clock, django_capture_on_commit_callbacks: Any
) -> None:
    person = a_keeper()
    client = confirmed(log_in(person))
    with django_capture_on_commit_callbacks(execute=True):
        secret, codes = add_application(client)
    # Twenty-four letters of base 32: 120 bits, where a plain digest wants 112 (ASVS 5.0, 6.5.2).
    assert len(set(codes)) == 10 and all(re.fullmatch(r"([A-Z2-7]{4}-){5}[A-Z2-7]{4}", each) for each in codes)
    again = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "Il vous reste 10 codes" in again and not [each for each in codes if each in again], "shown a second time"
    recovery = Authenticator.objects.get(user=person, type="recovery_codes")
    bare = [each.replace("-", "") for each in codes]
    assert sorted(recovery.data["digests"]) == sorted(hashlib.sha256(each.encode()).hexdigest() for each in bare)
    assert not [each for each in (*codes, *bare) if each in f"{recovery.data} {dict(client.session)}"], "kept"
    kept = Authenticator.objects.get(user=person, type="totp")
    assert secret not in str(kept.data), "who reads the database makes codes"
    told = [each.subject for each in OutgoingMail.objects.filter(to=person.email)]
    assert told == ["Une application de codes a été ajoutée à votre compte"]

    entering = log_in(person)
    assert entering.get(reverse("espace")).status_code == 302, "the password alone opens"
    entering.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert entering.get(reverse("espace")).status_code == 302
    # As somebody copies it from paper.
    entering.post(reverse("mfa_authenticate"), {"code": codes[0].lower().replace("-", " ").replace("o", "0")})
    assert entering.get(reverse("espace")).status_code == 200
    assert "Il en reste 9" in client.get(reverse(INDEX)).content.decode()
    twice = log_in(person)
    twice.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert twice.get(reverse("espace")).status_code == 302, "a recovery code serves twice"
    twice.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert twice.get(reverse("espace")).status_code == 302, "the code that added the application serves again"
    clock.move()
    code = code_of(secret)
    twice.post(reverse("mfa_authenticate"), {"code": code})
    assert twice.get(reverse("espace")).status_code == 200
    thrice = log_in(person)
    # Not even when the memory of what was used is over.
    for later in (29, 2, 29):
        clock.move(later)
        thrice.post(reverse("mfa_authenticate"), {"code": code})
        assert thrice.get(reverse("espace")).status_code == 302, "a code of the application serves twice"


def test_a_code_of_the_application_lives_for_its_own_half_minute(db: None, clock: Clock) -> None:
    person = a_person()
    secret, _ = add_application(confirmed(log_in(person)))
    clock.move()
    shown, entering = code_of(secret), log_in(person)
    page = reverse("mfa_authenticate")
    for code in (code_of(secret, steps=-1), code_of(secret, steps=1)):
        refused = entering.post(page, {"code": code}).content.decode()
        assert "en réglage automatique" in refused and "Attendez" in refused
    clock.move()
    entering.post(page, {"code": shown})
    assert entering.get(reverse("espace")).status_code == 302, "a code lives longer than half a minute"
    shown = code_of(secret)
    clock.move(29)
    entering.post(page, {"code": shown})
    assert entering.get(reverse("espace")).status_code == 200


def test_new_codes_replace_the_former_ones_and_a_letter_says_so(db: None) -> None:
    person = a_person()
    client = confirmed(log_in(person))
    page = reverse("mfa_generate_recovery_codes")
    assert "Ajoutez d’abord" in client.post(page, follow=True).content.decode(), "codes without a factor"
    _, former = add_application(client)
    codes = re.findall(r"<code>([\w-]+)</code>", client.post(page, follow=True).content.decode())
    assert len(codes) == 10 and not set(codes) & set(former)
    assert OutgoingMail.objects.filter(to=person.email, subject__startswith="De nouveaux codes").count() == 1
    assert (use_code(person, former[0]), use_code(a_person(), codes[0])) == (None, None)
    later = log_in(person)
    later.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert later.get(page).status_code == later.post(page).status_code == 302
    # With a code, as every change of a factor asks; this page is then done as it was sent.
    later.post(reverse("mfa_reauthenticate"), {"code": codes[0], "next": page})
    assert use_code(person, codes[1]), "made anew without a proof"
    later.post(page)
    later.post(reverse("mfa_reauthenticate"), {"code": codes[2], "next": page})
    assert use_code(person, codes[3]) is None


def test_a_lost_telephone_is_replaced_by_two_recovery_codes(db: None, settings: Any, clock: Clock) -> None:
    settings.SECOND_FACTOR = True
    person = a_person()
    client = confirmed(log_in(person))
    lost, codes = add_application(client)
    assert reverse("mfa_deactivate_totp") not in client.get(reverse(INDEX)).content.decode(), "the last one stays"
    clock.move(3600)
    entering, page = log_in(person), reverse("mfa_activate_totp")
    entered = entering.post(reverse("mfa_authenticate"), {"code": codes[0]}, follow=True).content.decode()
    assert "il vous en reste 9" in entered and "Remplacez l’application" in entered
    assert entering.get(page).status_code == 302
    entering.post(reverse("mfa_reauthenticate"), {"code": codes[1], "next": page})
    asked = entering.get(page)
    secret = asked.context["form"].secret
    assert "prend la place" in asked.content.decode() and secret != lost
    entering.post(page, {"code": "000000"})
    assert Authenticator.objects.filter(user=person, type="totp").count() == 1
    entering.post(page, {"code": code_of(secret)})
    clock.move()
    for held, opened in ((lost, 302), (secret, 200)):
        again = log_in(person)
        again.post(reverse("mfa_authenticate"), {"code": code_of(held)})
        assert again.get(reverse("espace")).status_code == opened
    assert use_code(person, codes[2]), "the codes stay"


def test_a_recovery_code_refused_says_what_to_do(db: None) -> None:
    person = a_person()
    _, codes = add_application(confirmed(log_in(person)))
    assert use_code(person, codes[0])
    entering = log_in(person)
    refused = entering.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "il a déjà servi" in refused.content.decode() and entering.get(reverse("espace")).status_code == 302
    form = refused.context["form"]
    assert (form.recovery, form["code"].value(), list(form.errors)) == (codes[0], "", ["__all__"])
    for _ in range(5):
        entering.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "Trop" in entering.post(reverse("mfa_authenticate"), {"code": codes[0]}).content.decode()


def test_who_just_opened_their_account_adds_a_factor_without_proving_it_again(db: None) -> None:
    client = Client()
    token = invite(an_organisation(), email="neuve@exemple.fr", role=OrganisationRole.OBSERVER, by=None)
    chosen = "girafe violette en marche"
    sent = {"name": "Odile Serrat", "password": chosen, "repeated": chosen}
    assert client.post(reverse("espace_invitation", args=[token]), sent).status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_codes_of_the_former_form_still_serve(db: None) -> None:
    person = a_person()
    client = confirmed(log_in(person))
    add_application(client)
    Authenticator.objects.filter(user=person, type="recovery_codes").delete()
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    assert "Il en reste 10. Ils servent encore" in client.get(reverse(INDEX)).content.decode()
    for opened in (200, 302):
        entering = log_in(person)
        entering.post(reverse("mfa_authenticate"), {"code": code})
        assert entering.get(reverse("espace")).status_code == opened
    client.post(reverse("mfa_generate_recovery_codes"))
    assert "Ils servent encore" not in client.get(reverse(INDEX)).content.decode()


@pytest.mark.usefixtures("committed_db")
def test_one_code_sent_twice_at_once_serves_once() -> None:
    person = a_person()
    code, other, *_ = make_codes(person)
    assert sorted(map(bool, at_once(lambda: use_code(person, code), lambda: use_code(person, code)))) == [False, True]
    assert use_code(person, other)


def test_codes_cannot_be_guessed_one_after_the_other(db: None, clock: Clock) -> None:
    person = a_person()
    secret, _ = add_application(confirmed(log_in(person)))
    entering = log_in(person)
    for guess in range(12):
        entering.post(reverse("mfa_authenticate"), {"code": f"{guess:06d}"})
    clock.move()
    entering.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert entering.get(reverse("espace")).status_code == 302


def test_a_key_is_added_named_asked_for_and_removed(db: None) -> None:
    person, key = a_keeper(), Key()
    client = confirmed(log_in(person))
    url = reverse("mfa_add_webauthn")
    options = client.get(url).context["js_data"]["creation_options"]
    client.post(url, {"name": "Clé du bureau", "credential": key.register(options)})
    kept = Authenticator.objects.get(user=person, type="webauthn")
    assert "Clé du bureau" in client.get(reverse(INDEX)).content.decode()
    client.post(reverse("mfa_edit_webauthn", args=[kept.pk]), {"name": "Clé de poche"})
    assert "Clé de poche" in client.get(reverse(INDEX)).content.decode()

    entering, fooled = log_in(person), key.seen_from("https://mechant.exemple")
    for holder, opened in ((Key(), 302), (fooled, 302), (key, 200)):
        asked = entering.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
        answer = entering.post(reverse("mfa_authenticate"), {"credential": holder.sign(asked)}).content.decode()
        assert ("Cette clé n’a pas été acceptée" in answer) == (opened == 302)
        assert entering.get(reverse("espace")).status_code == opened

    client.post(reverse("mfa_remove_webauthn", args=[kept.pk]))
    assert not Authenticator.objects.filter(user=person, type="webauthn").exists()


def test_a_key_that_did_not_check_its_holder_does_not_replace_the_password(db: None) -> None:
    client = confirmed(log_in(a_person()))
    url = reverse("mfa_add_webauthn")
    options = client.get(url).context["js_data"]["creation_options"]
    sent = {"name": "Clé", "passwordless": "on", "credential": Key().register(options)}
    assert "Cette clé n’a pas été acceptée" in client.post(url, sent).content.decode()
    assert not Authenticator.objects.exists()


def test_the_workspace_waits_for_everyones_factor(db: None, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    keeper, nobody, shown = a_keeper(), a_person(), a_keeper()
    User.objects.filter(pk=shown.pk).update(is_demo=True)
    for person, opened in ((nobody, 302), (shown, 200), (keeper, 302)):
        assert log_in(person).get(reverse("espace")).status_code == opened
    client = log_in(keeper)
    for method in ("get", "head", "options", "post", "put", "delete"):
        for path in ("/espace/registre/", "/espace/registre/campus/nouveau/", "/espace/compte/", "/espace/rien/"):
            answer = getattr(client, method)(path)
            assert (answer.status_code, answer["Location"]) == (302, reverse(INDEX)), (method, path)
    assert "Une étape avant d’entrer" in client.get(reverse(INDEX)).content.decode()
    technician = a_person(is_superuser=True, is_staff=True)
    assert log_in(technician).get("/technique/")["Location"] == reverse(INDEX)
    assert client.get("/espace/invitation/rien/").status_code == 404

    add_application(confirmed(client))
    assert client.get(reverse("espace")).status_code == 200
    # The technical team has taken the application away and left the codes: the password alone would open.
    Authenticator.objects.filter(user=keeper, type="totp").delete()
    assert log_in(keeper).get(reverse("espace")).status_code == 302


def test_every_role_owes_a_factor_and_none_does_too(db: None, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    stage = a_stage()
    owing = {role for role in Role if role is not Role.VISITOR and owes_second_factor(stage.person(role))}
    assert owing == set(Role) - {Role.VISITOR}


def test_who_only_leaves_needs_no_factor_and_no_terms(db: None, settings: Any) -> None:
    settings.SECOND_FACTOR = settings.ASKS_TERMS = True
    person = a_person()
    client = log_in(person)
    for page in (reverse(INDEX), client.get(reverse("espace"))["Location"]):
        asked = client.get(page).content.decode()
        for name in ("espace_own_data", "espace_account_erase", "account_logout"):
            assert f'href="{reverse(name)}"' in asked and client.get(reverse(name)).status_code == 200
    archive = client.post(reverse("espace_own_data_file"))
    assert archive["Content-Type"] == "application/zip"
    assert "effacé" in client.post(reverse("espace_account_erase"), {"sure": "on"}).content.decode()
    person.refresh_from_db()
    assert is_erased(person)


def test_the_last_factor_that_is_owed_stays(db: None, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    client, key = confirmed(log_in(a_keeper())), Key()
    add_application(client)
    url = reverse("mfa_deactivate_totp")
    assert "ajoutez-en un autre" in client.post(url).content.decode()
    added = reverse("mfa_add_webauthn")
    client.post(
        added, {"name": "Clé", "credential": key.register(client.get(added).context["js_data"]["creation_options"])}
    )
    client.post(url)
    assert [each.type for each in Authenticator.objects.order_by("type")] == ["recovery_codes", "webauthn"]
    client.post(reverse("mfa_remove_webauthn", args=[Authenticator.objects.get(type="webauthn").pk]))
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_another_persons_key_is_out_of_reach(db: None) -> None:
    owner, other = a_person(), confirmed(log_in(a_person()))
    key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Clé", "credential": {}})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert other.post(reverse(name, args=[key.pk]), {"name": "À moi"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_with_a_factor_the_password_no_longer_confirms(db: None, clock: Clock) -> None:
    person = a_person()
    secret, _ = add_application(confirmed(log_in(person)))
    client = log_in(person)
    clock.move()
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    add = reverse("mfa_add_webauthn")
    assert client.get(add).status_code == 302
    confirmed(client)
    assert client.get(add).status_code == 302, "the password has confirmed"


def test_a_secret_opens_again_after_the_key_of_the_site_has_changed(db: None, settings: Any) -> None:
    from cmq.web.espace.factor_adapter import FactorAdapter

    kept = FactorAdapter().encrypt("SECRET")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "une autre clé"
    assert FactorAdapter().decrypt(kept) == "SECRET"


@pytest.mark.parametrize("name", ["mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "mfa_generate_recovery_codes"])
def test_the_pages_of_factors_speak_french(db: None, name: str) -> None:
    client = confirmed(log_in(a_person()))
    if name == "mfa_generate_recovery_codes":
        add_application(client)
    text = re.sub(r"<script.*?</script>|<[^>]+>", "", client.get(reverse(name)).content.decode(), flags=re.S)
    assert "econd facteur" in text or "clé" in text or "code" in text
    for word in ("Two-", "Authenticator", "Recovery", "Security", "Passwordless", "Enter"):
        assert word not in text
