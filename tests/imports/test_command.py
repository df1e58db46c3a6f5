"""`cmq import`: its verbs, its words, its exit codes."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cmq.campuses.models import Campus
from cmq.imports import actions
from cmq.imports.models import RegisterImport
from tests.imports.tables import A_CAMPUS, a_csv


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import", *map(str, arguments), stdout=out, stderr=err)
    except CommandError as error:
        assert error.returncode == 1
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


@pytest.fixture
def campus_file(tmp_path: Path) -> Path:
    path = tmp_path / "campus.csv"
    path.write_bytes(a_csv("campus", A_CAMPUS).content)
    return path


@pytest.mark.django_db
def test_a_dry_run_then_a_real_one_then_nothing(campus_file: Path) -> None:
    out, _ = run("campus", campus_file, "--dry-run")
    assert "campus, ligne 2 : créé – Campus d’essai des métiers du bois" in out
    assert "Essai seulement : rien n’a été écrit." in out
    assert not Campus.objects.exists()
    out, _ = run("campus", campus_file)
    assert "campus : 1 créées, 0 complétées, 0 inchangées" in out
    assert Campus.objects.count() == 1
    out, _ = run("campus", campus_file)
    assert "Lignes créées : 0, complétées : 0, inchangées : 1." in out


@pytest.mark.django_db
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_refused_file_lists_its_errors_and_fails(tmp_path: Path, options: list[str]) -> None:
    path = tmp_path / "campus.csv"
    path.write_bytes(a_csv("campus", {**A_CAMPUS, "region": "Atlantide"}, A_CAMPUS).content)
    _, err = run("campus", path, *options)
    assert "✗ campus.csv, ligne 2, colonne region : « Atlantide » n’est pas une région." in err
    assert "Import refusé : 1 erreur. Rien n’a été écrit." in err
    assert not Campus.objects.exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "Fichier illisible" in run("campus", tmp_path / "rien.csv")[1]


def test_the_empty_template_is_written(tmp_path: Path) -> None:
    out, _ = run("modele", tmp_path)
    assert str(tmp_path / "modele-import.xlsx") in out
    assert (tmp_path / "campus.csv").exists()


@pytest.mark.django_db
def test_a_shipped_register_is_loaded_once_and_again_when_it_changes(
    tmp_path: Path, campus_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SHIPPED", campus_file.parent)
    assert "Registre chargé." in run("register")[0]
    assert "Le registre est à jour." in run("register")[0]
    assert RegisterImport.objects.filter(is_shipped=True).count() == 1
    campus_file.write_bytes(a_csv("campus", {**A_CAMPUS, "sigle": "NOUVEAU"}).content)
    out, _ = run("register")
    assert "Lignes créées : 0, complétées : 1, inchangées : 0." in out
    campus_file.write_bytes(b"MZ")
    assert "est un programme" in run("register")[1]
    assert Campus.objects.count() == 1
