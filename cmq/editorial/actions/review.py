"""Four eyes: an article is sent for review, remarked on, sent back or agreed to by somebody who did not write it."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.editorial import body, checks, rules
from cmq.editorial.actions import notes
from cmq.editorial.actions.writing import lock, newest_version
from cmq.editorial.models import Article, ArticleComment, ArticleState, ArticleVersion, Illustration

STALE = "Le texte a changé depuis que vous l’avez lu : relisez la nouvelle version."


@action
def ask_review(article: Article, *, version: int, by: User) -> Article:
    """Send the newest version for review; what the checker holds to be a fault is put right before.

    Raises `NotAllowed`, `Refusal`.
    """
    article = lock(article)
    require_right(rules.can_write(by, article))
    require(article.version == version, STALE)
    require(article.state == ArticleState.DRAFT, "Cet article n’est pas en rédaction.")
    _require_no_fault(newest_version(article))
    article.state = ArticleState.IN_REVIEW
    article.save(update_fields=["state"])
    record(article, "editorial.ask_review", f"« {article} » envoyé en relecture.", is_private=True)
    notes.tell_reviewers(article, by=by)
    return article


@action
def send_back(article: Article, *, reason: str, by: User, at: dt.datetime | None = None) -> Article:
    """Send a version back to its author, with a remark to resolve. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.can_publish(by, article))
    require(article.state == ArticleState.IN_REVIEW, "Cet article n’est pas en relecture.")
    remark = _remark(article, reason, by=by, at=at or timezone.now())
    article.state = ArticleState.DRAFT
    article.save(update_fields=["state"])
    record(article, "editorial.send_back", f"« {article} » renvoyé à son auteur.", is_private=True)
    notes.tell_authors(article, remark, by=by)
    return article


@action
def agree(article: Article, *, version: int, by: User, at: dt.datetime | None = None) -> Article:
    """Agree to the version under review: it becomes what readers see, at once if the article is already public.

    Raises `NotAllowed`, `Refusal` (also when the text has changed since it was read).
    """
    article = lock(article)
    require_right(rules.can_read(by, article))
    require(article.version == version, STALE)
    require(article.state == ArticleState.IN_REVIEW, "Cet article n’est pas en relecture.")
    reason = rules.why_not_agree(by, article)
    require_right(not reason, reason)
    require(not article.comments.filter(resolved_at=None).exists(), "Des remarques attendent d’être réglées.")
    newest, at = newest_version(article), at or timezone.now()
    _require_no_fault(newest)
    newest.agreed_by, newest.agreed_at = by, at
    newest.save(update_fields=["agreed_by", "agreed_at"])
    _show(article, newest, at=at)
    record(article, "editorial.agree", f"« {article} », version {version} acceptée.", is_private=not article.publish_at)
    return article


@action
def comment(article: Article, *, text: str, by: User, at: dt.datetime | None = None) -> ArticleComment:
    """Remark on the newest version, which then waits until that is resolved. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.can_read(by, article))
    made = _remark(article, text, by=by, at=at or timezone.now())
    record(article, "editorial.comment", f"Remarque sur « {article} ».", is_private=True)
    return made


@action
def resolve(remark: ArticleComment, *, by: User, at: dt.datetime | None = None) -> ArticleComment:
    """Say that a remark is dealt with. Raises `NotAllowed`, `Refusal`."""
    remark = ArticleComment.objects.select_for_update(of=("self",)).select_related("article__campus").get(pk=remark.pk)
    require_right(rules.can_read(by, remark.article))
    require(remark.resolved_at is None, "Cette remarque est déjà réglée.")
    remark.resolved_by, remark.resolved_at = by, at or timezone.now()
    remark.save()
    record(remark.article, "editorial.resolve", f"Remarque réglée sur « {remark.article} ».", is_private=True)
    return remark


def _remark(article: Article, text: str, *, by: User, at: dt.datetime) -> ArticleComment:
    text = text.replace("\x00", "").strip()
    require(text, "Écrivez votre remarque.")
    require(len(text) <= 4000, "Une remarque compte au plus 4 000 signes.")
    return ArticleComment.objects.create(article=article, person=by, version=article.version, text=text, at=at)


def _require_no_fault(version: ArticleVersion) -> None:
    faults = [each for each in checks.findings(version) if each.is_blocking]
    require(not faults, "À corriger d’abord : " + " ".join(each.message for each in faults))


def _show(article: Article, version: ArticleVersion, *, at: dt.datetime) -> None:
    is_out = article.is_published(at)
    for name in ("title", "standfirst", "body", "byline", "picture"):
        setattr(article, name, getattr(version, name))
    article.state, article.shown_version = ArticleState.AGREED, version.number
    if is_out:
        article.updated_at = at
    article.save()
    shown = {
        int(each.key) for each in body.read(version.body).named if each.kind == body.IMAGE and each.key.isdecimal()
    }
    if version.picture_id:
        shown.add(version.picture_id)
    Illustration.objects.filter(pk__in=shown).update(is_public=True)
