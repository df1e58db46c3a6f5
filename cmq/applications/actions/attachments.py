"""Documents joined to a file: small enough, of a kind that is read, really of that kind, and clean."""

import datetime as dt

from django.core.files.base import File
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions.moves import lock
from cmq.applications.models import ApplicationState, Attachment, LabelApplication
from cmq.campaigns.models import ExpectedDocument
from cmq.core import uploads
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record

MOST_PER_FILE = 60


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
    joined = application.attachments.filter(removed_at=None)
    require(joined.count() < MOST_PER_FILE, f"Un dossier compte au plus {MOST_PER_FILE} pièces.")
    expected = document is None or document in rules.expected_documents(application)
    require(expected, "Cette pièce n’est pas attendue dans ce dossier.")
    upload = uploads.checked(name, content, size=size)
    require(not joined.filter(sha256=upload.sha256).exists(), f"« {upload.name} » est déjà jointe.")
    attachment = Attachment(
        application=application,
        document=document,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        scan=upload.scan,
        added_at=at or timezone.now(),
        added_by=by,
    )
    attachment.file.save(upload.stored_name, content, save=True)
    record(
        attachment, "applications.attach", f"{application.reference} – pièce jointe : {upload.name}.", is_private=True
    )
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
