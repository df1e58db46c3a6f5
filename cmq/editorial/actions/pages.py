"""The standing texts of the site, written by one editor and agreed to by another."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.editorial import body, checks, rules, standing
from cmq.editorial.models import StandingPage, StandingSubject

STALE = "Une autre personne a enregistré ce texte entre-temps : relisez-le."


@action
def write_page(
    subject: StandingSubject, *, text: str, version: int, by: User, at: dt.datetime | None = None
) -> StandingPage:
    """Save a standing text from the version on that was being read (0: the shipped one).

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.is_editor(by))
    newest = StandingPage.objects.select_for_update().filter(subject=subject).order_by("-number").first()
    require(version == (newest.number if newest else 0), STALE)
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    require(text, "Écrivez un texte.")
    require(len(text) <= body.LONGEST, f"Le texte dépasse {body.LONGEST // 1000} 000 signes.")
    faults = [each.message for each in checks.headings(body.read(text)) if each.is_blocking]
    require(not faults, " ".join(faults))
    made = StandingPage.objects.create(
        subject=subject, number=version + 1, body=text, saved_by=by, saved_at=at or timezone.now()
    )
    record(made, "editorial.write_page", f"{subject.label} : version {made.number} écrite.", is_private=True)
    return made


@action
def agree_page(page: StandingPage, *, by: User, at: dt.datetime | None = None) -> StandingPage:
    """Show a version of a standing text, agreed to by another than who wrote it. Raises `NotAllowed`, `Refusal`."""
    page = StandingPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    require_right(rules.is_editor(by))
    require(page.agreed_at is None, "Cette version est déjà acceptée.")
    last = standing.newest(StandingSubject(page.subject))
    require(last is not None and last.pk == page.pk, STALE)
    require_right(page.saved_by_id != by.pk, "Vous avez écrit cette version : une autre personne doit l’accepter.")
    page.agreed_by, page.agreed_at = by, at or timezone.now()
    page.save(update_fields=["agreed_by", "agreed_at"])
    record(page, "editorial.agree_page", f"{page.get_subject_display()} : version {page.number} montrée.")
    return page
