"""Letters within the newsroom: to those who may agree to a text, then to those who wrote it."""

from collections.abc import Iterable

from django.conf import settings

from cmq.accounts.models import User
from cmq.core import mail
from cmq.editorial import rules
from cmq.editorial.models import Article, ArticleComment


def tell_reviewers(article: Article, *, by: User) -> None:
    """A version waits for them. Whoever asked knows."""
    _write(article, "article_to_review", (each for each in rules.reviewers_of(article) if each.pk != by.pk), by=by)


def tell_authors(article: Article, remark: ArticleComment, *, by: User) -> None:
    """Their version came back with a remark."""
    authors = User.objects.filter(pk__in=rules.authors_of(article), is_active=True).exclude(pk=by.pk)
    _write(article, "article_sent_back", authors, by=by, remark=remark.text)


def _write(article: Article, template: str, people: Iterable[User], *, by: User, remark: str = "") -> None:
    link = f"{settings.SITE_URL}/espace/redaction/articles/{article.pk}/"
    # A version that comes back unchanged is another event: its remark tells them apart.
    event = f"{template}:{article.pk}:{article.version}:{article.comments.count()}"
    for person in people:
        context: dict[str, object] = {
            "title": article.title
            if article.shown_version is None
            else article.versions.get(number=article.version).title,
            "campus": str(article.campus or ""),
            "author": str(by),
            "remark": remark,
            "link": link,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        }
        mail.post(person.email, f"mail/{template}", context, key=f"{event}:{person.pk}")
