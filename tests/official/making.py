"""Files in the shape of official ones, with contents of our own."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl


def table(header: Sequence[str], *rows: Sequence[object], sign: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=sign, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode(encoding)


def archive(path: Path, **members: bytes) -> Path:
    """A zip; a member's name has its dots written « __ »."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "."), content)
    return path


def workbook(path: Path, sheet: str, *rows: Sequence[object]) -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def listed(value: object) -> bytes:
    """A JSON file."""
    return json.dumps(value, ensure_ascii=False).encode()
