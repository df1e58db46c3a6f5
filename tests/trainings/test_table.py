"""A table of trainings: good rows listed, bad ones explained with their line, then all the good ones or none."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.campuses.models import Campus, Partnership
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.core.partial_dates import PartialDate
from cmq.imports.empty import empty_csv, empty_workbook
from cmq.imports.models import TrainingImport
from cmq.imports.tables import NamedFile
from cmq.imports.training_actions import apply_trainings, receive_trainings
from cmq.imports.trainings import TRAININGS, understand
from cmq.organisations.models import Family
from cmq.reference.audiences import Audience
from cmq.trainings.models import Training, Way
from tests.factories import a_campus, a_contributor, a_director, an_organisation

HEADER = TRAININGS.headers
GOOD = {
    "intitule": "Aide à domicile : bases de la domotique",
    "organisation": "Lycée d’essai",
    "diplome": "CAP",
    "niveau": "3",
    "rncp": "35506",
    "voie": "professionnelle",
    "modalites": "apprentissage | continue",
    "publics": "salariés | demandeurs_emploi",
    "rome": "K1304|k1302",
    "colorations": "Domotique",
    "commune": "La Madeleine (59)",
    "places": "24",
    "prochaine_rentree": "01/09/2027",
    "inscription": "https://exemple.fr/inscription",
}


@pytest.fixture
def campus(db: None) -> Campus:
    campus = a_campus()
    lycee = an_organisation("Lycée d’essai", uai="0590122M")
    Partnership.objects.create(campus=campus, organisation=lycee, family=Family.SCHOOL)
    return campus


def table(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_row_says_a_whole_training(campus: Campus) -> None:
    director = a_director(campus)
    sent = receive_trainings(campus, name="f.csv", content=table(GOOD), by=director)
    assert sent.report["errors"] == [] and [line["fate"] for line in sent.report["lines"]] == ["nouvelle"]
    assert not Training.objects.exists()
    assert apply_trainings(sent, by=director).created == 1
    training = Training.objects.get()
    assert (training.level, training.rncp_code, training.capacity) == (3, "RNCP35506", 24)
    assert str(training.commune) == "La Madeleine (59)" and training.next_start == dt.date(2027, 9, 1)
    assert {row.way for row in training.ways.all()} == {Way.APPRENTICESHIP, Way.CONTINUING}
    assert {row.audience for row in training.audiences.all()} == {Audience.EMPLOYEES, Audience.JOB_SEEKERS}
    assert [row.code for row in training.romes.all()] == ["K1302", "K1304"]
    assert training.modules.get().is_coloration and "f.csv" in training.sources.get().title
    sent.refresh_from_db()
    assert not sent.content and sent.applied_at
    with pytest.raises(Refusal, match="déjà inscrit"):
        apply_trainings(sent, by=director)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("intitule", "", "obligatoire"),
        ("organisation", "Lycée inconnu", "n’est pas membre actuel"),
        ("niveau", "2", "de 3 à 8"),
        ("rncp", "XX1", "n’est pas un code RNCP"),
        ("voie", "royale", "n’est pas une valeur prévue"),
        ("publics", "martiens", "n’est pas une valeur prévue"),
        ("publics", "entreprises", "n’est pas une valeur prévue"),
        ("rome", "Z9999", "n’est pas un code ROME"),
        ("commune", "Nulle Part (59)", "aucune commune"),
        ("commune", "Saint-Denis", "précisez le département"),
        ("places", "0", "nombre entier"),
        ("prochaine_rentree", "2027", "donnez le jour"),
        ("inscription", "exemple", "adresse web"),
        ("intitule", "=cmd()", "formule"),
    ],
)
def test_a_bad_cell_is_explained(campus: Campus, column: str, value: str, sentence: str) -> None:
    content = table(GOOD | {"intitule": "Bonne"}, GOOD | {column: value})
    found = understand(NamedFile("f.csv", content), campus, on=timezone.localdate())
    assert [number for number, _ in found.lines] == [2]
    (error,) = found.errors
    assert (error.row, error.column) == (3, column) and sentence in error.message


def test_rows_that_clash_with_themselves_or_each_other(campus: Campus) -> None:
    late = GOOD | {"intitule": "Tard", "debut": "02/09/2027", "fin": "01/09/2027"}
    other = GOOD | {"organisation": "0590122m", "places": "9", "publics": "eleves"}
    content = table(GOOD, other, late, GOOD | {"intitule": "AIDE À DOMICILE : bases de la domotique"})
    found = understand(NamedFile("f.csv", content), campus, on=timezone.localdate())
    assert [number for number, _ in found.lines] == [2]
    assert [(error.row, error.message) for error in found.errors] == [
        (
            3,
            "c’est la formation de la ligne 2 (mêmes intitulé, organisation, diplôme et commune), mais elle dit autre "
            "chose : publics, places. Gardez la bonne des deux lignes.",
        ),
        (4, "La formation finit avant de commencer."),
        (5, "cette ligne répète la ligne 2 : supprimez-la, la formation n’est inscrite qu’une fois."),
    ]


def test_a_row_with_a_wrong_number_of_cells_is_refused_alone(campus: Campus) -> None:
    content = table(GOOD).decode() + "Trop court;Lycée d’essai\r\n" + ";".join(["x"] * 30) + "\r\n"
    content += table(GOOD | {"intitule": "Bonne"}).decode().split("\r\n", 1)[1]
    director = a_director(campus)
    sent = receive_trainings(campus, name="f.csv", content=content.encode(), by=director)
    assert [line["row"] for line in sent.report["lines"]] == [2, 5]
    width = len(HEADER)
    assert [(error["row"], error["message"].partition(" :")[0]) for error in sent.report["errors"]] == [
        (3, f"la ligne a 2 cellules et l’en-tête {width}"),
        (4, f"la ligne a 30 cellules et l’en-tête {width}"),
    ]
    assert apply_trainings(sent, by=director).created == 2
    only_bad = table().decode() + "Trop court;Lycée d’essai\r\n"
    refused = receive_trainings(campus, name="f.csv", content=only_bad.encode(), by=director)
    assert [error["row"] for error in refused.report["errors"]] == [2] and refused.report["lines"] == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("f.csv", b"", "vide"),
        ("f.xlsx", b"%PDF-1.7", "PDF"),
        ("f.csv", b"a;b\n1;2\n", "en-tête"),
        ("f.csv", table(), "aucune ligne"),
        ("f.csv", b"x" * (5 * 1024 * 1024 + 1), "5 Mo"),
        ("f.xlsx", empty_workbook([TRAININGS]), "aucune ligne"),
        ("f.csv", empty_csv(TRAININGS), "aucune ligne"),
        ("f.csv", "intitule;organisation\nÉté;Lycée\n".encode("cp1252"), "UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(campus: Campus, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        receive_trainings(campus, name=name, content=content, by=a_director(campus))
    assert not TrainingImport.objects.exists()


def test_only_those_of_the_campus_send_and_apply(campus: Campus) -> None:
    director, other = a_director(campus), a_contributor(a_campus())
    with pytest.raises(NotAllowed):
        receive_trainings(campus, name="f.csv", content=table(GOOD), by=other)
    sent = receive_trainings(campus, name="f.csv", content=table(GOOD), by=director)
    with pytest.raises(NotAllowed):
        apply_trainings(sent, by=other)


def test_nothing_is_half_done_when_the_campus_has_changed(campus: Campus) -> None:
    director = a_director(campus)
    sent = receive_trainings(campus, name="f.csv", content=table(GOOD), by=director)
    Partnership.objects.update(ends_on=PartialDate(2020))
    with pytest.raises(Refusal, match="Le campus a changé"):
        apply_trainings(sent, by=director)
    assert not Training.objects.exists()
    bad = receive_trainings(campus, name="g.csv", content=table(GOOD), by=director)
    assert list(TrainingImport.objects.all()) == [bad] and bad.report["lines"] == []
    with pytest.raises(Refusal, match="Aucune ligne"):
        apply_trainings(bad, by=director)


def test_the_same_table_twice_changes_nothing_and_a_corrected_one_changes_its_rows(campus: Campus) -> None:
    director = a_director(campus)
    ended = GOOD | {"intitule": "Finie", "fin": "01/09/2027"}

    def load(*rows: dict[str, str]) -> str:
        sent = receive_trainings(campus, name="f.csv", content=table(*rows), by=director)
        return apply_trainings(sent, by=director).summary

    assert load(GOOD, ended) == "Formations inscrites : 2, modifiées : 0, inchangées : 0."
    feed = Change.objects.count()
    assert load(GOOD, ended) == "Formations inscrites : 0, modifiées : 0, inchangées : 2."
    assert Change.objects.count() == feed
    corrected = GOOD | {"places": "30", "publics": "eleves"}
    assert load(corrected, ended) == "Formations inscrites : 0, modifiées : 1, inchangées : 1."
    training = Training.objects.get(ends_on=None)
    assert (training.capacity, training.version) == (30, 2)
    assert [row.audience for row in training.audiences.all()] == [Audience.PUPILS]


def test_five_thousand_rows_of_which_forty_are_faulty(campus: Campus) -> None:
    director = a_director(campus)
    rows = [GOOD | {"intitule": f"Formation {number}"} for number in range(5000)]
    for number in range(0, 5000, 125):
        rows[number]["niveau"] = "12"
    with CaptureQueriesContext(connection) as asked:
        sent = receive_trainings(campus, name="f.csv", content=table(*rows), by=director)
    assert len(sent.report["errors"]) == 40 and len(sent.report["lines"]) == 4960
    assert [error["row"] for error in sent.report["errors"]] == list(range(2, 5002, 125))
    assert len(asked) < 25
    with CaptureQueriesContext(connection) as asked:
        assert apply_trainings(sent, by=director).created == 4960
    # In batches, smaller where the database takes few parameters: not one a row.
    assert len(asked) < 300
    assert Training.objects.count() == 4960
