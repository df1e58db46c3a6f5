"""Loading: once, in one transaction, without taking anything that the site refers to."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from django.db import IntegrityError, transaction

from cmq.core.models import Change
from cmq.reference import files
from cmq.reference.actions import load_reference
from cmq.reference.models import (
    Academie,
    Commune,
    CommunePostcode,
    Departement,
    DiplomaLevel,
    Epci,
    Filiere,
    FiliereName,
    LoadedReference,
    Region,
    School,
)

pytestmark = pytest.mark.usefixtures("full_reference")

LEVELS = "level,name,examples\n3,CAP,CAP\n4,Bac,Bac\n"


@pytest.fixture
def other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data that a test may change."""
    copytree(files.DATA, tmp_path / "data")
    monkeypatch.setattr(files, "DATA", tmp_path / "data")
    yield tmp_path / "data"


def rewrite(path: Path, old: str, new: str) -> None:
    """Change a packed table."""
    text = gzip.decompress(path.read_bytes()).decode()
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new).encode()))


def test_everything_is_there() -> None:
    counts = {
        Region: 26, Academie: 30, Departement: 109, Epci: 1_255, Commune: 35_014, CommunePostcode: 35_539,
        Filiere: 12, FiliereName: 83, DiplomaLevel: 6, School: 5_106, LoadedReference: 4,
    }  # fmt: skip
    assert {model: model._default_manager.count() for model in counts} == counts


def test_a_second_load_does_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    before = list(LoadedReference.objects.values())
    last = Change.objects.count()
    with django_assert_num_queries(1):
        assert load_reference() is False
    assert list(LoadedReference.objects.values()) == before
    assert Change.objects.count() == last


def test_the_feed_has_one_line_a_table_with_its_range() -> None:
    line = Change.objects.get(model="reference.commune")
    assert (line.count, line.first_key, line.last_key) == (35_014, "01001", "98901")
    assert Change.objects.filter(model__startswith="reference.").count() == 8


def test_packing_again_is_not_a_change(other_data: Path) -> None:
    path = other_data / "regions.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1))
    assert load_reference() is False


def test_only_the_part_that_changed_is_loaded_again(other_data: Path) -> None:
    (other_data / "niveaux.csv").write_text(LEVELS, encoding="utf-8")
    said: list[str] = []
    assert load_reference(progress=said.append) is True
    assert said == ["Niveaux de diplôme : 2"]
    assert list(DiplomaLevel.objects.values_list("level", "name")) == [(3, "CAP"), (4, "Bac")]


def test_new_data_update_rows_and_remove_those_that_nothing_refers_to(other_data: Path) -> None:
    # Two communes merge away: a lycée stands in the first.
    rewrite(other_data / "communes.csv.gz", "59368,La Madeleine,", "59999,La Madeleine-Nouvelle,")
    rewrite(other_data / "communes.csv.gz", "01001,L'Abergement-Clémenciat,", "01999,L'Abergement-Neuf,")
    assert School.objects.filter(commune="59368").exists()
    assert load_reference() is True
    assert Commune.objects.filter(pk="59368").exists()
    assert not Commune.objects.filter(pk="01001").exists()
    assert Commune.objects.get(pk="59999").name == "La Madeleine-Nouvelle"
    assert not CommunePostcode.objects.filter(commune="01001").exists()
    assert CommunePostcode.objects.filter(commune="01999", code="01400").exists()


def test_a_failure_leaves_everything_as_it_was(other_data: Path) -> None:
    (other_data / "niveaux.csv").write_text(LEVELS + "12,Impossible,\n", encoding="utf-8")
    with pytest.raises(IntegrityError), transaction.atomic():
        load_reference()
    assert DiplomaLevel.objects.count() == 6


@pytest.mark.parametrize(
    "nonsense",
    [
        {"latitude": 48.0, "longitude": None},
        {"latitude": 98.0, "longitude": 2.0},
        {"kind": "arrondissement_municipal"},
        {"parent_id": "75056"},
        {"name": ""},
        {"insee_code": "1234"},
    ],
)
def test_the_database_refuses_nonsense(nonsense: dict[str, object]) -> None:
    row: dict[str, object] = {"insee_code": "99999", "name": "Nulle-Part", "folded_name": "nulle part"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Commune.objects.create(**{**row, "departement_id": "59", **nonsense})


def test_names_that_are_shown() -> None:
    assert str(Commune.objects.get(pk="62108")) == "Berck (62)"
    assert str(DiplomaLevel.objects.get(pk=5)) == "Niveau 5 (Bac + 2)"
    assert str(Departement.objects.get(pk="2A")) == "Corse-du-Sud (2A)"


def test_eighteen_academic_regions_by_name() -> None:
    regions = list(Region.objects.academic())
    assert len(regions) == 18
    assert regions[0].name == "Auvergne-Rhône-Alpes"
    assert all(region.academies.exists() for region in regions)


def test_a_row_of_text_and_numbers_is_stored_as_django_would() -> None:
    """What is unknown stays unknown; a number is a number; a commune has its own département and place."""
    paris = Commune.objects.select_related("departement", "epci", "parent").get(pk="75101")
    assert (paris.parent, paris.kind) == (Commune.objects.get(pk="75056"), "arrondissement_municipal")
    assert (type(paris.population), type(paris.latitude), paris.departement.name) == (int, float, "Paris")
    assert Commune.objects.filter(epci="").count() == 0 and Commune.objects.filter(epci=None).exists()
    for commune in Commune.objects.filter(population__gt=200_000):
        commune.clean_fields()
