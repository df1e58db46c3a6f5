"""Pictures of the newsroom and of the campuses: drawn anew, in the widths that pages ask for, once."""

from dataclasses import dataclass

from django.core.files.base import File
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import pictures
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.editorial import body, rules
from cmq.editorial.models import ArticleVersion, Illustration, IllustrationRendition
from cmq.editorial.typography import french

WIDTHS = (400, 800, 1200)


@dataclass(frozen=True)
class SentIllustration:
    """A picture that somebody sends, and what they say of it."""

    name: str
    content: "File[bytes]"
    size: int
    alternative: str
    credit: str
    caption: str = ""


@action
def illustrate(sent: SentIllustration, *, campus: Campus | None = None, by: User) -> Illustration:
    """Add a picture, with its renditions. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_write_news(by, campus) if campus else rules.is_editor(by))
    said = _cleaned(sent.alternative, sent.credit, sent.caption)
    clean = pictures.cleaned(sent.name, sent.content, size=sent.size)
    made = Illustration(
        campus=campus,
        media_type=clean.media_type,
        width=clean.width,
        height=clean.height,
        added_by=by,
        added_at=timezone.now(),
        **said,
    )
    made.file.save(clean.stored_name, clean.content, save=False)
    made.save()
    for width in WIDTHS:
        if width < clean.width or width == WIDTHS[0]:
            drawn = pictures.narrowed(clean, width)
            rendition = IllustrationRendition(illustration=made, width=drawn.width, height=drawn.height)
            rendition.file.save(drawn.stored_name, drawn.content, save=False)
            rendition.save()
    record(made, "editorial.illustrate", f"Image ajoutée : {made}.", is_private=True)
    return made


@action
def describe(picture: Illustration, *, alternative: str, credit: str, caption: str, by: User) -> Illustration:
    """Say otherwise what a picture shows and whom to thank. Raises `NotAllowed`, `Refusal`."""
    picture = Illustration.objects.select_for_update(of=("self",)).select_related("campus").get(pk=picture.pk)
    require_right(rules.can_write_news(by, picture.campus) if picture.campus else rules.is_editor(by))
    for name, value in _cleaned(alternative, credit, caption).items():
        setattr(picture, name, value)
    picture.save()
    record(picture, "editorial.describe", f"Image décrite : {picture}.", is_private=not picture.is_public)
    return picture


@action
def discard(picture: Illustration, *, by: User) -> None:
    """Take a picture away that no version of any article shows. Raises `NotAllowed`, `Refusal`."""
    picture = Illustration.objects.select_for_update(of=("self",)).select_related("campus").get(pk=picture.pk)
    require_right(rules.can_write_news(by, picture.campus) if picture.campus else rules.is_editor(by))
    named = f"[[{body.IMAGE}:{picture.pk}]]"
    used = "Cette image illustre un article : elle reste."
    require(not ArticleVersion.objects.filter(body__contains=named).exists(), used)
    files = [picture.file, *(each.file for each in picture.renditions.all())]
    key = picture.pk
    try:
        picture.delete()
    except ProtectedError as error:
        raise Refusal(used) from error
    picture.pk = key
    for each in files:
        transaction.on_commit(lambda each=each: each.storage.delete(each.name))  # type: ignore[misc]
    record(picture, "editorial.discard", f"Image retirée : {picture}.", is_private=True)


def _cleaned(alternative: str, credit: str, caption: str) -> dict[str, str]:
    alternative, credit, caption = french(one_line(alternative)), one_line(credit), french(one_line(caption))
    require(alternative, "Dites ce que l’image montre, pour qui ne la voit pas.")
    require(credit, "Dites qui a fait l’image : sans crédit, elle n’est pas montrée.")
    require(
        len(alternative) <= 300 and len(caption) <= 300, "Une description ou une légende compte au plus 300 signes."
    )
    require(len(credit) <= 150, "Un crédit compte au plus 150 signes.")
    return {"alternative": alternative, "credit": credit, "caption": caption}
