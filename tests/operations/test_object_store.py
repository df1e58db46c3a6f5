"""Files in an object store: what is kept there is what was sent, and a store that fails loses nothing."""

import datetime as dt
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import Attachment
from cmq.core import object_store
from cmq.core.object_store import FilesUnavailable, ObjectStorage
from cmq.opendata import snapshots
from cmq.opendata.models import Snapshot
from cmq.operations.backup import archive, restoring
from tests.downloading import downloaded
from tests.factories import a_campus
from tests.procedure.world import PDF, World, a_draft, a_world, complete
from tools.object_store import ObjectStore, signature

FAULTS = ["503", "cut", "slow", "denied"]
PIECE = object_store.PIECE


@pytest.fixture
def store(settings: object) -> Iterator[ObjectStore]:
    """A store that the site uses for its files, where a second is long."""
    made = ObjectStore()
    made.delay = 1.5
    options = {**made.options, "seconds": 0.5}
    backend = {"BACKEND": "cmq.core.object_store.ObjectStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield made
    made.close()
    assert made.refused == []


def test_our_store_knows_a_right_signature() -> None:
    """The first example that AWS gives of version 4 (« GET Object », Signature Calculations for the header)."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": empty,
        "x-amz-date": "20130524T000000Z",
    }
    made = signature(
        "GET",
        "/test.txt",
        headers,
        sorted(headers),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "20130524/us-east-1/s3/aws4_request",
    )
    assert made == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_what_is_read_is_what_was_written(store: ObjectStore) -> None:
    content = os.urandom(2 * PIECE + 17)
    name = default_storage.save("dossiers/2026/11/pièce n° 1.pdf", ContentFile(content))
    assert store.objects[name][0] == content and default_storage.size(name) == len(content)
    assert timezone.now() - default_storage.get_modified_time(name) < dt.timedelta(minutes=1)
    with default_storage.open(name) as file:
        assert b"".join(file.chunks()) == content
        file.seek(PIECE - 3)
        assert file.read(6) == content[PIECE - 3 : PIECE + 3]
    other = default_storage.save(name, ContentFile(b"another"))
    assert other != name and store.objects[name][0] == content
    assert default_storage.listdir("") == (["dossiers"], [])
    assert default_storage.listdir("dossiers/2026/11/")[1] == sorted(each.rpartition("/")[2] for each in (name, other))
    assert default_storage.listdir("rien") == ([], [])
    default_storage.delete(name)
    assert not default_storage.exists(name) and default_storage.exists(other)
    default_storage.delete(name)
    for missing in (default_storage.open, default_storage.size):
        with pytest.raises(FileNotFoundError):
            missing(name)


def test_of_two_who_take_one_name_at_once_neither_is_lost(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if another node had written between the question and the answer."""
    monkeypatch.setattr(ObjectStorage, "exists", lambda self, name: False)
    one, two = (default_storage.save("a.pdf", ContentFile(content)) for content in (b"one", b"two"))
    assert one == "a.pdf" and two != one
    assert [store.objects[name][0] for name in (one, two)] == [b"one", b"two"]


def test_a_large_file_goes_in_parts(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "IN_PARTS_FROM", PIECE)
    content = os.urandom(6 * PIECE)
    name = default_storage.save("instantane.gz", io.BytesIO(content))
    assert sum("partNumber" in each for each in store.asked) == 2 and store.objects[name][0] == content


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_fails_is_said_in_one_way(store: ObjectStore, fault: str) -> None:
    name = default_storage.save("a.pdf", ContentFile(b"kept" * 1000))
    store.fault = fault
    with pytest.raises(FilesUnavailable):
        default_storage.open(name).read()
    with pytest.raises(FilesUnavailable):
        default_storage.listdir("")
    if fault != "cut":
        with pytest.raises(FilesUnavailable):
            default_storage.save("b.pdf", ContentFile(b"lost"))
        with pytest.raises(FilesUnavailable):
            default_storage.exists(name)
    store.fault = ""
    assert default_storage.open(name).read() == b"kept" * 1000 and default_storage.listdir("")[1] == [name]


def test_a_store_that_stumbles_once_is_asked_again(store: ObjectStore) -> None:
    name = default_storage.save("a.pdf", ContentFile(b"kept"))
    store.stumbles = 1
    assert default_storage.open(name).read() == b"kept" and store.stumbles == 0


@pytest.fixture
def world(db: None) -> World:
    return a_world(start=timezone.now() - dt.timedelta(days=1))


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_document_is_joined_and_read_through_our_own_page(store: ObjectStore, world: World) -> None:
    application = complete(a_draft(world), world)
    attachment = application.attachments.all()[0]
    assert {each.file.name for each in application.attachments.all()} == set(store.objects)
    url = reverse("file_download", args=[application.reference, attachment.pk])
    answer = downloaded(as_(world.instructor), url)
    assert hashlib.sha256(answer.content).hexdigest() == attachment.sha256
    assert answer["Content-Disposition"].startswith("attachment")
    assert store.endpoint not in str(answer.headers)
    assert Client().get(url).status_code == 302
    store.objects.clear()
    assert downloaded(as_(world.instructor), url).status_code == 404


@pytest.mark.parametrize("fault", ["503", "cut", "slow"])
def test_a_reader_is_told_when_to_come_back(store: ObjectStore, world: World, fault: str) -> None:
    application = complete(a_draft(world), world)
    attachment = application.attachments.all()[0]
    url = reverse("file_download", args=[application.reference, attachment.pk])
    store.fault = fault
    answer = downloaded(as_(world.instructor), url)
    assert answer.status_code == 503 and answer["Retry-After"] == "120"
    assert "Le dépôt des fichiers ne répond pas" in answer.content.decode()
    store.fault = ""
    assert hashlib.sha256(downloaded(as_(world.instructor), url).content).hexdigest() == attachment.sha256


def test_what_cannot_be_kept_is_not_joined(store: ObjectStore, world: World) -> None:
    url, client = reverse("file_attach", args=[a_draft(world).reference]), as_(world.director)
    store.fault = "503"
    answer = client.post(url, {"file": SimpleUploadedFile("a.pdf", PDF), "document": ""})
    assert answer.status_code == 422 and "Rien n’a été changé" in answer.content.decode()
    assert not Attachment.objects.exists() and not store.objects
    store.fault = ""
    assert client.post(url, {"file": SimpleUploadedFile("a.pdf", PDF), "document": ""}).status_code == 302
    assert len(store.objects) == 1


def test_a_snapshot_of_open_data_is_read_from_the_store(store: ObjectStore, db: None) -> None:
    a_campus("Campus instantané")
    snapshots.take(on=timezone.localdate())
    found = Snapshot.objects.get(dataset="campus")
    assert found.file in store.objects
    answer = Client().get(f"/donnees/campus/instantanes/{found.taken_on}.ndjson")
    assert "Campus instantané" in b"".join(answer.streaming_content).decode()
    assert answer["ETag"] == f'"{found.digest}"'


def test_a_backup_holds_the_files_of_the_store_and_gives_them_back(
    store: ObjectStore, db: None, settings: object, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    content = os.urandom(PIECE + 5)
    name = default_storage.save("pieces/2026/convention.pdf", ContentFile(content))
    public = archive.new_identity(tmp_path / "private")
    path, manifest = archive.write(tmp_path / "kept", [public], at=timezone.now())
    assert list(manifest["files"]) == [f"media/{name}", archive.SECRETS]
    store.objects.clear()
    restoring.restore(path, archive.identity(tmp_path / "private"), replace=True)
    assert store.objects[name][0] == content


@pytest.mark.parametrize(("fault", "why"), [("503", "503"), ("denied", "403"), ("slow", "")])
def test_the_doctor_says_that_the_store_cannot_be_used(
    store: ObjectStore, db: None, capsys: pytest.CaptureFixture[str], fault: str, why: str
) -> None:
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "Dépôt des fichiers" not in capsys.readouterr().out and not store.objects
    store.fault = fault
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = next(line for line in capsys.readouterr().out.splitlines() if "Dépôt des fichiers" in line)
    assert store.endpoint in said and "CMQ_S3_ENDPOINT" in said and why in said and store.options["secret"] not in said
