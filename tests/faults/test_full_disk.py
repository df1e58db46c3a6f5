"""A disk without room: what is asked is refused and the reader told, what was there stays whole, and all goes on once
there is room again."""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from cmq.campuses.models import Campus, ErrorReport
from cmq.core.feed import first_broken_position, position
from cmq.operations.backup import archive
from cmq.search import folders, indexing
from cmq.search.answering import answer
from cmq.search.asking import Ask
from tests.factories import a_campus
from tests.search.things import an_offer, indexed
from tests.web.public.test_report import sent


@contextlib.contextmanager
def no_file_grows(most: int = 4096) -> Iterator[None]:
    """No file of this process becomes larger than `most` bytes: writing on says EFBIG, as a full disk says ENOSPC."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def no_room_for_rows() -> Iterator[None]:
    """SQLite’s file has the pages that it has, all in use, and no more."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        [pages] = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA max_page_count = {2**32 - 2}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the disk of PostgreSQL is its server’s")
@pytest.mark.usefixtures("committed_db")
def test_a_database_without_room_says_so_and_keeps_what_it_has() -> None:
    campus = a_campus("Campus plein")
    client = Client(raise_request_exception=False)
    before = position()
    with no_room_for_rows():
        answers = [sent(client, campus, message=f"{n} {'long ' * 390}") for n in range(4)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, [answer.status_code for answer in answers]
        assert int(refused[0]["Retry-After"]) > 0 and "revenez en arrière" in refused[0].content.decode()
        assert ErrorReport.objects.count() == len(answers) - len(refused)
        assert client.get(campus.get_absolute_url()).status_code == 200
    assert first_broken_position() is None and position() >= before
    kept = ErrorReport.objects.count()
    Campus.objects.filter(pk=campus.pk).update(name="Campus vidé")
    assert sent(Client(), campus, message="Il y a de la place.").status_code == 302
    assert ErrorReport.objects.count() == kept + 1


@pytest.mark.django_db
def test_a_backup_without_room_leaves_no_half_a_file(tmp_path: Path, settings: object) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "media"
    settings.BACKUP_RECIPIENTS = [archive.new_identity(tmp_path / "private")]
    folder = tmp_path / "kept"
    with no_file_grows(), pytest.raises(CommandError, match="plus de place"):
        call_command("backup", str(folder))
    assert list(folder.iterdir()) == []
    call_command("backup", str(folder))
    assert len(list(folder.iterdir())) == 1


@pytest.mark.django_db
def test_an_index_without_room_leaves_the_one_there_is() -> None:
    an_offer("Soudeur")
    indexed()
    an_offer("Boulanger")
    held = folders.current()
    with no_file_grows(64), pytest.raises((OSError, ValueError)):
        indexing.rebuild()
    assert folders.current() == held and [hit.row.title for hit in answer(Ask(q="soudeur")).hits] == ["Soudeur"]
    indexed()
    assert [hit.row.title for hit in answer(Ask(q="boulanger")).hits] == ["Boulanger"]
