"""What a file becomes before it is understood: tables of text, with the numbers of their rows."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 60


@dataclass(frozen=True)
class NamedFile:
    """A file as it was sent."""

    name: str
    content: bytes

    @property
    def short_name(self) -> str:
        """Its name without folders, on one line of at most 100 signs."""
        name = PurePath(self.name.replace("\\", "/")).name
        return "".join(c for c in name if unicodedata.category(c) != "Cc")[:100] or "fichier"


@dataclass(frozen=True)
class Table:
    """A header and the rows under it, all text.

    Attributes:
        name: of the sheet, or of the CSV file without its ending.
        place: what errors call it.
        rows: row number as a spreadsheet shows it → cells; wholly blank rows left out.
        misfits: row number → why its cells cannot be put under the header.
    """

    name: str
    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    misfits: tuple[tuple[int, str], ...] = ()


class FileError(ValueError):
    """Why a whole file or sheet cannot be read: a French sentence, and the row where it shows (0: none)."""

    def __init__(self, message: str, *, row: int = 0) -> None:
        super().__init__(message)
        self.row = row


def make_table(
    name: str,
    place: str,
    header: Sequence[str],
    rows: Iterator[tuple[int, list[str]]],
    *,
    cut_long_rows: bool,
) -> Table:
    """A table whose rows all have the width of the header; those of another width are its misfits.

    Args:
        cut_long_rows: whether a row may be shorter than the header (a workbook's empty columns).
    Raises `FileError` for a header that is too wide, or too many rows.
    """
    header = [cell.strip() for cell in header]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise FileError(f"L’en-tête a {len(header)} colonnes : ce n’est pas le modèle d’import.", row=1)
    kept: list[tuple[int, tuple[str, ...]]] = []
    misfits: list[tuple[int, str]] = []
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(kept) + len(misfits) >= MOST_ROWS:
            raise FileError(f"Trop de lignes : {MOST_ROWS} au plus par import. Coupez le fichier.")
        why = _why_not_fitting(cells, len(header), cut_long_rows=cut_long_rows)
        if why:
            misfits.append((number, why))
        else:
            kept.append((number, tuple(cells[: len(header)]) + ("",) * (len(header) - len(cells))))
    return Table(name, place, tuple(header), tuple(kept), tuple(misfits))


def _why_not_fitting(cells: list[str], width: int, *, cut_long_rows: bool) -> str:
    extra = any(cell.strip() for cell in cells[width:])
    if not extra and (len(cells) >= width or cut_long_rows):
        return ""
    has = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''}"
    return (
        f"la ligne a {has} et l’en-tête {width} : un séparateur manque ou est en trop, ou un texte qui en contient "
        "n’est pas entre guillemets."
    )
