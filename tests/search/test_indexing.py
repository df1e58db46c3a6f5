"""The index follows the database, whatever happens to it or to who writes it."""

import datetime as dt
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.core.feed import change_set, record_bulk
from cmq.offers.models import JobOffer, OfferState
from cmq.search import engine, folders, following, indexing
from cmq.search.answering import answer
from cmq.search.asking import Ask
from cmq.trainings.models import Training
from tests.factories import a_campus, an_organisation

from .things import a_course, a_job, an_offer, caught_up, indexed, long_ago, tell

pytestmark = pytest.mark.django_db


def titles(text: str, **options: object) -> list[str]:
    """Titles of all that a question shows."""
    folders.forget_reader()
    return [hit.row.title for hit in answer(Ask(q=text, **options)).hits]  # type: ignore[arg-type]


def test_what_is_there_is_found_and_what_is_closed_is_not() -> None:
    a_job("J1501", "Aide-soignant / Aide-soignante")
    an_offer("Aide-soignante de nuit")
    closed = {"state": OfferState.CLOSED, "closed_at": timezone.now(), "closed_because": "retiree"}
    an_offer("Aide-soignante fermée", **closed)
    an_offer("Aide-soignante passée", published_at=long_ago(9), expires_at=long_ago(1))
    indexed()
    assert titles("aide soignant") == ["Aide-soignant / Aide-soignante", "Aide-soignante de nuit"]


def test_a_change_is_followed_and_nothing_else_is_written_again() -> None:
    kept, changed = an_offer("Soudeur"), an_offer("Soudeur")
    gone = an_offer("Soudeur")
    indexed()
    JobOffer.objects.filter(pk=changed.pk).update(title="Chaudronnier")
    JobOffer.objects.filter(pk=kept.pk).update(title="Changé sans le dire")
    tell(changed)
    tell(gone)
    gone.delete()
    assert caught_up() == 2
    assert answer(Ask(q="chaudronnier")).total == 1
    assert answer(Ask(q="soudeur")).total == 1
    assert caught_up() == 0


def test_a_loaded_range_is_followed_whole() -> None:
    indexed()
    loaded = [an_offer("Boulanger") for _ in range(5)]
    first, last = loaded[0].pk, loaded[-1].pk
    with change_set():
        record_bulk(model=JobOffer, count=5, first=first, last=last, summary="Chargé.")
    caught_up()
    assert answer(Ask(q="boulanger")).total == 5
    for offer in loaded[:3]:
        offer.delete()
    with change_set():
        # The same rows, told twice and one by one: each is in the index once.
        record_bulk(model=JobOffer, count=5, first=first, last=last, summary="Chargé.")
    tell(loaded[3])
    caught_up()
    assert answer(Ask(q="boulanger")).total == 2


def test_time_alone_closes_an_offer() -> None:
    soon = timezone.now() + dt.timedelta(seconds=0.2)
    an_offer("Offre de courte durée", expires_at=soon, published_at=long_ago(1))
    indexed()
    time.sleep(0.25)
    # At once on the pages, and out of the index at its next reading.
    assert titles("offre de courte duree", is_literal=True) == []
    caught_up()
    reader = folders.reader()
    assert reader is not None and reader.size == 0


def test_a_campus_renamed_is_found_by_its_new_name() -> None:
    campus = a_campus("Forêt-Bois")
    indexed()
    campus.name = "Arts du verre"
    campus.save()
    tell(campus)
    caught_up()
    assert titles("verre") == ["Arts du verre"]
    assert "Forêt-Bois" not in titles("foret")


def test_an_index_of_another_database_is_made_anew() -> None:
    tell(a_course("CAP boulanger"))
    indexed()
    folder = folders.current()
    assert folder is not None and not indexing.needs_rebuilding()
    writer = engine.Writer(folder)
    writer.commit(indexing.Point(10**6, "0" * 64, timezone.now().isoformat()).written())
    writer.close()
    assert indexing.needs_rebuilding() and indexing.behind() == -1
    caught_up()
    assert folders.current() != folder
    assert titles("boulanger") == ["CAP boulanger"]


def test_an_index_of_another_version_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    indexed()
    monkeypatch.setattr(engine, "SCHEMA_VERSION", engine.SCHEMA_VERSION + 1)
    folders.forget_reader()
    assert folders.current() is None and indexing.needs_rebuilding()


def test_a_damaged_index_is_as_good_as_none() -> None:
    an_offer("Soudeur")
    indexed()
    folder = folders.current()
    assert folder is not None
    for path in folder.glob("*"):
        if path.is_file():
            # A new file: what a reader has open is not written over.
            path.unlink()
            path.write_bytes(b"x" * 10)
    folders.forget_reader()
    assert answer(Ask(q="soudeur")).is_degraded
    caught_up()
    assert not answer(Ask(q="soudeur")).is_degraded and titles("soudeur") == ["Soudeur"]


def test_the_index_deleted_while_it_serves() -> None:
    an_offer("Soudeur")
    indexed()
    assert titles("soudeurs") == ["Soudeur"]
    shutil.rmtree(folders.root())
    folders.forget_reader()
    found = answer(Ask(q="soudeur"))
    assert found.is_degraded and [hit.row.title for hit in found.hits] == ["Soudeur"]
    indexed()
    assert titles("soudeurs") == ["Soudeur"]


def test_readers_keep_the_former_index_until_the_new_one_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    an_offer("Soudeur")
    indexed()
    an_offer("Maçon")

    def crash(folder: Path) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "switch", crash)
        with pytest.raises(OSError, match="no space"):
            indexing.rebuild()
    assert titles("soudeur") == ["Soudeur"]
    indexed()
    assert len([path for path in folders.root().iterdir() if path.is_dir()]) == 1


# --- two at once, and killed in the middle --------------------------------------------------------------------------


def _hold(root: str, ready: "multiprocessing.synchronize.Event") -> None:
    from django.conf import settings

    settings.SEARCH_DIR = root
    with folders.writing():
        ready.set()
        time.sleep(60)


def test_of_two_writers_the_second_is_refused_and_a_killed_one_leaves_no_lock() -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    other = context.Process(target=_hold, args=(str(folders.root()), ready))
    other.start()
    assert ready.wait(60)
    with pytest.raises(engine.LockBusy):
        indexing.rebuild()
    with pytest.raises(CommandError, match="autre processus"):
        call_command("recherche", "rattraper")
    following.look()
    assert folders.current() is None
    os.kill(other.pid or 0, signal.SIGKILL)
    other.join()
    indexed()
    assert folders.current() is not None


_WRITER = """
import sys
from pathlib import Path
from cmq.search.engine import Document, Writer
folder, batch = Path(sys.argv[1]), 0
while True:
    writer = Writer(folder)
    for number in range(batch * 200, batch * 200 + 200):
        writer.forget("offre", number)
        writer.add(Document("offre", 4, number, f"Soudeur lot {batch}", body="texte " * 40))
    batch += 1
    writer.commit(str(batch))
    writer.close()
    print(batch, flush=True)
"""


def test_killed_while_writing_nothing_told_is_lost(tmp_path: Path) -> None:
    """kill -9 at four instants: what a commit has acknowledged is there, whole, and the next writer gets in."""
    for milliseconds in (0, 5, 20, 45):
        folder = tmp_path / str(milliseconds)
        command = [sys.executable, "-c", _WRITER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(3)]
            time.sleep(milliseconds / 1000)
            process.kill()
            told += [int(line) for line in process.stdout if line.endswith("\n")]
        reader = engine.Reader(folder)
        batches = int(reader.note)
        assert batches >= told[-1] and reader.size == 200 * batches
        writer = engine.Writer(folder)
        writer.forget_range(4, 0, 10**9)
        writer.commit("empty")
        writer.close()
        assert engine.Reader(folder).size == 0


# --- the command line, and the server that follows ------------------------------------------------------------------


def test_the_command_says_how_the_index_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="pas d’index"):
        call_command("recherche", "etat")
    an_offer("Soudeur")
    call_command("recherche", "reconstruire", "--si-besoin")
    tell(an_offer("Maçon"))
    call_command("recherche", "etat")
    assert "En retard de 1 lignes" in capsys.readouterr().out
    call_command("recherche", "reconstruire", "--si-besoin")
    call_command("recherche", "etat")
    said = capsys.readouterr().out
    assert "Offres : 2" in said and "À jour." in said


def test_the_server_brings_small_changes_in_itself() -> None:
    indexed()
    tell(an_offer("Soudeur"))
    following.look()
    assert titles("soudeur") == ["Soudeur"]
    folder = folders.current()
    following.look()
    assert folders.current() == folder


def test_what_a_campus_teaches_is_found_soon_after_it_says_so() -> None:
    indexed()
    following.look()
    campus, lycee = a_campus(), an_organisation("Lycée des Toits")
    add_partner(campus, lycee)
    said = {"title": "Couvreur zingueur", "confirmed_on": timezone.localdate()}
    training = Training.objects.create(campus=campus, organisation=lycee, **said)
    assert titles("zingueur") == []
    tell(training)
    following.look()
    assert titles("zingueur")[0] == "Couvreur zingueur"
