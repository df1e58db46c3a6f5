"""Articles are begun and written: each save is a version, and nobody writes over what they have not read."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.slugs import save_with_free_slug
from cmq.core.text import one_line
from cmq.editorial import body, rules
from cmq.editorial.models import Article, ArticleAddress, ArticleState, ArticleVersion, Illustration, Rubric
from cmq.editorial.typography import french

# Of what one person saves in a row, a version is kept for each stretch of this length.
ONE_VERSION_EVERY = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Draft:
    """What one writes of an article."""

    title: str
    standfirst: str = ""
    body: str = ""
    byline: str = ""
    picture: Illustration | None = None


class Overtaken(Refusal):
    """Somebody saved since this text was opened; `theirs` is what they wrote."""

    def __init__(self, theirs: ArticleVersion) -> None:
        super().__init__(
            f"{theirs.saved_by or 'Une autre personne'} a enregistré une version entre-temps : votre texte est gardé "
            "ci-dessous, rien n’a été écrasé."
        )
        self.theirs = theirs


@action
def begin(
    draft: Draft, *, rubric: Rubric, campus: Campus | None = None, by: User, at: dt.datetime | None = None
) -> Article:
    """Begin an article of the newsroom, or a piece of news of a campus. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_write_news(by, campus) if campus else rules.is_editor(by))
    at, draft = at or timezone.now(), _cleaned(draft, campus)
    article = Article(
        rubric=rubric,
        campus=campus,
        is_national=campus is None,
        title=draft.title,
        standfirst=draft.standfirst,
        filiere=campus.filiere if campus else None,
        region=campus.region if campus else None,
        created_by=by,
        created_at=at,
        is_demo=campus.is_demo if campus else by.is_demo,
    )
    save_with_free_slug(article, draft.title, default="article", reserved=_old_addresses())
    _add_version(article, draft, by=by, at=at)
    record(article, "editorial.begin", f"Article commencé : « {article} ».", is_private=True)
    return article


@action
def save(article: Article, draft: Draft, *, version: int, by: User, at: dt.datetime | None = None) -> Article:
    """Save what somebody wrote from a version on; it is a draft again, and readers keep what they have.

    Raises `NotAllowed`, `Refusal` and `Overtaken`.
    """
    article = lock(article)
    require_right(rules.can_write(by, article))
    draft = _cleaned(draft, article.campus)
    newest = newest_version(article)
    if _same(newest, draft):
        return article
    if version != article.version:
        raise Overtaken(newest)
    at = at or timezone.now()
    _forget_one_of_a_row(article, newest, by=by)
    article.version, article.state = article.version + 1, ArticleState.DRAFT
    if article.shown_version is None:
        article.title, article.standfirst = draft.title, draft.standfirst
    article.save()
    _add_version(article, draft, by=by, at=at)
    record(article, "editorial.save", f"« {article} », version {article.version}.", is_private=True)
    return article


@action
def restore(article: Article, *, number: int, version: int, by: User) -> Article:
    """Write an earlier version again, as a new one. Raises `NotAllowed`, `Refusal` and `Overtaken`."""
    earlier = article.versions.filter(number=number).select_related("picture").first()
    require(earlier, "Cette version n’existe pas.")
    assert earlier is not None
    draft = Draft(earlier.title, earlier.standfirst, earlier.body, earlier.byline, earlier.picture)
    return save(article, draft, version=version, by=by)


def lock(article: Article) -> Article:
    """The article as it stands, held until the end of the transaction."""
    locked = Article.objects.select_for_update(of=("self",)).select_related("campus", "rubric")
    return locked.get(pk=article.pk)


def newest_version(article: Article) -> ArticleVersion:
    """The text that is being written."""
    return article.versions.select_related("saved_by", "picture").get(number=article.version)


def _old_addresses() -> list[str]:
    """Addresses that articles had: they lead to them for good."""
    return list(ArticleAddress.objects.values_list("slug", flat=True))


def _cleaned(draft: Draft, campus: Campus | None) -> Draft:
    title, standfirst = french(one_line(draft.title)), french(one_line(draft.standfirst))
    byline = one_line(draft.byline)
    text = draft.body.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    require(title, "Donnez un titre.")
    require(len(title) <= 150, "Le titre compte au plus 150 signes.")
    require(len(standfirst) <= 500, "Le chapô compte au plus 500 signes.")
    require(len(byline) <= 120, "La signature compte au plus 120 signes.")
    require(len(text) <= body.LONGEST, f"Le texte dépasse {body.LONGEST // 1000} 000 signes : faites-en deux articles.")
    if draft.picture is not None:
        usable = Illustration.objects.usable_by(campus)
        require(usable.filter(pk=draft.picture.pk).exists(), "Cette image n’est pas à votre disposition.")
    return Draft(title, standfirst, text, byline, draft.picture)


def _same(version: ArticleVersion, draft: Draft) -> bool:
    return (version.title, version.standfirst, version.body, version.byline, version.picture_id) == (
        draft.title,
        draft.standfirst,
        draft.body,
        draft.byline,
        draft.picture.pk if draft.picture else None,
    )


def _add_version(article: Article, draft: Draft, *, by: User, at: dt.datetime) -> None:
    ArticleVersion.objects.create(
        article=article,
        number=article.version,
        title=draft.title,
        standfirst=draft.standfirst,
        body=draft.body,
        byline=draft.byline,
        picture=draft.picture,
        saved_by=by,
        saved_at=at,
    )


def _forget_one_of_a_row(article: Article, newest: ArticleVersion, *, by: User) -> None:
    """Autosaves come every few seconds: of a row of them by one person, the last of each stretch stays."""
    if newest.saved_by_id != by.pk or newest.agreed_at or article.comments.filter(version=newest.number).exists():
        return
    before = article.versions.filter(number__lt=newest.number).order_by("-number").first()
    if before and before.saved_by_id == by.pk and newest.saved_at - before.saved_at < ONE_VERSION_EVERY:
        newest.delete()
