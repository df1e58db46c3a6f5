"""The template, its guide and its empty files say the same as the parser."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

import cmq
from cmq.imports.empty import WORKBOOK_NAME, empty_csv, guide_tables, write_template
from cmq.imports.parsing import parse
from cmq.imports.reading import read
from cmq.imports.tables import NamedFile
from cmq.imports.template import SHEETS, sheet_named

GUIDE = Path(cmq.__file__).parents[1] / "docs" / "guide" / "import.md"


def test_the_guide_has_the_tables_of_the_parser() -> None:
    assert guide_tables() in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_example_is_right_and_every_key_is_a_column(sheet: object) -> None:
    for column in sheet.columns:
        assert column.help
        if column.example:
            column.parse(column.example)
    assert set(sheet.key) <= set(sheet.headers)
    assert len(set(sheet.headers)) == len(sheet.headers)
    assert sheet_named(sheet.name.upper()) is sheet


def test_the_empty_files_are_written_and_understood(tmp_path: Path) -> None:
    paths = write_template(tmp_path / "nouveau" / "dossier")
    assert [path.name for path in paths] == [WORKBOOK_NAME, *(f"{sheet.name}.csv" for sheet in SHEETS)]
    tables, errors = read([NamedFile(path.name, path.read_bytes()) for path in paths])
    assert not errors
    assert {table.name for table in tables} == {sheet.name for sheet in SHEETS}
    assert [error.message for error in parse(tables)[1]] == ["Le fichier ne contient aucune ligne sous son en-tête."]


def test_the_cells_of_the_empty_workbook_are_text_so_that_codes_keep_their_zeros(tmp_path: Path) -> None:
    write_template(tmp_path)
    tab = load_workbook(tmp_path / WORKBOOK_NAME)["membres"]
    column = [cell.value for cell in tab[1]].index("siret") + 1
    assert {tab.cell(row=row, column=column).number_format for row in range(2, 200)} == {"@"}


def test_the_empty_csv_opens_with_its_accents_in_a_spreadsheet() -> None:
    assert empty_csv(SHEETS[0]).startswith(b"\xef\xbb\xbfnom;region;")
