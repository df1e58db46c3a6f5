"""When an agreed article is shown and taken off, where it is filed, and at which address it stands."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line, slug_of
from cmq.editorial import rules
from cmq.editorial.actions.writing import lock
from cmq.editorial.models import Article, ArticleAddress, Rubric, Tag
from cmq.reference.models import Filiere, Region

MOST_TAGS, MOST_RELATED = 8, 6


@dataclass(frozen=True)
class Sheet:
    """Where an article is filed."""

    rubric: Rubric
    filiere: Filiere | None = None
    region: Region | None = None
    tags: Sequence[str] = ()
    related: Collection[int] = ()


@action
def publish(
    article: Article,
    *,
    at: dt.datetime | None = None,
    until: dt.datetime | None = None,
    by: User,
    now: dt.datetime | None = None,
) -> Article:
    """Show an agreed article, now or at a coming instant, for good or until another.

    Of one that is public already only the end changes. Raises `NotAllowed`, `Refusal`.
    """
    article, now = lock(article), now or timezone.now()
    require_right(rules.can_publish(by, article))
    require(article.shown_version, "Aucune version de cet article n’a été acceptée.")
    if not article.is_published(now):
        require(at is None or at >= now - dt.timedelta(minutes=5), "Une publication se prévoit dans l’avenir.")
        article.publish_at = at or now
    assert article.publish_at is not None
    require(until is None or until > max(article.publish_at, now), "Un retrait vient après la publication.")
    article.withdraw_at, article.withdrawal_reason = until, ""
    article.save()
    day = f"{timezone.localtime(article.publish_at):%d/%m/%Y à %H:%M}"
    record(article, "editorial.publish", f"« {article} » : publication le {day}.")
    return article


@action
def withdraw(article: Article, *, reason: str, by: User, now: dt.datetime | None = None) -> Article:
    """Take a public article off, saying why; unschedule one that was to come. Raises `NotAllowed`, `Refusal`."""
    article, now = lock(article), now or timezone.now()
    require_right(rules.can_publish(by, article))
    reason = one_line(reason)
    require(reason, "Dites pourquoi : les lecteurs le liront.")
    require(len(reason) <= 300, "La raison compte au plus 300 signes.")
    require(
        article.publish_at is not None and not article.is_withdrawn(now), "Cet article n’est ni publié ni programmé."
    )
    if article.is_published(now):
        article.withdraw_at, article.withdrawal_reason = now, reason
    else:
        article.publish_at = article.withdraw_at = None
    article.save()
    record(article, "editorial.withdraw", f"« {article} » retiré : {reason}")
    return article


@action
def file(article: Article, sheet: Sheet, *, by: User) -> Article:
    """Say where an article is filed, and which others it leads to. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.can_write(by, article))
    names = list(dict.fromkeys(filter(None, (one_line(name) for name in sheet.tags))))
    require(len(names) <= MOST_TAGS, f"{MOST_TAGS} mots-clés au plus.")
    require(all(len(name) <= 40 for name in names), "Un mot-clé compte au plus 40 signes.")
    require(all(slug_of(name) for name in names), "Un mot-clé a des lettres ou des chiffres.")
    related = set(sheet.related) - {article.pk}
    require(len(related) <= MOST_RELATED, f"{MOST_RELATED} articles liés au plus.")
    article.rubric, article.filiere, article.region = sheet.rubric, sheet.filiere, sheet.region
    article.save()
    article.tags.set(
        [Tag.objects.get_or_create(slug=slug_of(name, max_length=60), defaults={"name": name})[0] for name in names]
    )
    article.related.set(Article.objects.filter(pk__in=related))
    Tag.objects.filter(articles=None).delete()
    record(article, "editorial.file", f"« {article} » : classement.", is_private=article.publish_at is None)
    return article


@action
def move(article: Article, *, slug: str, by: User) -> Article:
    """Give an article another address; the former ones lead to it for good. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.can_publish(by, article))
    slug = slug_of(slug, max_length=100)
    require(slug, "Donnez une adresse faite de lettres et de chiffres.")
    if slug == article.slug:
        return article
    require(not Article.objects.filter(slug=slug).exists(), "Un autre article a cette adresse.")
    require(
        not ArticleAddress.objects.filter(slug=slug).exclude(article=article).exists(),
        "Un autre article a eu cette adresse : elle mène toujours à lui.",
    )
    ArticleAddress.objects.filter(slug=slug).delete()
    ArticleAddress.objects.create(slug=article.slug, article=article)
    before, article.slug = article.slug, slug
    article.save(update_fields=["slug"])
    record(article, "editorial.move", f"« {article} » : {before} devient {slug}.", diff={"slug": [before, slug]})
    return article


@action
def propose(article: Article, *, by: User, at: dt.datetime | None = None) -> Article:
    """Propose a piece of news of a campus for the national list. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(article.campus and rules.can_publish_news(by, article.campus))
    require(not article.is_national, "Cette actualité est déjà sur la liste nationale.")
    require(article.shown_version, "Proposez une actualité acceptée.")
    require(article.proposed_at is None, "Cette actualité est déjà proposée.")
    article.proposed_at = at or timezone.now()
    article.save(update_fields=["proposed_at"])
    record(article, "editorial.propose", f"« {article} » proposé à la rédaction.", is_private=True)
    return article


@action
def promote(article: Article, *, by: User) -> Article:
    """Put a proposed piece of news on the national list; an editor reads it first. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.is_editor(by))
    require(article.proposed_at is not None and not article.is_national, "Cette actualité n’est pas proposée.")
    article.is_national = True
    article.save(update_fields=["is_national"])
    record(article, "editorial.promote", f"« {article} » sur la liste nationale.")
    return article


@action
def decline(article: Article, *, by: User) -> Article:
    """Leave a piece of news to its campus, off the national list. Raises `NotAllowed`, `Refusal`."""
    article = lock(article)
    require_right(rules.is_editor(by))
    require(article.campus is not None and article.proposed_at is not None, "Cette actualité n’est pas proposée.")
    article.proposed_at, article.is_national = None, False
    article.save(update_fields=["proposed_at", "is_national"])
    record(article, "editorial.decline", f"« {article} » laissé aux actualités du campus.")
    return article
