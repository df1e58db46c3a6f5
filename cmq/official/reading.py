"""Reading the files of official sources, row by row, at flat memory, without trusting them."""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from cmq.core.text import fold
from cmq.official.errors import FileRefused, Rejected

MOST_UNPACKED_BYTES = 4 * 1024**3
# A real table of text is packed ten times at most; a bomb, a thousand times.
_MOST_PACKING = 200
_LONGEST_CELL = 200_000

Row = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """How a CSV file is written.

    Attributes:
        columns: our name → the headers that have been met for it, compared folded; all obligatory.
        optional: the same, for columns that some editions lack; they read as empty.
        delimiters: the one sign between cells, or those that editions differ by: the header tells.
    """

    columns: Mapping[str, Sequence[str]]
    optional: Mapping[str, Sequence[str]]
    delimiters: str = ";"
    encoding: str = "utf-8-sig"


def read_csv(path: Path, layout: Layout, *, member: str = "") -> Iterator[tuple[int, Row | Rejected]]:
    """The rows of a CSV file (plain, gzipped, or a member of a zip), with our names.

    Args:
        member: the pattern of the member's name, for a zip: « *code_rome*.csv ».
    Yields line numbers with a row, or with `Rejected` for one that has not the cells of the header.
    Raises `FileRefused` for a file that is not in this form.
    """
    with opened(path, member=member) as raw:
        text = io.TextIOWrapper(cast(BinaryIO, raw), encoding=layout.encoding, newline="")
        csv.field_size_limit(_LONGEST_CELL)
        try:
            first = text.readline(_LONGEST_CELL)
            if not first.strip():
                raise FileRefused("Le fichier est vide.")
            sign = max(layout.delimiters, key=first.count)
            lines = csv.reader(chain([first], text), delimiter=sign)
            header = next(lines)
            places = _places(header, layout)
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    why = f"La ligne a {len(cells)} cellules, l’en-tête en a {len(header)}."
                    yield lines.line_num, Rejected(lines.line_num, why, " ; ".join(cells)[:200])
                    continue
                yield lines.line_num, {name: cells[at].strip() if at is not None else "" for name, at in places.items()}
        except UnicodeDecodeError as error:
            raise FileRefused(f"Le fichier n’est pas écrit en {_spoken(layout.encoding)}.") from error
        except csv.Error as error:
            raise FileRefused("Le fichier est abîmé : une cellule ne finit pas, ou est démesurée.") from error
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise FileRefused("Le fichier est tronqué.") from error


def _places(header: Sequence[str], layout: Layout) -> dict[str, int | None]:
    found = {fold(name): at for at, name in reversed(list(enumerate(header)))}
    places: dict[str, int | None] = {}
    missing = []
    for name, spellings in layout.columns.items():
        places[name] = next((found[fold(s)] for s in spellings if fold(s) in found), None)
        if places[name] is None:
            missing.append(spellings[0])
    if missing:
        raise FileRefused(f"L’en-tête a changé, il manque : {', '.join(missing)}.")
    for name, spellings in layout.optional.items():
        places[name] = next((found[fold(s)] for s in spellings if fold(s) in found), None)
    return places


def _spoken(encoding: str) -> str:
    return "UTF-8" if codecs.lookup(encoding).name.startswith("utf-8") else encoding


@contextmanager
def opened(path: Path, *, member: str = "") -> Iterator[io.BufferedIOBase]:
    """The bytes of a file: plain, gzipped, or the member of a zip that a pattern names; never more than is sane.

    Raises `FileRefused`.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        with _zip(path) as archive, archive.open(_member(archive, member)) as raw:
            yield cast(io.BufferedIOBase, raw)
    elif start.startswith(b"\x1f\x8b"):
        with gzip.open(path, "rb") as packed:
            yield cast(io.BufferedIOBase, _Bounded(cast(BinaryIO, packed), path.stat().st_size * _MOST_PACKING))
    else:
        with path.open("rb") as plain:
            yield plain


def members(path: Path) -> list[str]:
    """Names of what a zip holds. Raises `FileRefused` when it is none."""
    with _zip(path) as archive:
        return archive.namelist()


def checked_package(path: Path) -> None:
    """Look at a workbook's package before any part of it is understood. Raises `FileRefused`."""
    with _zip(path) as archive:
        parts = archive.infolist()
    if len(parts) > 2000 or sum(part.file_size for part in parts) > 1024**3 or any(map(_is_bomb, parts)):
        raise FileRefused("Le classeur est démesuré une fois décompressé.")


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise FileRefused("L’archive est abîmée ou tronquée.") from error
    with archive:
        yield archive


def _member(archive: zipfile.ZipFile, pattern: str) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if fnmatch(info.filename.lower(), pattern.lower())]
    if not found:
        raise FileRefused(f"L’archive ne contient pas « {pattern} ».")
    info = found[0]
    if _is_bomb(info):
        raise FileRefused("L’archive est démesurée une fois décompressée.")
    return info


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > MOST_UNPACKED_BYTES or info.file_size > max(info.compress_size, 1) * _MOST_PACKING


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than it may."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._left = stream, min(max(most, 10 * 1024**2), MOST_UNPACKED_BYTES)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        chunk = self._stream.read(len(view))
        self._left -= len(chunk)
        if self._left < 0:
            raise FileRefused("Le fichier est démesuré une fois décompressé.")
        view[: len(chunk)] = chunk
        return len(chunk)
