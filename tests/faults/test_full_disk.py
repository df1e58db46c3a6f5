"""A disk without room: what is asked is refused and the reader told, what was there stays whole, and all goes on once
there is room again."""

import contextlib
import pwd
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client

from cmq.campuses.models import ErrorReport
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


@contextlib.contextmanager
def no_room_on_the_server(folder: Path) -> Iterator[None]:
    """The table of reports is on a disk of its own, of two megabytes, and all of them are taken."""
    room = folder / "petit"
    room.mkdir()
    owner = pwd.getpwnam(_owner_of_the_server())
    try:
        options = f"size=2m,uid={owner.pw_uid},gid={owner.pw_gid},mode=700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(room)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("only root may mount a small disk")
    for above in room.parents:
        # The server is another user, who goes through these folders.
        above.chmod(above.stat().st_mode | 0o011)
    table = ErrorReport._meta.db_table
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE petit LOCATION '{room}'")
            cursor.execute(f"ALTER TABLE {table} SET TABLESPACE petit")
            cursor.execute("CREATE TABLE bourre (x text) TABLESPACE petit")
            with contextlib.suppress(OperationalError):
                cursor.execute("INSERT INTO bourre SELECT repeat('x', 1900) FROM generate_series(1, 5000)")
            try:
                yield
            finally:
                cursor.execute("DROP TABLE bourre")
                cursor.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
                cursor.execute("CHECKPOINT")
                cursor.execute("DROP TABLESPACE petit")
    finally:
        subprocess.run(["umount", str(room)], check=True)


def _owner_of_the_server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return Path(cursor.fetchone()[0]).owner()


@pytest.mark.usefixtures("committed_db")
def test_a_database_without_room_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    campus = a_campus("Campus plein")
    client = Client(raise_request_exception=False)
    before = position()
    with no_room_for_rows() if connection.vendor == "sqlite" else no_room_on_the_server(tmp_path):
        answers = [sent(client, campus, message=f"{n} {'long ' * 390}") for n in range(4)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, [answer.status_code for answer in answers]
        assert int(refused[0]["Retry-After"]) > 0 and "revenez en arrière" in refused[0].content.decode()
        assert ErrorReport.objects.count() == len(answers) - len(refused)
        assert client.get(campus.get_absolute_url()).status_code == 200
    assert first_broken_position() is None and position() >= before
    kept = ErrorReport.objects.count()
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
