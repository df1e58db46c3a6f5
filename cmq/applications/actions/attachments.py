"""Documents joined to a file: small enough, of a kind that is read, really of that kind, and clean."""

import datetime as dt
import hashlib
import subprocess
import zipfile
from pathlib import Path

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions.moves import lock
from cmq.applications.models import ApplicationState, Attachment, LabelApplication, ScanResult
from cmq.campaigns.models import ExpectedDocument
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
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
MOST_PER_FILE = 60
_SCAN_SECONDS = 60


@action
def attach(
    application: LabelApplication,
    *,
    name: str,
    content: "File[bytes]",
    size: int,
    document: ExpectedDocument | None = None,
    by: User,
    at: dt.datetime | None = None,
) -> Attachment:
    """Join a document to a file.

    Args:
        content: the whole file, seekable.
        size: in bytes.
    Raises `NotAllowed`, and `Refusal` for one too large, of an unread kind, or not what its name says.
    """
    application = lock(application)
    require_right(rules.can_write(by, application))
    require(rules.is_open_to_writing(application), "Le dossier ne s’écrit plus : aucune pièce ne s’y ajoute.")
    name = _clean_name(name)
    joined = application.attachments.filter(removed_at=None)
    require(joined.count() < MOST_PER_FILE, f"Un dossier compte au plus {MOST_PER_FILE} pièces.")
    expected = document is None or document in rules.expected_documents(application)
    require(expected, "Cette pièce n’est pas attendue dans ce dossier.")
    _check_size(name, size)
    media_type = _sniffed(name, content)
    digest = _digest(content)
    require(not joined.filter(sha256=digest).exists(), f"« {name} » est déjà jointe.")
    attachment = Attachment(
        application=application,
        document=document,
        name=name,
        media_type=media_type,
        size=size,
        sha256=digest,
        scan=_scanned(name, content),
        added_at=at or timezone.now(),
        added_by=by,
    )
    # Stored under a name of ours: nothing that a person typed reaches the file system.
    attachment.file.save(f"{digest[:32]}{Path(name).suffix}", content, save=True)
    record(attachment, "applications.attach", f"{application.reference} – pièce jointe : {name}.", is_private=True)
    return attachment


@action
def detach(attachment: Attachment, *, by: User, at: dt.datetime | None = None) -> None:
    """Take a document off a file that is being written; the history keeps it. Raises `NotAllowed`, `Refusal`."""
    application = lock(attachment.application)
    require_right(rules.can_write(by, application))
    require(rules.is_open_to_writing(application), "Le dossier ne s’écrit plus : ses pièces ne changent pas.")
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    require(attachment.removed_at is None, "Cette pièce est déjà retirée.")
    # A correction reopens named parts only: what had been handed in stays, what it adds can be taken back.
    last = application.moves.last()
    is_new = application.state == ApplicationState.DRAFT or last is None or attachment.added_at >= last.at
    require(is_new, "Cette pièce a été déposée avec le dossier : une correction ne la retire pas.")
    attachment.removed_at = at or timezone.now()
    attachment.save(update_fields=["removed_at"])
    record(
        attachment, "applications.detach", f"{application.reference} – pièce retirée : {attachment}.", is_private=True
    )


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
            kind = archive.read("mimetype").decode("ascii", "replace") if part == "content.xml" else ""
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError):
        raise lie from None
    if part not in parts or (kind and kind.strip() != READ[Path(name).suffix][0]):
        raise lie
    has_macros = any(each.endswith("vbaProject.bin") or each.startswith("Basic/") for each in parts)
    require(not has_macros, f"« {name} » contient des macros : joignez-le sans macros, ou en PDF.")


def _scanned(name: str, content: "File[bytes]") -> ScanResult:
    """What the antivirus says, when the site has one (CMQ_ANTIVIRUS: a command that reads the file on its input)."""
    if not settings.ANTIVIRUS:
        return ScanResult.NONE
    content.seek(0)
    try:
        # The command is the administrator's own setting; nothing of the file's name goes into it.
        done = subprocess.run(settings.ANTIVIRUS, input=content.read(), capture_output=True, timeout=_SCAN_SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refusal("L’antivirus ne répond pas : aucune pièce ne peut être jointe pour le moment.") from error
    require(done.returncode != 1, f"L’antivirus refuse « {name} ».")
    require(done.returncode == 0, "L’antivirus ne répond pas : aucune pièce ne peut être jointe pour le moment.")
    return ScanResult.CLEAN
