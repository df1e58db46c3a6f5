"""Signing asks who is there once more: by a password, a factor or ProConnect, and signs nothing by itself."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from cmq.awards.models import Signature
from cmq.awards.rules import digest_of
from cmq.core.rights import Role
from tests.cast import PASSWORD, Stage, a_stage

OLD = 11 * 60


@pytest.fixture
def stage(db: None, settings: Any) -> Stage:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    settings.STEP_UP_MINUTES = 10
    stage = a_stage()
    decision, own = stage.decision_to_sign, stage.signature
    assert decision and own
    decision.digest = digest_of(decision)
    decision.save()
    # The last signature would also award: another one is awaited.
    other = own.authority.college.authorities.exclude(pk=own.authority_id)[0]
    Signature.objects.create(decision=decision, authority=other)
    return stage


def log_in(stage: Stage, role: Role, *, seconds_ago: int = 0) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": stage.person(role).email, "password": PASSWORD})
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**each, "at": each["at"] - seconds_ago} for each in records]
    session.save()
    return client


def sign(client: Client, stage: Stage) -> Any:
    assert stage.decision_to_sign and stage.signature
    return client.post(
        reverse("decision_sign", args=[stage.decision_to_sign.number]),
        {"signature": stage.signature.pk, "digest": stage.decision_to_sign.digest},
    )


def test_an_old_session_proves_itself_then_signs(stage: Stage) -> None:
    assert stage.decision_to_sign and stage.signature
    client = log_in(stage, Role.AUTHORITY, seconds_ago=OLD)
    page = reverse("decision", args=[stage.decision_to_sign.number])
    asked = sign(client, stage)
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next={page}"
    wrong = client.post(asked["Location"], {"password": "pas le bon", "next": page})
    assert wrong.status_code == 200
    assert sign(client, stage)["Location"].startswith(reverse("account_reauthenticate"))
    back = client.post(asked["Location"], {"password": PASSWORD, "next": page})
    assert back["Location"] == page
    stage.signature.refresh_from_db()
    assert stage.signature.signed_at is None, "the proof itself has signed"
    assert sign(client, stage)["Location"] == page
    stage.signature.refresh_from_db()
    assert stage.signature.signed_at is not None


def test_a_log_in_of_just_now_is_a_proof(stage: Stage) -> None:
    answer = sign(log_in(stage, Role.AUTHORITY), stage)
    assert not answer["Location"].startswith(reverse("account_reauthenticate"))


def test_a_proof_dated_by_a_clock_that_was_ahead_is_none(stage: Stage) -> None:
    answer = sign(log_in(stage, Role.AUTHORITY, seconds_ago=-2 * 86_400), stage)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_forms_of_the_other_acts_open_after_the_proof(stage: Stage) -> None:
    assert stage.application and stage.item
    item = [stage.item.meeting_id, stage.item.pk]
    for role, url in (
        (Role.PRESIDENT, reverse("file_sign", args=[stage.application.reference])),
        (Role.AUTHORITY, reverse("item_position", args=item)),
        (Role.AUTHORITY, reverse("item_abstain", args=item)),
    ):
        answer = log_in(stage, role, seconds_ago=OLD).get(url)
        assert answer["Location"] == f"{reverse('account_reauthenticate')}?next={url}"
