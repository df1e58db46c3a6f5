"""The doors of the newsroom, and what stands behind them; read by `doors` and the tests of articles."""

import io
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.rights import Role
from cmq.editorial.actions import illustrating, review, writing
from cmq.editorial.actions.illustrating import SentIllustration
from cmq.editorial.actions.rubrics import load_rubrics
from cmq.editorial.models import Article, ArticleComment, Illustration, Rubric, StandingPage
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from tests.cast import Stage
from tests.factories import LONG_AGO, a_person, an_organisation

NOBODY: frozenset[Role] = frozenset()
EDITORS = frozenset({Role.EDITOR, Role.TECHNICIAN})
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
HEADS = ON_CAMPUS - {Role.CONTRIBUTOR}
WRITERS = ON_CAMPUS | EDITORS | {Role.OTHER_CONTRIBUTOR, Role.OTHER_DIRECTOR}

ONLY_POST: tuple[str, ...] = ("article_autosave", "article_restore", "article_ask", "article_agree", "article_resolve")
ONLY_POST += ("article_propose", "article_promote", "article_decline")
ONLY_POST += ("newsroom_rubric_remove", "newsroom_picture_discard", "newsroom_page_agree")
ACTS_ON_EMPTY_POST = {*ONLY_POST, "article_publish"} - {"article_autosave"}
READ = ("article_desk", "article_versions", "article_preview", "article_preview_page")
WRITE = ("article_write", "article_comment", "article_send_back", "article_publish", "article_withdraw")
WRITE += ("article_file", "article_move")
# Who reads, who posts, how the others are turned away, and who is refused aloud.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("newsroom", "newsroom_links", "newsroom_pages"), (EDITORS, NOBODY, 403)),
    **dict.fromkeys(("newsroom_new", "newsroom_rubrics", "newsroom_rubric", "newsroom_page"), (EDITORS, EDITORS, 403)),
    **dict.fromkeys(("newsroom_rubric_remove", "newsroom_page_agree"), (NOBODY, EDITORS, 403)),
    "newsroom_pictures": (EDITORS, EDITORS, 403),
    "newsroom_picture": (EDITORS, EDITORS),
    "newsroom_picture_discard": (NOBODY, EDITORS),
    "newsroom_rendition": (WRITERS, NOBODY),
    "newsroom_things": (WRITERS, NOBODY, 403),
    "campus_newsroom": (ON_CAMPUS, NOBODY),
    **dict.fromkeys(("campus_news_new", "campus_pictures"), (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(READ, (EDITORS, NOBODY)),
    **dict.fromkeys(WRITE, (EDITORS, EDITORS)),
    **dict.fromkeys(ONLY_POST[:5], (NOBODY, EDITORS)),
    "article_propose": (NOBODY, HEADS, 404, frozenset({Role.CONTRIBUTOR, Role.EDITOR})),
    **dict.fromkeys(("article_promote", "article_decline"), (NOBODY, EDITORS, 404, ON_CAMPUS - EDITORS)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page: about an article of the network, or a piece of news that the stage's campus proposes."""
    slugs = ("campus_newsroom", "campus_news_new", "campus_pictures")
    if name in slugs:
        return reverse(name, args=[stage.campus.slug])
    if name in ("newsroom_rubric", "newsroom_rubric_remove"):
        return reverse(name, args=[a_rubric().pk])
    if name in ("newsroom_picture", "newsroom_picture_discard", "newsroom_rendition"):
        picture = Illustration.objects.order_by("pk").first() or a_picture(by=an_editor())
        return reverse(name, args=[picture.pk, *([400] if name == "newsroom_rendition" else [])])
    if name == "newsroom_page":
        return reverse(name, args=["cookies"])
    if name == "newsroom_page_agree":
        said: dict[str, Any] = {"subject": "cookies", "number": 1}
        StandingPage.objects.get_or_create(**said, defaults={"body": "Texte.", "saved_at": timezone.now()})
        return reverse(name, args=["cookies", 1])
    if name.startswith("newsroom"):
        return reverse(name)
    found = _of_campus(stage) if name in ONLY_POST[5:8] else _national()
    more: list[int] = [1] if name == "article_restore" else []
    if name == "article_resolve":
        text: dict[str, Any] = {"article": found, "text": "À voir.", "version": 1}
        more = [ArticleComment.objects.get_or_create(**text, defaults={"at": timezone.now()})[0].pk]
    return reverse(name, args=[found.pk, *more])


def _national() -> Article:
    found = Article.objects.filter(title="Un article d’essai").first()
    return found or an_agreed_article("Un article d’essai")


def _of_campus(stage: Stage) -> Article:
    found = Article.objects.filter(campus=stage.campus).first()
    if found is None:
        director = stage.people[Role.DIRECTOR]
        found = writing.begin(a_draft("Une actualité d’essai"), rubric=a_rubric(), campus=stage.campus, by=director)
        Article.objects.filter(pk=found.pk).update(shown_version=1, proposed_at=timezone.now())
    return found


def a_rubric() -> Rubric:
    """The first rubric."""
    load_rubrics()
    return Rubric.objects.all()[0]


def an_editor(**fields: Any) -> User:
    """Somebody of the newsroom."""
    person = a_person(**fields)
    body = an_organisation("Rédaction", keeps_register=True)
    OrganisationMembership.objects.create(
        organisation=body,
        person=person,
        role=OrganisationRole.EDITOR,
        invited_email=person.email,
        invited_at=timezone.now(),
        starts_on=LONG_AGO,
    )
    return person


def a_draft(title: str = "Un article", **fields: Any) -> writing.Draft:
    """A text with nothing for the checker to hold back."""
    said = {"standfirst": "Ce qu’il faut savoir, en deux phrases courtes. Voilà.", "byline": "La rédaction"}
    return writing.Draft(title, **{"body": "## Une partie\n\nUn texte simple et clair.", **said, **fields})


def an_article(
    title: str = "Un article", *, by: User | None = None, campus: Campus | None = None, **fields: Any
) -> Article:
    """An article that is being written."""
    return writing.begin(a_draft(title, **fields), rubric=a_rubric(), campus=campus, by=by or an_editor())


def agreed(article: Article, *, by: User | None = None) -> Article:
    """The newest version sent for review by who wrote it and agreed to by another editor."""
    author = writing.newest_version(article).saved_by
    assert author is not None
    article = review.ask_review(article, version=article.version, by=author)
    return review.agree(article, version=article.version, by=by or an_editor())


def an_agreed_article(title: str = "Un article", **fields: Any) -> Article:
    """An article that waits for a date."""
    return agreed(an_article(title, **fields))


def a_png(width: int = 640, height: int = 360, colour: str = "navy") -> bytes:
    """A picture file."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "PNG")
    return written.getvalue()


def a_picture(*, by: User | None = None, campus: Campus | None = None, **fields: Any) -> Illustration:
    """A picture with its renditions."""
    data = fields.pop("data", None) or a_png()
    said = {"alternative": "Un carré bleu nuit", "credit": "La rédaction", **fields}
    sent = SentIllustration("essai.png", ContentFile(data), len(data), **said)
    return illustrating.illustrate(sent, campus=campus, by=by or an_editor())
