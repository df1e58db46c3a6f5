"""Tables under the template: typed rows, and errors that say sheet, row and column."""

from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.models import NameKind
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.imports.parsing import Row, parse
from cmq.imports.reading import read
from cmq.imports.report import RowError
from cmq.imports.tables import NamedFile, Table
from cmq.imports.template import COUNTS, SHEETS
from tests.imports.tables import A_CAMPUS, A_DECISION, A_MEMBER, a_csv, a_workbook, raw


def parsed(*files: NamedFile) -> list[Row]:
    tables, errors = read(files)
    assert not errors
    rows, errors = parse(tables)
    assert not errors, [str(error) for error in errors]
    return rows


def errors_of(*files: NamedFile) -> list[RowError]:
    tables, errors = read(files)
    return errors or parse(tables)[1]


def test_a_row_becomes_typed_values() -> None:
    [row] = parsed(a_csv("campus", A_CAMPUS))
    assert row["nom"] == A_CAMPUS["nom"]
    assert row["academies"] == ("Nancy-Metz", "Reims")
    assert row["filiere_deduite"] is True
    assert row["autres_noms"] == (("Campus du bois d’essai", NameKind.FORMER),)
    assert row["fiabilite"] is Reliability.HIGH
    assert row["constate_le"] == PartialDate(2024, 2, 1)
    assert row["objet"] is None


def test_a_row_of_another_width_is_an_error_of_its_own() -> None:
    errors = errors_of(raw("nom;région\nBois;Grand Est;de trop\nMer;Bretagne\nForêt\n"))
    assert [error.row for error in errors] == [2, 4]
    assert all("séparateur" in error.message for error in errors)


def test_headers_forgive_case_accents_and_spaces() -> None:
    [row] = parsed(raw("Nom;RÉGION;Autres noms\nBois;Grand Est;Forêt\n"))
    assert row["autres_noms"] == (("Forêt", NameKind.SPELLING),)


def test_rows_come_in_the_order_of_the_sheets_whatever_that_of_the_files() -> None:
    rows = parsed(a_csv("membres", A_MEMBER), a_csv("decisions", A_DECISION), a_csv("campus", A_CAMPUS))
    assert [row.sheet.name for row in rows] == ["campus", "decisions", "membres"]


def test_a_file_of_any_name_is_known_by_its_header() -> None:
    [row] = parsed(NamedFile("export (3).csv", a_csv("x", A_DECISION).content))
    assert row.sheet.name == "decisions"
    for sheet in SHEETS:
        cells = dict.fromkeys(sheet.headers, "")
        table = read([NamedFile("sans nom.csv", a_csv("x", cells).content)])[0]
        assert all(error.row != 1 for error in parse(table)[1])


def test_a_sheet_that_is_none_of_ours_is_refused() -> None:
    [error] = errors_of(raw("couleur;taille\nrouge;3\n", name="stock.csv"))
    assert error.sheet == "stock.csv" and "Feuille non reconnue" in error.message
    [error] = errors_of(a_workbook({"Feuil1": [["couleur", "taille"], ["rouge", 3]]}))
    assert error.sheet == "classeur.xlsx, feuille Feuil1"


def test_wrong_headers_are_all_named() -> None:
    found = errors_of(raw("nom;nom;regoin;couleur;;sigle\nBois;;;;;\n"))
    assert {error.row for error in found} == {1}
    assert [error.column for error in found] == ["nom", "regoin", "couleur", "", "region"]
    assert "deux fois" in found[0].message
    assert "Vouliez-vous dire « region » ?" in found[1].message
    assert "Colonnes prévues : nom, region" in found[2].message
    assert "la colonne n° 5 n’a pas d’en-tête" in found[3].message
    assert "obligatoire manque" in found[4].message


def test_every_wrong_cell_is_named_with_its_row_and_column() -> None:
    ruined = {**A_MEMBER, "uai": "590122M", "organisation": "=cmd|'/C calc'!A0"}
    found = errors_of(a_csv("membres", A_MEMBER, {**A_MEMBER, "siret": "2,17003E+13", "depuis": "42779"}, ruined))
    assert [(error.row, error.column) for error in found] == [
        (3, "siret"),
        (3, "depuis"),
        (4, "organisation"),
        (4, "uai"),
    ]
    assert str(found[0]).startswith("membres.csv, ligne 3, colonne siret : « 2,17003E+13 »")


def test_an_obligatory_cell_cannot_be_blank() -> None:
    [error] = errors_of(a_csv("campus", {**A_CAMPUS, "region": "  "}))
    assert (error.row, error.column) == (2, "region")
    assert "obligatoire" in error.message


def test_swapped_columns_show_in_their_codes() -> None:
    found = errors_of(a_csv("membres", {**A_MEMBER, "uai": "21590350100017", "siret": "0590122M"}))
    assert {error.column for error in found} == {"uai", "siret"}
    assert all("mélangées" in error.message for error in found)


def test_a_row_twice_is_refused_even_written_otherwise() -> None:
    again = {**A_CAMPUS, "nom": A_CAMPUS["nom"].upper().replace("É", "E")}
    [error] = errors_of(a_csv("campus", A_CAMPUS, again))
    assert (error.row, error.message) == (3, "cette ligne répète la ligne 2.")


def test_a_file_without_rows_is_said() -> None:
    assert "aucune ligne" in errors_of(raw("nom;region\n"))[0].message


def test_the_sources_of_a_count_are_obligatory() -> None:
    assert COUNTS.column("sources").is_required


_words = st.text(alphabet="abc;,\"'|<>=0123456789éE+-/\n\x00 ", max_size=12)


@given(st.lists(st.lists(_words, max_size=8), max_size=5), st.sampled_from([sheet.name for sheet in SHEETS]))
def test_no_table_makes_the_parser_crash(rows: list[list[str]], name: str) -> None:
    sheet = next(sheet for sheet in SHEETS if sheet.name == name)
    width = len(sheet.headers)
    padded = tuple((n, tuple((row + [""] * width)[:width])) for n, row in enumerate(rows, start=2))
    found, errors = parse([Table(name, "essai", sheet.headers, padded)])
    assert {row.number for row in found}.isdisjoint({e.row for e in errors if "répète" not in e.message})
    assert all(error.message for error in errors)
