"""The technical team opens every list and every sheet, and repairs none of what only history may write."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.cast import Stage
from tests.factories import a_person


@pytest.fixture
def client(db: None) -> Client:
    client = Client()
    technician = a_person(is_superuser=True, is_staff=True)
    client.force_login(technician, backend="django.contrib.auth.backends.ModelBackend")
    return client


OURS = [model for model in admin.site._registry if model.__module__.startswith("cmq.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_list_and_every_sheet_opens(client: Client, stage: Stage, model: type) -> None:
    meta = model._meta
    assert client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), {"q": ""}).status_code == 200
    first = model._default_manager.order_by("pk").first()
    if first is not None:
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[first.pk])
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("name", ["core_change", "core_outgoingmail", "labels_labeldecision", "campuses_campusfact"])
def test_history_and_the_outbox_are_only_read(client: Client, stage: Stage, name: str) -> None:
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    model = next(model for model in OURS if model._meta.label_lower == name.replace("_", "."))
    first = model._default_manager.order_by("pk").first()
    assert first is not None
    assert client.post(reverse(f"admin:{name}_change", args=[first.pk]), {}).status_code == 403
    assert client.post(reverse(f"admin:{name}_delete", args=[first.pk]), {"post": "yes"}).status_code == 403
