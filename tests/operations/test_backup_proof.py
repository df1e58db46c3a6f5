"""A backup proves that the way back is open: restored aside and read back, with the site at work beside it."""

from pathlib import Path

import pytest
from django.core.management import call_command

from cmq.operations.backup import archive, tables
from tests.factories import a_campus
from tests.proof.making import an_award


def test_it_is_restored_aside_and_read_back(
    committed_db: None, settings: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "media"
    settings.BACKUP_RECIPIENTS = [archive.new_identity(tmp_path / "private")]
    an_award("2024-09", campus=a_campus("Campus sauvegardé"))
    before = dict(tables.sums("default"))
    call_command("backup", str(tmp_path / "kept"))
    (path,) = (tmp_path / "kept").iterdir()
    a_campus("Campus d’après")
    after = dict(tables.sums("default"))
    capsys.readouterr()
    call_command("backup", "--verify", str(path), "--identity", str(tmp_path / "private"))
    rows = sum(table.rows for table in before.values())
    assert f"{len(before)} tables, {rows} lignes, 0 fichiers, tout est là" in capsys.readouterr().out
    assert dict(tables.sums("default")) == after
