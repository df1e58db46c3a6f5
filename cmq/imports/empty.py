"""The empty template and the tables of its guide, made from the same columns as the parser."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cmq.imports.template import SHEETS, Sheet
from cmq.imports.workbook import HELP_SHEET

WORKBOOK_NAME = "modele-import.xlsx"
# As many rows as a keeper is likely to fill; below them a spreadsheet chooses the format itself.
_TEXT_ROWS = 300


def write_template(folder: Path) -> list[Path]:
    """Write the empty workbook and one empty CSV for each sheet into a folder, made if need be; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {WORKBOOK_NAME: empty_workbook()} | {f"{sheet.name}.csv": empty_csv(sheet) for sheet in SHEETS}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def empty_csv(sheet: Sheet) -> bytes:
    """A CSV of the header alone, with the mark that tells a spreadsheet that it is UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerow(sheet.headers)
    return out.getvalue().encode("utf-8-sig")


def empty_workbook(sheets: Sequence[Sheet] = SHEETS) -> bytes:
    """A workbook with the guide and one sheet for each part; all cells are text, so that codes keep their zeros."""
    workbook = Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    _fill_help(workbook.create_sheet(HELP_SHEET), sheets)
    for sheet in sheets:
        _fill_header(workbook.create_sheet(sheet.name), sheet)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def guide_tables() -> str:
    """The tables of `docs/guide/import.md`, in Markdown."""
    parts = []
    for sheet in SHEETS:
        lines = [f"### Feuille `{sheet.name}`", "", sheet.purpose, "", "| Colonne | Ce qu’on y écrit | Exemple |"]
        lines.append("|---|---|---|")
        for column in sheet.columns:
            name = f"**`{column.name}`** (obligatoire)" if column.is_required else f"`{column.name}`"
            cells = [name, column.help, column.example]
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("<", "\\<") for cell in cells) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _fill_header(tab: Any, sheet: Sheet) -> None:
    for number, column in enumerate(sheet.columns, start=1):
        cell = tab.cell(row=1, column=number, value=column.name)
        cell.font = Font(bold=column.is_required)
        tab.column_dimensions[get_column_letter(number)].width = max(14, len(column.name) + 2)
        for row in range(1, _TEXT_ROWS + 2):
            tab.cell(row=row, column=number).number_format = "@"
    tab.freeze_panes = "A2"


def _fill_help(tab: Any, sheets: Sequence[Sheet]) -> None:
    rows = [("feuille", "colonne", "obligatoire", "ce qu’on y écrit", "exemple")]
    for sheet in sheets:
        rows.append((sheet.name, "", "", sheet.purpose, ""))
        rows += [(sheet.name, c.name, "oui" if c.is_required else "", c.help, c.example) for c in sheet.columns]
    for row in rows:
        tab.append(row)
    for letter, width in zip("ABCDE", (12, 22, 12, 80, 40), strict=True):
        tab.column_dimensions[letter].width = width
        for cell in tab[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in tab[1]:
        cell.font = Font(bold=True)
    tab.freeze_panes = "A2"
