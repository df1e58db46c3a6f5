"""What a process left in the store when it was killed is found and removed; nothing that a row names ever is."""

import datetime as dt
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.applications.actions.attachments import attach
from cmq.applications.models import Attachment, LabelApplication
from cmq.core import object_store, stored_files
from cmq.core.object_store import FilesUnavailable
from cmq.core.stored_files import FEW, KEPT, SHARE, Found, sweep
from cmq.opendata import snapshots
from cmq.web import sharing
from tests.factories import a_campus
from tests.newsrooms import an_article
from tests.procedure.world import PDF, World, a_draft, a_world
from tools.object_store import ObjectStore

NAME = f"{7:032x}.pdf"
FOLDER = "dossiers/2026/11"
LONG_AGO = KEPT + dt.timedelta(hours=1)


class Disk:
    """The folder of one machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def names(self) -> set[str]:
        return {each.relative_to(self.root).as_posix() for each in self.root.rglob("*") if each.is_file()}

    def grow_old(self, name: str, age: dt.timedelta) -> None:
        at = (timezone.now() - age).timestamp()
        os.utime(self.root / name, (at, at))


class Bucket:
    """An object store that tells three files at a time."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        store.page = 3

    def names(self) -> set[str]:
        return set(self.store.objects)

    def grow_old(self, name: str, age: dt.timedelta) -> None:
        self.store.objects[name] = (self.store.objects[name][0], timezone.now() - age)


@pytest.fixture(params=["disk", "bucket"])
def store(request: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk | Bucket]:
    monkeypatch.setattr(stored_files, "PAGE", 2)
    monkeypatch.setattr(object_store, "PAGE", 2)
    if request.param == "disk":
        settings.MEDIA_ROOT = tmp_path / "media"
        (tmp_path / "media").mkdir()
        yield Disk(tmp_path / "media")
        return
    made = ObjectStore()
    backend = {"BACKEND": "cmq.core.object_store.ObjectStorage", "OPTIONS": made.options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield Bucket(made)
    made.close()
    assert made.refused == []


def a_draft_of_now() -> tuple[World, LabelApplication]:
    world = a_world(start=timezone.now() - dt.timedelta(days=1))
    return world, a_draft(world)


@pytest.fixture
def draft(db: None) -> tuple[World, LabelApplication]:
    return a_draft_of_now()


def join(draft: tuple[World, LabelApplication], number: int) -> Attachment:
    content = PDF + str(number).encode()
    world, application = draft
    return attach(
        application, name=f"piece-{number}.pdf", content=ContentFile(content), size=len(content), by=world.director
    )


def old(store: Disk | Bucket, folder: str = FOLDER, name: str = NAME) -> str:
    made = default_storage.save(f"{folder}/{name}", ContentFile(b"left"))
    store.grow_old(made, LONG_AGO)
    return made


class Meanwhile:
    """Do something once, just before the rows are asked which of the files to be removed they name."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act: Callable[[], object] | None = act

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self.act and "applications_attachment" in sql and " IN (" in sql:
            act, self.act = self.act, None
            act()
        return execute(sql, *rest)


def test_what_nobody_names_goes_after_a_week_and_what_a_row_names_stays(
    store: Disk | Bucket, draft: tuple[World, LabelApplication]
) -> None:
    kept = {join(draft, number).file.name for number in range(5)}
    for name in kept:
        store.grow_old(name, dt.timedelta(days=900))
    first, last = old(store, name=f"{0:032x}.pdf"), old(store, "projets/2020/01", f"{15:032x}_a1B2c3D.png")
    young = default_storage.save(f"{FOLDER}/{8:032x}.pdf", ContentFile(b"not committed yet"))
    store.grow_old(young, KEPT - dt.timedelta(minutes=5))
    found = sweep(at=timezone.now(), changes=False)
    assert (found.files, found.over, found.young, found.missing, found.removed) == (8, 2, 1, 0, 0)
    assert store.names() == {*kept, first, last, young}
    assert sweep(at=timezone.now(), changes=True).removed == 2
    assert store.names() == {*kept, young}
    assert sweep(at=timezone.now(), changes=True).over == 0


def test_what_is_not_ours_is_left_in_a_shared_store(
    store: Disk | Bucket, draft: tuple[World, LabelApplication]
) -> None:
    theirs = [
        f"autre-application/2026/11/{NAME}",
        NAME,
        f"dossiers-de-la-mairie/2026/11/{NAME}",
        f"{FOLDER}/convention-signee.pdf",
        f"dossiers/archives/2026/11/{NAME}",
    ]
    kept = join(draft, 1).file.name
    for name in theirs:
        assert default_storage.save(name, ContentFile(b"theirs")) == name
        store.grow_old(name, LONG_AGO)
    found = sweep(at=timezone.now(), changes=True, whatever_the_number=True)
    assert (found.removed, found.foreign, found.files) == (0, 2, 1) and store.names() == {*theirs, kept}


def test_snapshots_and_pictures_of_reports_have_rows_without_columns(
    store: Disk | Bucket, draft: tuple[World, LabelApplication]
) -> None:
    a_campus("Campus instantané")
    snapshots.take(on=timezone.localdate())
    kept = store.names()
    for name in kept:
        store.grow_old(name, LONG_AGO)
    gone = old(store, "instantanes/ab", f"{11:064x}.ndjson.gz")
    assert kept and sweep(at=timezone.now(), changes=True).removed == 1
    assert store.names() == kept and gone not in kept


def test_a_picture_that_is_drawn_when_asked_for_is_neither_missing_nor_too_many(
    store: Disk | Bucket, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_files, "FEW", 2)
    name = sharing.name_of(an_article())
    assert sweep(at=timezone.now(), changes=True) == Found()
    assert old(store, *name.split("/")) == name
    former = {old(store, sharing.FOLDER, f"{each:032x}.png") for each in range(3)}
    assert sweep(at=timezone.now(), changes=True).removed == len(former)
    assert store.names() == {name}


def test_a_row_whose_file_is_missing_is_told_and_stays(
    store: Disk | Bucket,
    draft: tuple[World, LabelApplication],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost, kept = join(draft, 1), join(draft, 2)
    default_storage.delete(lost.file.name)
    call_command("fichiers")
    said = capsys.readouterr().out
    assert f"manque : {lost.file.name}" in said and kept.file.name not in said
    assert "lignes dont le fichier manque : 1" in said and "1 rows name a file" in caplog.text
    assert Attachment.objects.count() == 2


def test_another_database_than_the_store_s_removes_nothing(
    store: Disk | Bucket,
    draft: tuple[World, LabelApplication],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Empty, or restored to long ago: a number that no dead process leaves."""
    monkeypatch.setattr(stored_files, "FEW", 3)
    made = {old(store)}
    with pytest.raises(CommandError, match="Rien n’est ôté"):
        call_command("fichiers")
    made |= {join(draft, 1).file.name, *(old(store, name=f"{100 + each:032x}.pdf") for each in range(3))}
    with pytest.raises(CommandError, match="4 fichiers sur 5"):
        call_command("fichiers")
    assert store.names() == made
    call_command("fichiers", dry_run=True)
    assert "sans « --tout », rien ne sera ôté" in capsys.readouterr().out and store.names() == made
    call_command("fichiers", tout=True)
    assert len(store.names()) == 1 and "ôtés : 4" in capsys.readouterr().out


numbers = st.integers(0, 2000)


@given(named=numbers, young=numbers, over=numbers, redrawn=numbers)
def test_the_threshold(named: int, young: int, over: int, redrawn: int) -> None:
    """What is made again never stops the rest; what cannot be a leftover always does, however the numbers fall."""

    def found(over: int, redrawn: int, named: int = named) -> Found:
        return Found(files=named + young + over + redrawn, young=young, over=over + redrawn, over_redrawn=redrawn)

    said = found(over, redrawn).is_too_many
    assert said == (over > max(FEW, (named + young + over) * SHARE) or (over > 0 and named == 0))
    assert said == found(over, 0).is_too_many and not found(0, redrawn).is_too_many
    assert not said or found(over + 1, redrawn).is_too_many
    assert said or not named or not found(over, redrawn, named + 1).is_too_many


def test_a_row_that_comes_while_the_store_is_read_keeps_its_file(
    store: Disk | Bucket, draft: tuple[World, LabelApplication]
) -> None:
    """Named between the comparison and the removal."""
    kept, other, name = join(draft, 1).file.name, join(draft, 2), old(store)
    with connection.execute_wrapper(Meanwhile(lambda: Attachment.objects.filter(pk=other.pk).update(file=name))):
        assert sweep(at=timezone.now(), changes=True).removed == 0
    assert {kept, name} <= store.names() and Attachment.objects.filter(file=name).exists()


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_a_store_that_does_not_answer_is_said(store: Bucket, draft: tuple[World, LabelApplication]) -> None:
    join(draft, 1)
    name = old(store)
    store.store.fault = "503"
    with pytest.raises(CommandError, match="ne répond pas"):
        call_command("fichiers")
    with pytest.raises(FilesUnavailable):
        sweep(at=timezone.now(), changes=False)
    store.store.fault = ""
    assert sweep(at=timezone.now(), changes=True).removed == 1 and name not in store.names()


# A process that is forked has no threads of the store's client: only the folder can be written by one.
@pytest.mark.parametrize("store", ["disk"], indirect=True)
def test_a_process_killed_before_the_row_leaves_nothing_for_good(store: Disk, committed_db: None) -> None:
    draft = a_draft_of_now()
    kept = join(draft, 1).file.name
    connection.close()
    child = os.fork()
    if child == 0:

        def kill(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if sql.startswith('INSERT INTO "applications_attachment"'):
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(kill):
                join(draft, 2)
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    [left] = store.names() - {kept}
    assert not Attachment.objects.filter(file=left).exists()
    assert sweep(at=timezone.now(), changes=True).removed == 0 and left in store.names()
    assert sweep(at=timezone.now() + LONG_AGO, changes=True).removed == 1
    assert store.names() == {kept} and default_storage.open(kept).read() == PDF + b"1"


def test_every_place_that_writes_in_the_store_is_known() -> None:
    """A column with a folder of its own to begin with, or a folder that a room declares."""
    columns = {
        each
        for model in apps.get_models()
        for each in model._meta.concrete_fields
        if isinstance(each, models.FileField) and model.__module__.startswith("cmq.")
    }
    told = stored_files.places()
    assert columns and columns <= {column for place in told for column in place.columns}
    assert len({place.folder for place in told}) == len(told) and all(place.folder for place in told)
    root = Path(stored_files.__file__).parents[1]
    saving = {
        path.relative_to(root).as_posix() for path in root.rglob("*.py") if "default_storage.save(" in path.read_text()
    }
    declared = {"opendata/snapshots.py", "evidence/report.py", "web/sharing.py"}
    assert saving == {*declared, "operations/backup/restoring.py"}
    assert {"instantanes", "rapports", "partage"} == {place.folder for place in told if place.names}
