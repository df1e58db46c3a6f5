"""Files that people send: small enough, of a kind that is read, really of that kind, and clean."""

import hashlib
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import puremagic
from django.conf import settings
from django.core.files.base import File

from cmq.core import antivirus
from cmq.core.errors import Refusal, require
from cmq.core.text import one_line

# Ending → media type and, for a zipped format, the part that proves it.
READ: dict[str, tuple[str, str]] = {
    ".pdf": ("application/pdf", ""),
    ".png": ("image/png", ""),
    ".jpg": ("image/jpeg", ""),
    ".jpeg": ("image/jpeg", ""),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/document.xml"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/workbook.xml"),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/presentation.xml"),
    ".odt": ("application/vnd.oasis.opendocument.text", "content.xml"),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", "content.xml"),
    ".odp": ("application/vnd.oasis.opendocument.presentation", "content.xml"),
}
# What zipfile lets out for damaged packages; a compression that it does not read is one of RuntimeError's.
UNPACKABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError, struct.error)
CLEAN = "saine"
_LONGEST_KIND = 100


@dataclass(frozen=True)
class Upload:
    """What is known of a file that was found good."""

    name: str
    media_type: str
    size: int
    sha256: str
    # « saine » when the antivirus has read it, empty on a site without one.
    scan: str

    @property
    def stored_name(self) -> str:
        """A name of ours: nothing that a person typed reaches the file system."""
        return f"{self.sha256[:32]}{Path(self.name).suffix}"


def checked(name: str, content: "File[bytes]", *, size: int) -> Upload:
    """What a file that somebody sends is.

    Args:
        content: the whole file, seekable.
        size: in bytes.
    Raises `Refusal` for one too large, of an unread kind, or not what its name says.
    """
    name = _clean_name(name)
    _check_size(name, size)
    media_type = _sniffed(name, content)
    return Upload(name, media_type, size, _digest(content), _scanned(name, content))


def _check_size(name: str, size: int) -> None:
    limit = settings.MAX_ATTACHMENT_BYTES
    require(size > 0, f"« {name} » est vide.")
    require(size <= limit, f"« {name} » dépasse {limit // 1024 // 1024} Mo : allégez-le ou découpez-le.")


def _digest(content: "File[bytes]") -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _clean_name(name: str) -> str:
    kept = one_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    stem, ending = Path(kept).stem, Path(kept).suffix.lower()
    require(
        ending in READ,
        f"« {kept[:80]} » : joignez un PDF, une image (PNG, JPEG) ou un document (DOCX, XLSX, PPTX, ODT, ODS, ODP).",
    )
    return f"{stem[: 150 - len(ending)]}{ending}"


def _sniffed(name: str, content: "File[bytes]") -> str:
    ending = Path(name).suffix
    media_type, part = READ[ending]
    lie = Refusal(f"« {name} » n’est pas ce que son nom dit : ce fichier n’est pas un {ending[1:].upper()}.")
    content.seek(0)
    head = content.read(8192)
    content.seek(0)
    if part:
        _check_zipped(name, content, part, lie)
        return media_type
    try:
        kinds = {match.mime_type for match in puremagic.magic_string(head)}
    except puremagic.PureError:
        raise lie from None
    if media_type not in kinds:
        raise lie
    return media_type


def _check_zipped(name: str, content: "File[bytes]", part: str, lie: Refusal) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            parts = set(archive.namelist())
            kind = _kind_of(archive) if part == "content.xml" else ""
    except (KeyError, ValueError, *UNPACKABLE):
        raise lie from None
    if part not in parts or (kind and kind.strip() != READ[Path(name).suffix][0]):
        raise lie
    has_macros = any(each.endswith("vbaProject.bin") or each.startswith("Basic/") for each in parts)
    require(not has_macros, f"« {name} » contient des macros : joignez-le sans macros, ou en PDF.")


def _kind_of(archive: zipfile.ZipFile) -> str:
    """What an OpenDocument file says that it is; no more of it is unpacked than a kind takes."""
    # Stored, or deflated by some programs; other packings let a file say how much memory it takes to read it.
    if archive.getinfo("mimetype").compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    with archive.open("mimetype") as said:
        return said.read(_LONGEST_KIND).decode("ascii", "replace")


def _scanned(name: str, content: "File[bytes]") -> str:
    """What the antivirus says, when the site has one."""
    if not antivirus.is_configured():
        return ""
    content.seek(0)
    try:
        is_clean = antivirus.is_clean(content)
    except antivirus.AntivirusSilent as error:
        raise Refusal("L’antivirus ne répond pas : aucune pièce ne peut être jointe pour le moment.") from error
    require(is_clean, f"L’antivirus refuse « {name} ».")
    return CLEAN
