"""Files: what they hold is read whatever their name says, and bad ones are refused with the reason."""

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cmq.imports.empty import empty_csv, empty_workbook
from cmq.imports.reading import read
from cmq.imports.tables import MOST_BYTES, MOST_ROWS, NamedFile
from cmq.imports.template import CAMPUS
from tests.imports.tables import A_CAMPUS, a_csv, a_workbook, raw, saved, with_part

TWO_COLUMNS = [["nom", "region"], ["Bois", "Grand Est"]]


def reason(file: NamedFile) -> str:
    tables, errors = read([file])
    assert not tables
    assert len(errors) == 1
    return str(errors[0])


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_is_read_with_either_separator_and_with_or_without_mark(delimiter: str, encoding: str) -> None:
    [table], errors = read([a_csv("campus", A_CAMPUS, delimiter=delimiter, encoding=encoding)])
    assert not errors
    assert dict(zip(table.header, table.rows[0][1], strict=True)) == A_CAMPUS


def test_rows_keep_the_number_that_a_spreadsheet_shows() -> None:
    [table], _ = read([raw('nom;region\n"deux\nlignes";a\n;\n\nb;c\n')])
    assert [number for number, _ in table.rows] == [2, 5]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_windows_text_is_refused_with_the_word_and_the_remedy(encoding: str) -> None:
    message = reason(a_csv("campus", {"nom": "Bois", "region": "Île-de-France"}, encoding=encoding))
    assert "campus.csv, ligne 2" in message
    assert "cp1252 ou latin-1" in message and "« Île-de-France »" in message and "CSV UTF-8" in message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(encoding: str) -> None:
    assert "UTF-16" in reason(a_csv("campus", A_CAMPUS, encoding=encoding))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Le fichier est vide."),
        (b"\n\n", "n’a qu’une colonne"),
        (b"MZ\x90\x00\x03", "est un programme"),
        (b"\x7fELF\x02", "est un programme"),
        (b"%PDF-1.7", "est un PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien classeur .xls"),
        (b"\x1f\x8b\x08", "est une archive"),
        (b"<html>", "page web"),
        (b"nom;region\nBois\x00;Grand Est\n", "octets nuls"),
        (b"nom;region\n\x81\x8d;a\n", "n’est pas du texte en UTF-8"),
        (b"nom\nBois\n", "n’a qu’une colonne"),
        (b"nom\tregion\n", "tabulations"),
        (b'nom;region\n"Bois;Grand Est\n', "un guillemet s’ouvre ou se ferme mal"),
        (b'nom;region\n"Bois"x;Grand Est\n', "un guillemet s’ouvre ou se ferme mal"),
        (b";".join(b"c%d" % n for n in range(200)), "200 colonnes"),
        (b"plain words, in a line", "nothing"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, said: str) -> None:
    if said == "nothing":
        assert read([NamedFile("campus.csv", content)])[0][0].rows == ()
        return
    assert said in reason(NamedFile("campus.csv", content))


def test_a_row_of_another_width_leaves_the_others_readable() -> None:
    [table], errors = read([raw("nom;region\nBois;Grand Est;de trop\nBois\nMer;Bretagne;\nMer;Corse\n")])
    assert not errors
    assert table.rows == ((4, ("Mer", "Bretagne")), (5, ("Mer", "Corse")))
    assert [(row, why.partition(" :")[0]) for row, why in table.misfits] == [
        (2, "la ligne a 3 cellules et l’en-tête 2"),
        (3, "la ligne a 1 cellule et l’en-tête 2"),
    ]


def test_a_program_with_the_name_of_a_workbook_is_refused() -> None:
    assert "est un programme" in reason(NamedFile("campus.xlsx", b"MZ" + b"\x90" * 100))
    assert "n’en est pas un" in reason(NamedFile("campus.xlsx", b"nom;region\n"))


def test_a_huge_file_is_refused() -> None:
    assert "dépasse 5 Mo" in reason(NamedFile("campus.csv", b"a" * (MOST_BYTES + 1)))


def test_too_many_rows_are_refused() -> None:
    assert "Trop de lignes" in reason(raw("nom;region\n" + "a;b\n" * (MOST_ROWS + 1)))
    half = raw("nom;region\n" + "a;b\n" * (MOST_ROWS // 2 + 1))
    assert "Trop de lignes" in str(read([half, half])[1][0])


def test_no_file_at_all_is_said() -> None:
    assert "Aucun fichier" in str(read([])[1][0])


def test_a_path_or_controls_in_a_name_do_not_come_through() -> None:
    assert NamedFile("C:\\dossier\\cam\npus.csv", b"").short_name == "campus.csv"
    assert NamedFile("../../etc/passwd", b"").short_name == "passwd"
    assert NamedFile("\n", b"").short_name == "fichier"


def test_a_workbook_gives_its_sheets_without_the_help_and_the_empty_ones() -> None:
    tables, errors = read([a_workbook({"mode d’emploi": [["a", "b"]], "campus": TWO_COLUMNS, "Feuil1": []})])
    assert not errors
    assert [(table.name, table.rows) for table in tables] == [("campus", ((2, ("Bois", "Grand Est")),))]


def test_the_cells_of_a_workbook_are_read_as_they_show() -> None:
    workbook = Workbook()
    tab = workbook.active
    tab.title = "campus"
    tab.append(["a", "b", "c", "d", "e", "f", "g", "h"])
    tab.append([dt.datetime(2017, 2, 1)] * 3 + [21590350100017.0, 2017, 3.5, True, "=1+1"])
    for cell, number_format in zip(tab[2], ["dd/mm/yyyy", "mmm\\-yy", "yyyy"], strict=False):
        cell.number_format = number_format
    [table], errors = read([saved(workbook)])
    assert not errors
    shown = ("2017-02-01", "2017-02", "2017", "21590350100017", "2017", "3.5", "oui", "=1+1")
    assert table.rows == ((2, shown),)


def test_a_workbook_that_says_it_is_endless_is_read_to_its_end() -> None:
    file = a_workbook({"campus": TWO_COLUMNS})
    with zipfile.ZipFile(io.BytesIO(file.content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    endless = sheet.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"').replace(b'r="2"', b'r="1048576"')
    tables, errors = read([with_part(file, "xl/worksheets/sheet1.xml", endless)])
    assert not errors
    assert len(tables[0].header) == 2


@pytest.mark.parametrize(
    "xml",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "a">]><worksheet>&a;</worksheet>'.encode(
            "utf-16"
        ),
    ],
)
def test_entities_in_a_workbook_are_refused(xml: bytes) -> None:
    file = with_part(a_workbook({"campus": TWO_COLUMNS}), "xl/worksheets/sheet1.xml", xml)
    assert "entités XML interdites" in reason(file)


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    bomb = with_part(a_workbook({"campus": TWO_COLUMNS}), "xl/media/zeros.bin", b"\0" * (51 * 1024 * 1024))
    assert len(bomb.content) < 200_000
    assert "dépasse 50 Mo" in reason(bomb)


def test_other_packages_are_named() -> None:
    base = a_workbook({"campus": TWO_COLUMNS})
    assert "contient des macros" in reason(with_part(base, "xl/vbaProject.bin", b"x"))
    assert "classeur LibreOffice" in reason(with_part(base, "mimetype", b"application/vnd.oasis"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "a")
    assert "est une archive, pas un classeur" in reason(NamedFile("campus.xlsx", out.getvalue()))


def test_a_broken_workbook_is_said_to_be_broken() -> None:
    good = a_workbook({"campus": TWO_COLUMNS})
    assert "abîmé" in reason(NamedFile("c.xlsx", good.content[:-200]))
    assert "abîmé" in reason(with_part(good, "xl/workbook.xml", b"<workbook"))
    assert "abîmé" in reason(with_part(good, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='a'/>"))


def test_the_empty_templates_are_read_without_an_error() -> None:
    tables, errors = read(
        [NamedFile("modele-import.xlsx", empty_workbook()), NamedFile("campus.csv", empty_csv(CAMPUS))]
    )
    assert not errors
    assert tables[0].header == tables[-1].header == CAMPUS.headers
    assert not any(table.rows for table in tables)


@settings(max_examples=150)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    tables, errors = read([NamedFile("campus.csv", content)])
    assert tables or errors


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_no_damage_makes_the_workbook_reader_crash(at: int, damage: bytes) -> None:
    content = _GOOD.content
    at %= len(content)
    tables, errors = read([NamedFile("c.xlsx", content[:at] + damage + content[at + len(damage) :])])
    assert tables or errors or at


_GOOD = a_workbook({"campus": TWO_COLUMNS})
