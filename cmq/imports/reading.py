"""Files as people send them, brought to tables of text. Pure: bytes in, tables and French errors out."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from cmq.imports.report import RowError
from cmq.imports.tables import MOST_BYTES, MOST_ROWS, FileError, NamedFile, Table, make_table
from cmq.imports.workbook import read_workbook

_SEPARATORS = (";", ",")
_WORD_ENDS = re.compile(r"[;,\"\s]")
_SAVE_AS_UTF8 = (
    "Dans Excel : Fichier, Enregistrer sous, « CSV UTF-8 (délimité par des virgules) ». "
    "Dans LibreOffice : jeu de caractères « Unicode (UTF-8) »."
)


def read(files: Sequence[NamedFile]) -> tuple[list[Table], list[RowError]]:
    """The tables of all files, and what could not be read. Never raises for what a file holds."""
    tables: list[Table] = []
    errors: list[RowError] = []
    for file in files:
        try:
            tables += _tables(file)
        except FileError as error:
            errors.append(RowError(file.short_name, error.row, "", str(error)))
    if not files:
        errors.append(RowError("", 0, "", "Aucun fichier n’a été envoyé."))
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        errors.append(RowError("", 0, "", f"Trop de lignes : {MOST_ROWS} au plus par import. Coupez le fichier."))
    return tables, errors


def _tables(file: NamedFile) -> list[Table]:
    if not file.content:
        raise FileError("Le fichier est vide.")
    if len(file.content) > MOST_BYTES:
        raise FileError("Le fichier dépasse 5 Mo. Coupez-le, ou retirez-en les images et la mise en forme.")
    _refuse_other_kinds(file.content)
    if file.content.startswith(b"PK"):
        return read_workbook(file)
    if file.short_name.lower().endswith((".xlsx", ".xlsm")):
        raise FileError("Ce fichier porte le nom d’un classeur Excel mais n’en est pas un.")
    return [_read_csv(file)]


def _refuse_other_kinds(content: bytes) -> None:
    """A file is what it holds, whatever its name says."""
    kinds = {
        b"MZ": "Ce fichier est un programme, pas un tableau.",
        b"\x7fELF": "Ce fichier est un programme, pas un tableau.",
        b"%PDF": "Ce fichier est un PDF. Envoyez un CSV ou un classeur .xlsx.",
        b"\xd0\xcf\x11\xe0": "Ce fichier est un ancien classeur .xls ou un classeur protégé par mot de passe. "
        "Enregistrez-le en « Classeur Excel (.xlsx) », sans mot de passe.",
        b"\x1f\x8b": "Ce fichier est une archive. Envoyez le tableau lui-même.",
        b"Rar!": "Ce fichier est une archive. Envoyez le tableau lui-même.",
        b"7z\xbc\xaf": "Ce fichier est une archive. Envoyez le tableau lui-même.",
        b"\x89PNG": "Ce fichier est une image, pas un tableau.",
        b"\xff\xd8\xff": "Ce fichier est une image, pas un tableau.",
        b"{\\rtf": "Ce fichier est un document de texte, pas un tableau.",
        b"<": "Ce fichier est une page web ou du XML, pas un tableau.",
    }
    for start, message in kinds.items():
        if content.startswith(start):
            raise FileError(message)


def _read_csv(file: NamedFile) -> Table:
    text = _decoded(file.content)
    separator = _separator(text)
    rows = _csv_rows(text, separator)
    header = next(rows, None)
    if header is None:
        raise FileError("Le fichier est vide.")
    name = PurePath(file.short_name).stem
    return make_table(name, file.short_name, header[1], rows, cut_long_rows=False)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[1:40:2].count(0) > 10 or content[:40:2].count(0) > 10:
        raise FileError(f"Le fichier est en UTF-16 (« Texte Unicode »), pas en UTF-8. {_SAVE_AS_UTF8}")
    if b"\0" in content:
        raise FileError("Le fichier contient des octets nuls : ce n’est pas un tableau en texte.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        if _is_windows_text(content):
            word = _word_around(content, error.start)
            raise FileError(
                f"Le fichier est en codage Windows (cp1252 ou latin-1), pas en UTF-8 : voyez « {word} ». "
                f"{_SAVE_AS_UTF8}",
                row=row,
            ) from error
        raise FileError(f"Le fichier n’est pas du texte en UTF-8. {_SAVE_AS_UTF8}", row=row) from error


def _is_windows_text(content: bytes) -> bool:
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return not any(unicodedata.category(c) == "Cc" and c not in "\r\n\t" for c in text)


def _word_around(content: bytes, at: int) -> str:
    line = content[max(0, at - 20) : at + 20].decode("cp1252", "replace")
    middle = min(at, 20)
    return (_WORD_ENDS.split(line[:middle])[-1] + _WORD_ENDS.split(line[middle:])[0])[:40]


def _separator(text: str) -> str:
    """The separator that the header uses most, outside of quotes."""
    header = "".join(text.lstrip("\r\n").split("\n", 1)[0].split('"')[::2])
    best = max(_SEPARATORS, key=header.count)
    if not header.count(best):
        if "\t" in header:
            raise FileError("Les colonnes sont séparées par des tabulations. Enregistrez en CSV avec « ; » ou « , ».")
        raise FileError("L’en-tête n’a qu’une colonne : les colonnes se séparent par « ; » ou « , ».", row=1)
    return best


def _csv_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number that a spreadsheet gives them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileError(
                "un guillemet s’ouvre ou se ferme mal, et les colonnes se mélangent à partir d’ici.", row=number + 1
            ) from error
        if cells is None:
            return
        number += 1
        if cells or number > 1:
            yield number, cells
