"""Snapshots stay, are taken only when something changed, and tell what changed since."""

import datetime as dt
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField
from cmq.opendata import snapshots
from cmq.opendata.datasets import DATASETS
from cmq.opendata.models import Snapshot
from cmq.trainings.models import Training
from cmq.web import page_cache
from tests.factories import an_origin
from tests.opendata.publishing import publish

pytestmark = pytest.mark.django_db


def ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


def of(slug: str) -> list[Snapshot]:
    return list(Snapshot.objects.filter(dataset=slug))


def told(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == status
    found: dict[str, Any] = json.loads(response.content)
    return found


def test_a_snapshot_is_taken_when_something_changed_and_is_named_by_its_content() -> None:
    campus = publish("Ouvert")
    assert snapshots.take(on=ago(9)) == len(DATASETS)
    assert snapshots.take(on=ago(9)) == snapshots.take(on=ago(8)) == 0
    state_fact(campus, field=CampusField.ACRONYM, value="OUV", origin=an_origin("Autre"))
    assert snapshots.take(on=ago(7)) == 1
    new, old = of("campus")
    assert (new.taken_on, old.taken_on, new.rows) == (ago(7), ago(9), 1) and new.digest != old.digest
    for each in (new, old):
        content = gzip.decompress((Path(settings.MEDIA_ROOT) / each.file).read_bytes())
        assert hashlib.sha256(content).hexdigest() == each.digest and len(content) == each.size


def test_its_address_says_the_same_for_ever(client: Client) -> None:
    campus = publish("Ouvert")
    snapshots.take(on=ago(3))
    state_fact(campus, field=CampusField.ACRONYM, value="OUV", origin=an_origin("Autre"))
    path = f"/donnees/campus/instantanes/{ago(3).isoformat()}.ndjson"
    response = client.get(path)
    content = b"".join(response)  # type: ignore[arg-type]
    assert json.loads(content)["sigle"] is None and "immutable" in response.headers["Cache-Control"]
    assert response.headers["ETag"].strip('"') == hashlib.sha256(content).hexdigest()
    assert path in client.get("/donnees/campus/").content.decode()
    assert path in client.get("/donnees/catalogue.ttl").content.decode()
    for missing in ("campus/instantanes/2020-01-01.ndjson", "campus/instantanes/hier.ndjson", "rien/changements/"):
        assert client.get(f"/donnees/{missing}").status_code == 404


def test_what_changed_is_told_by_page_file_and_api(client: Client) -> None:
    campus = publish("Ouvert")
    snapshots.take(on=ago(3))
    gone = Training.objects.get()
    state_fact(campus, field=CampusField.ACRONYM, value="OUV", origin=an_origin("Autre"))
    publish("Nouveau")
    gone.delete()
    day = ago(2).isoformat()
    found = told(client, f"/donnees/campus/changements.json?depuis={day}")
    assert [row["nom"] for row in found["ajoutees"]] == ["Campus Nouveau"] and found["retirees"] == []
    assert found["depuis"] == ago(3).isoformat()
    (changed,) = found["modifiees"]
    assert changed == {"cle": campus.slug, "colonnes": {"sigle": {"avant": None, "apres": "OUV"}}}
    assert told(client, f"/api/v1/campus/changements?depuis={day}") == found
    page = client.get(f"/donnees/campus/changements/?depuis={day}").content.decode()
    assert "Campus Nouveau" in page and "<code>sigle</code>" in page and "OUV" in page
    trainings = told(client, f"/donnees/formations/changements.json?depuis={day}")
    assert [row["intitule"] for row in trainings["retirees"]] == ["BTS Ouvert"]
    assert told(client, f"/donnees/metiers/changements.json?depuis={day}")["ajoutees"] == []


def test_what_cannot_be_compared_is_said(client: Client) -> None:
    publish("Ouvert")
    none = client.get("/donnees/campus/changements/?depuis=2026-01-01")
    assert none.status_code == 400 and "aucun instantané" in none.content.decode()
    snapshots.take(on=ago(3))
    for asked, said in (("hier", "Donnez un jour"), ("2015-01-01", "le premier instantané est du"), ("", "un jour")):
        assert (
            said in told(client, f"/api/v1/campus/changements?depuis={asked}x"[: -1 if asked else None], 400)["detail"]
        )
    assert client.get("/donnees/campus/changements.json").status_code == 400
    assert told(client, "/api/v1/offres/changements?depuis=2026-01-01", 404)["detail"]
    (Path(settings.MEDIA_ROOT) / of("campus")[0].file).unlink()
    day = ago(1).isoformat()
    assert "manque" in client.get(f"/donnees/campus/changements/?depuis={day}").content.decode()
    assert client.get(f"/donnees/campus/instantanes/{ago(3).isoformat()}.ndjson").status_code == 404


def test_the_nights_command_takes_them(client: Client) -> None:
    campus: Campus = publish("Ouvert")
    call_command("rappels")
    assert len(of("campus")) == 1
    page_cache.shelf = page_cache._Shelf()
    assert "Instantané du" in client.get("/donnees/campus/").content.decode() and campus.pk
