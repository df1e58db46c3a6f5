"""What is handed out whole: from the folder alone, a copy is made that says what the register says."""

import json
import sqlite3
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cmq.core.models import Change
from cmq.opendata import snapshots
from cmq.opendata.datasets import DATASETS
from tests.factories import a_director

from .publishing import a_job, measure, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    measure(publish("Ouvert"), "apprentis", Decimal(128))
    measure(publish("Fictif", is_demo=True), "apprentis", Decimal(300))
    a_director(publish("Interne", is_public=False))
    a_job(definition="Aide des personnes.")
    snapshots.take(on=timezone.localdate())
    out = StringIO()
    call_command("export", "all", str(tmp_path / "registre"), stdout=out)
    assert "fichiers" in out.getvalue()
    return tmp_path / "registre"


def rebuild(folder: Path) -> subprocess.CompletedProcess[str]:
    """As a stranger would: Python alone, without this site."""
    command = [sys.executable, "-I", "reconstruire.py", "copie.sqlite3"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def in_copy(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def test_a_copy_says_what_the_register_says(folder: Path) -> None:
    made = rebuild(folder)
    assert made.returncode == 0, made.stderr
    base = sqlite3.connect(f"file:{folder}/copie.sqlite3?mode=ro", uri=True)
    for slug, dataset in DATASETS.items():
        names = ", ".join(f'"{name}"' for name in dataset.names)
        found = base.execute(f'SELECT {names} FROM "{slug}"').fetchall()
        assert found == [tuple(map(in_copy, row)) for row in dataset.rows(on=timezone.localdate())]
        assert found, slug
    lines = base.execute("SELECT CAST(position AS INTEGER), digest FROM journal").fetchall()
    assert lines == list(Change.objects.order_by("position").values_list("position", "digest"))
    base.close()


def test_nothing_else_is_in_it(folder: Path) -> None:
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).decode()
    assert "Campus Ouvert" in whole
    assert "Fictif" not in whole and "Payer Interne" not in whole
    told = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    assert {each["model"].partition(".")[0] for each in told if "model" in each} <= {"campuses", "labels"}
    assert any(set(each) == {"position", "digest"} for each in told)
    described = (folder / "documentation" / "campus.md").read_text()
    assert all(f"`{name}`" in described for name in DATASETS["campus"].names)
    assert (folder / "catalogue.ttl").exists() and (folder / "donnees" / "campus.csv").exists()
    assert list((folder / "instantanes").glob("campus-*.ndjson"))


def test_a_changed_file_makes_no_copy(folder: Path) -> None:
    path = folder / "donnees" / "campus.ndjson"
    path.write_bytes(path.read_bytes().replace(b"Ouvert", b"Ferme!"))
    made = rebuild(folder)
    assert made.returncode == 1 and "a changé" in made.stderr and not (folder / "copie.sqlite3").exists()


def test_a_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    with pytest.raises(CommandError, match="pas vide"):
        call_command("export", "all", str(folder))
