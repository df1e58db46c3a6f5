"""Reading .xlsx workbooks without trusting them."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from cmq.core.text import fold
from cmq.core.uploads import UNPACKABLE
from cmq.imports.tables import MOST_COLUMNS, MOST_ROWS, FileError, NamedFile, Table, make_table

MOST_UNPACKED_BYTES = 50 * 1024 * 1024
MOST_PARTS = 2000

# The sheet of our own empty workbook that explains the others.
HELP_SHEET = "mode d’emploi"

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_BROKEN = "Le classeur est abîmé et ne s’ouvre pas. Enregistrez-le de nouveau en .xlsx."


def read_workbook(file: NamedFile) -> list[Table]:
    """The sheets of a workbook that hold something; the help sheet of the template is left out.

    Raises `FileError` for a file that is no workbook, is too big unpacked, or hides something.
    """
    _check_package(file.content)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(file.content), read_only=True, data_only=False)
        try:
            return [table for sheet in workbook.worksheets if (table := _table(sheet, file.short_name))]
        finally:
            workbook.close()
    except DefusedXmlException as error:
        raise FileError("Le classeur contient des entités XML interdites.") from error
    # SyntaxError is what both XML parsers that openpyxl may use derive theirs from.
    except (SyntaxError, InvalidFileException, *UNPACKABLE, *_UNREADABLE) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(_BROKEN) from error


# What openpyxl lets out for packages whose parts do not fit together.
_UNREADABLE = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)


def _check_package(content: bytes) -> None:
    """Look at the package before any part of it is understood."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise FileError("Le classeur déplié dépasse 50 Mo : il est refusé sans être ouvert.")
            if _overlap(parts):
                raise FileError("Le classeur est construit pour tromper (parties superposées) : il est refusé.")
            names = {part.filename for part in parts}
            if "mimetype" in names:
                raise FileError("Ce fichier est un classeur LibreOffice. Enregistrez-le en .xlsx ou en CSV UTF-8.")
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise FileError("Ce fichier est une archive, pas un classeur Excel (.xlsx).")
            if any(name.endswith("vbaProject.bin") for name in names):
                raise FileError("Le classeur contient des macros. Enregistrez-le en « Classeur Excel (.xlsx) ».")
            _refuse_entities(package, parts)
    except UNPACKABLE as error:
        raise FileError(_BROKEN) from error


def _overlap(parts: list[zipfile.ZipInfo]) -> bool:
    """Whether two parts share packed bytes, as in a bomb that says small sizes for each."""
    ordered = sorted(parts, key=lambda part: part.header_offset)
    return any(first.header_offset + first.compress_size > second.header_offset for first, second in pairwise(ordered))


def _refuse_entities(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """No part of a true workbook declares a document type; who does wants entities expanded."""
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as stream:
                if _DOCTYPE.search(stream.read(4096).replace(b"\0", b"")):
                    raise FileError("Le classeur contient des entités XML interdites.")


def _table(sheet: Any, file_name: str) -> Table | None:
    name = str(sheet.title)
    if fold(name) == fold(HELP_SHEET) or not hasattr(sheet, "reset_dimensions"):
        return None
    # The size that a sheet says it has may be a lie of a million rows.
    sheet.reset_dimensions()
    rows = _rows(sheet)
    header = next(rows, None)
    if header is None:
        return None
    table = make_table(name, f"{file_name}, feuille {name}", header[1], rows, cut_long_rows=True)
    return table if any(table.header) or table.rows else None


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS + 1), start=1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        yield number, texts


def _text(cell: Any) -> str:
    """A cell's value as it would stand in a CSV; a formula stays one, to be refused with its place."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return _date(value.date(), str(cell.number_format))
    if isinstance(value, str | int | dt.date):
        return str(value)
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    # Array formulas and data tables are objects of their own.
    return "=formule"


def _date(day: dt.date, number_format: str) -> str:
    """A date no finer than what the cell shows: who types 02/2017 gets a cell that holds the 1st."""
    shown = _QUOTED_IN_FORMAT.sub("", number_format).lower()
    if "d" in shown or "j" in shown:
        return day.isoformat()
    return f"{day:%Y-%m}" if "m" in shown else f"{day:%Y}"
