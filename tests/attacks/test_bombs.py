"""Files that are small until they are unpacked, and what they are made to exhaust."""

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from cmq.core import uploads
from cmq.core.errors import Refusal
from cmq.official.errors import FileRefused
from cmq.official.reading import Layout, checked_package, opened, read_csv

LAYOUT = Layout(columns={"code": ["code"]}, optional={})
MEGABYTES = 60
MOST_MEMORY = 20_000_000  # bytes


@pytest.fixture(autouse=True)
def _flat_memory() -> object:
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST_MEMORY, f"{peak // 1_000_000} MB"


def zeros(path: Path, megabytes: int) -> Path:
    """A gzip of that many zeros, made and kept small."""
    with gzip.open(path, "wb", compresslevel=1) as out:
        for _ in range(megabytes):
            out.write(bytes(1_000_000))
    return path


def a_zip(**parts: int) -> bytes:
    """An archive whose parts are so many megabytes of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, megabytes in parts.items():
            with archive.open(name.replace("__", "/").replace("_", "."), "w") as part:
                for _ in range(megabytes):
                    part.write(bytes(1_000_000))
    return out.getvalue()


def test_a_gzip_bomb_of_an_official_source_is_refused(tmp_path: Path) -> None:
    bomb = zeros(tmp_path / "table.csv.gz", MEGABYTES)
    assert bomb.stat().st_size < 400_000
    with pytest.raises(FileRefused, match="démesuré"), opened(bomb) as raw:
        while raw.read(1 << 16):
            pass


def test_a_line_without_end_of_an_official_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    with gzip.open(path, "wb") as out:
        out.write(b'code\n"')
        for _ in range(MEGABYTES):
            out.write(b"a" * 1_000_000)
    with pytest.raises(FileRefused, match="démesuré"):
        list(read_csv(path, LAYOUT))


def test_a_gzip_within_a_gzip_is_not_followed(tmp_path: Path) -> None:
    inner = zeros(tmp_path / "dedans.gz", 5).read_bytes()
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(gzip.compress(inner)))
    with pytest.raises(FileRefused):
        list(read_csv(path, LAYOUT))


def test_a_zip_bomb_of_an_official_source_is_refused_by_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "table.zip"
    path.write_bytes(a_zip(table_csv=MEGABYTES))
    with pytest.raises(FileRefused, match="démesurée"):
        list(read_csv(path, LAYOUT, member="*.csv"))
    with pytest.raises(FileRefused, match="démesuré"):
        checked_package(path)


def test_a_zip_that_lies_of_its_size_gives_no_more_than_it_said(tmp_path: Path) -> None:
    """The directory says a hundred bytes; what is packed is sixty megabytes."""
    content = bytearray(a_zip(table_csv=MEGABYTES))
    size = (MEGABYTES * 1_000_000).to_bytes(4, "little")
    assert content.count(size) >= 1
    path = tmp_path / "table.zip"
    path.write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(FileRefused):
        list(read_csv(path, LAYOUT, member="*.csv"))


@pytest.mark.parametrize("ending", ["odt", "ods", "odp"])
def test_a_document_is_not_unpacked_to_be_recognised(ending: str) -> None:
    """Its `mimetype` part has sixty megabytes."""
    content = a_zip(mimetype=MEGABYTES, content_xml=1)
    assert len(content) < 400_000
    with pytest.raises(Refusal, match="pas ce que son nom dit"):
        uploads.checked(f"a.{ending}", ContentFile(content), size=len(content))


@pytest.mark.parametrize("part", ["word__document_xml", "xl__workbook_xml", "ppt__presentation_xml"])
def test_a_joined_document_is_never_unpacked(part: str) -> None:
    """It is kept and given back as it came: what is inside is the reader's program's affair."""
    content = a_zip(**{part: MEGABYTES})
    ending = {"word": "docx", "xl": "xlsx", "ppt": "pptx"}[part.partition("__")[0]]
    assert uploads.checked(f"a.{ending}", ContentFile(content), size=len(content)).size == len(content)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 99])
def test_a_document_that_is_not_packed_as_it_says_is_refused(packing: int) -> None:
    """Each packing says in its own way that it cannot be read; 99 is one that nobody here reads."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", b"\xff" * 60)
        archive.writestr("content.xml", "<a/>")
    content = bytearray(out.getvalue())
    directory = content.index(b"PK\x01\x02")
    content[8:10] = content[directory + 10 : directory + 12] = packing.to_bytes(2, "little")
    with pytest.raises(Refusal, match="pas ce que son nom dit"):
        uploads.checked("a.odt", ContentFile(bytes(content)), size=len(content))
