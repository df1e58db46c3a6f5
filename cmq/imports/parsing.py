"""Tables of text brought to typed rows under the template, with every error found on the way. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cmq.core.text import fold
from cmq.imports import cells
from cmq.imports.report import RowError
from cmq.imports.tables import Table
from cmq.imports.template import SHEETS, Column, Sheet, sheet_named


@dataclass(frozen=True)
class Row:
    """One row understood: column name → value, None where the cell is blank.

    Attributes:
        place: what errors call its sheet.
        number: row number as a spreadsheet shows it.
    """

    sheet: Sheet
    place: str
    number: int
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        """The value of a column, None when blank or when the file has no such column."""
        return self.values.get(column)

    def error(self, column: str, message: str) -> RowError:
        """An error at this row."""
        return RowError(self.place, self.number, column, message)


def parse(tables: Sequence[Table]) -> tuple[list[Row], list[RowError]]:
    """All rows, in the order of the sheets of the template, and all errors. Never raises for what a table holds."""
    rows: list[Row] = []
    errors: list[RowError] = []
    for table in tables:
        sheet = _sheet_of(table)
        if sheet is None:
            errors.append(_unknown_sheet(table))
            continue
        columns = _columns(sheet, table, errors)
        if columns is not None:
            rows += _rows(sheet, table, columns, errors)
    errors += _doubles(rows)
    if not rows and not errors:
        errors.append(RowError("", 0, "", "Le fichier ne contient aucune ligne sous son en-tête."))
    return sorted(rows, key=lambda row: SHEETS.index(row.sheet)), errors


def parse_table(sheet: Sheet, table: Table) -> tuple[list[Row], list[RowError]]:
    """The good rows of one table under one sheet, and what is wrong with the others. Never raises for what it holds.

    A wrong header leaves no good row; its errors name row 1.
    """
    errors: list[RowError] = []
    columns = _columns(sheet, table, errors)
    rows = _rows(sheet, table, columns, errors) if columns is not None else []
    return rows, errors


def _sheet_of(table: Table) -> Sheet | None:
    """By its name, or else the one sheet that has most of its headers."""
    named = sheet_named(table.name)
    if named is not None:
        return named
    shared = {sheet.name: _shared_headers(sheet, table) for sheet in SHEETS}
    best = max(shared.values())
    likely = [sheet for sheet in SHEETS if shared[sheet.name] == best]
    return likely[0] if best >= 2 and len(likely) == 1 else None


def _shared_headers(sheet: Sheet, table: Table) -> int:
    """Headers of the sheet that the table has; a missing obligatory one counts against it."""
    present = {fold(header) for header in table.header}
    missing = sum(column.is_required and fold(column.name) not in present for column in sheet.columns)
    return sum(fold(header) in present for header in sheet.headers) - missing


def _unknown_sheet(table: Table) -> RowError:
    names = cells.described([sheet.name for sheet in SHEETS])
    return RowError(
        table.place, 1, "", f"Feuille non reconnue. Donnez-lui l’un de ces noms : {names}, et les en-têtes du modèle."
    )


def _columns(sheet: Sheet, table: Table, errors: list[RowError]) -> list[Column] | None:
    """The column under each header; None when the header is wrong."""
    found: list[Column] = []
    before = len(errors)
    for place, header in enumerate(table.header, start=1):
        column = sheet.column(header)
        if column is None:
            errors.append(_unknown_column(sheet, table, header, place))
        elif column in found:
            errors.append(RowError(table.place, 1, column.name, "cette colonne est deux fois dans l’en-tête."))
        else:
            found.append(column)
    for column in sheet.columns:
        if column.is_required and column not in found:
            errors.append(RowError(table.place, 1, column.name, "cette colonne obligatoire manque dans l’en-tête."))
    return found if len(errors) == before else None


def _unknown_column(sheet: Sheet, table: Table, header: str, place: int) -> RowError:
    if not header:
        return RowError(table.place, 1, "", f"la colonne n° {place} n’a pas d’en-tête.")
    near = get_close_matches(fold(header), [fold(name) for name in sheet.headers], n=1, cutoff=0.6)
    meant = next((name for name in sheet.headers if near and fold(name) == near[0]), None)
    advice = f"Vouliez-vous dire « {meant} » ?" if meant else f"Colonnes prévues : {', '.join(sheet.headers)}."
    return RowError(table.place, 1, header[:60], f"colonne inconnue. {advice}")


def _rows(sheet: Sheet, table: Table, columns: list[Column], errors: list[RowError]) -> list[Row]:
    rows = []
    errors += [RowError(table.place, number, "", why) for number, why in table.misfits]
    for number, texts in table.rows:
        row = Row(sheet, table.place, number, {})
        before = len(errors)
        for column, text in zip(columns, texts, strict=True):
            _read_cell(row, column, text, errors)
        if len(errors) == before:
            rows.append(row)
    return rows


def _read_cell(row: Row, column: Column, text: str, errors: list[RowError]) -> None:
    try:
        cells.check_signs(text)
        if text.strip():
            row.values[column.name] = column.parse(text)
        elif column.is_required:
            raise cells.CellError("cette cellule est obligatoire.")
    except cells.CellError as error:
        errors.append(row.error(column.name, str(error)))


def _doubles(rows: list[Row]) -> list[RowError]:
    """Rows that say twice the same thing of the same subject."""
    first: dict[tuple[Any, ...], Row] = {}
    errors = []
    for row in rows:
        key = (row.sheet.name, *(_comparable(row[column]) for column in row.sheet.key))
        if key in first:
            errors.append(row.error("", f"cette ligne répète la ligne {first[key].number}."))
        first.setdefault(key, row)
    return errors


def _comparable(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value
