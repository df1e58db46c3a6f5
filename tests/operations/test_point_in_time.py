"""PostgreSQL's own way back to an instant, as `docs/guide/sauvegarde.md` tells it: a base copy and the archived log."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tools.temporary_postgres import Cluster, find_binaries

pytestmark = pytest.mark.skipif(find_binaries() is None, reason="no PostgreSQL server here")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's unprivileged user may reach, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="cmq-pg-"))
    made.chmod(0o777)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_base_comes_back_as_it_was_just_before_the_mistake(folder: Path) -> None:
    archives = folder / "archives"
    archives.mkdir()
    archives.chmod(0o777)
    living, again = Cluster(folder / "living"), Cluster(folder / "again")
    living.make()
    living.start("archive_mode=on", f"archive_command=test ! -f {archives}/%f && cp %p {archives}/%f")
    try:
        with psycopg.connect(living.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE award (name text)")
            connection.execute("INSERT INTO award VALUES ('avant la copie')")
            again.copy_of(living)
            connection.execute("INSERT INTO award VALUES ('après la copie')")
            good = connection.execute("SELECT clock_timestamp()::text").fetchone()
            assert good is not None
            connection.execute("DELETE FROM award")
            connection.execute("SELECT pg_switch_wal()")
    finally:
        # A clean stop waits until the log is archived.
        living.stop("fast")
    (again.data / "recovery.signal").touch()
    again.start(
        f"restore_command=cp {archives}/%f %p", f"recovery_target_time={good[0]}", "recovery_target_action=promote"
    )
    try:
        with psycopg.connect(again.url) as connection:
            rows = connection.execute("SELECT name FROM award ORDER BY name").fetchall()
    finally:
        again.stop()
    assert rows == [("après la copie",), ("avant la copie",)]
