"""Where only « is it the same? » is asked, no address stands in the database."""

import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.core import mail
from cmq.core.addresses import digest_of, digests_of
from cmq.core.models import OutgoingMail
from cmq.newsletter import consent

IP = "203.0.113.57"


@given(st.emails())
def test_a_digest_is_of_one_address_for_one_purpose(address: str) -> None:
    one = digest_of(address, purpose="a")
    assert re.fullmatch("[0-9a-f]{64}", one) and one == digest_of(f" {address.upper().lower()} ", purpose="a")
    assert one != digest_of(address, purpose="b") and one != digest_of(f"x{address}", purpose="a")


def test_what_was_kept_under_a_former_key_is_found(settings: Any) -> None:
    before = digest_of("a@exemple.fr", purpose="a")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "une autre clé"
    assert digest_of("a@exemple.fr", purpose="a") != before
    assert before in digests_of("a@exemple.fr", purpose="a")


def test_proofs_of_the_letter_are_still_found(settings: Any) -> None:
    """Their digests are in databases: the way they are made does not change."""
    settings.SECRET_KEY = "clé de l’essai"
    assert consent.hash_of("Camille@Exemple.fr ") == (
        "b0103556fb259670d3aa0c054d61c9da0fb277f6e4aad4e44af45e0afb32acb8"
    )


@pytest.mark.django_db
def test_the_table_of_counts_tells_no_caller_and_no_address() -> None:
    cache.clear()
    for _ in range(2):
        Client().post(reverse("account_login"), {"login": "zelie@exemple.fr", "password": "faux"}, REMOTE_ADDR=IP)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM core_cache")
        keys = [row[0] for row in cursor.fetchall()]
    assert keys and all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


@pytest.mark.django_db
def test_no_letter_is_kept_under_an_address() -> None:
    with pytest.raises(ValueError, match="by their number"):
        mail.post("a@exemple.fr", "mail/account_sleeps", {}, key="rappel:a@exemple.fr")
    for number, key in enumerate(("error-report:4:a@exemple.fr", "error-report:4:b@exemple.fr", "autre:4")):
        OutgoingMail.objects.create(key=key, to="a@exemple.fr", subject=str(number), created_at=timezone.now())
    import_module("cmq.core.migrations.0007_keys_without_addresses").name_by_number(apps, None)
    keys = dict(OutgoingMail.objects.values_list("subject", "key"))
    assert keys["2"] == "autre:4" and not any("@" in key for key in keys.values())
    assert all(key.startswith("error-report:4:lettre-") for number, key in keys.items() if number != "2")
