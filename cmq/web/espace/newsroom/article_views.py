"""One article: its desk, its text, its versions, its previews."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from cmq.core.differences import differences
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.editorial import checks, rules
from cmq.editorial.actions import writing
from cmq.editorial.models import Article, ArticleState, ArticleVersion, Illustration
from cmq.web.espace import history
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    allow,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.newsroom.doors import article_for, workspace_address
from cmq.web.espace.newsroom.forms import MOST_PICTURES, DraftForm, RemarkForm
from cmq.web.public.articles import shown
from cmq.web.security import content_security_policy

SCREENS = {"telephone": "Téléphone", "ordinateur": "Ordinateur"}


@logged_in(*READ)
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one article: where it stands, what the checker says, what was remarked, and what may be done now."""
    article, person, at = article_for(request, pk), person_of(request), timezone.now()
    newest = writing.newest_version(article)
    comments = list(article.comments.select_related("person"))
    context = {
        "article": article,
        "campus": None if article.is_national else article.campus,
        "newest": newest,
        "findings": checks.findings(newest),
        "comments": comments,
        "remark_form": RemarkForm(),
        "is_published": article.is_published(at),
        "is_withdrawn": article.is_withdrawn(at),
        "is_scheduled": article.publish_at is not None and article.publish_at > at,
        "old_addresses": article.old_addresses.all(),
        "past": history.with_people(Change.objects.about(article)[:25]),
        **_acts(article, person),
    }
    return page(request, "espace/newsroom/article.html", context)


def _acts(article: Article, person: Any) -> dict[str, Any]:
    """What the desk offers to this person."""
    in_review = article.state == ArticleState.IN_REVIEW
    is_editor = rules.is_editor(person)
    is_agreed = article.shown_version is not None
    publishes = rules.can_publish(person, article)
    return {
        "may_write": rules.can_write(person, article),
        "may_send_back": in_review and publishes,
        "why_not_agree": rules.why_not_agree(person, article) if in_review else "",
        "may_publish": publishes and is_agreed,
        "may_move": publishes,
        "may_propose": publishes and is_agreed and not article.is_national and article.proposed_at is None,
        "may_promote": is_editor and article.proposed_at is not None and not article.is_national,
        "may_decline": is_editor and article.proposed_at is not None,
    }


@logged_in(*READ_AND_ACT)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """The text, to write; what somebody else saved meanwhile is shown beside, never written over."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_write(person, article), "Vous lisez cet article, vous ne l’écrivez pas.")
    newest = writing.newest_version(article)
    form = DraftForm(posted(request), campus=article.campus, version=newest)
    overtaken: list[writing.Overtaken] = []

    def save(data: dict[str, Any]) -> None:
        try:
            writing.save(article, form.draft(), version=data["version"] or 0, by=person)
        except writing.Overtaken as refusal:
            overtaken.append(refusal)
            raise

    if submit(request, form, save):
        return done(request, "Texte enregistré.", "article_desk", pk)
    pictures = Illustration.objects.usable_by(article.campus).prefetch_related("renditions")[:MOST_PICTURES]
    context: dict[str, Any] = {"article": article, "campus": article.campus, "pictures": pictures}
    if overtaken:
        theirs = overtaken[0].theirs
        context["between"] = differences(as_text(theirs), as_text(form.draft()))
        mine = request.POST.copy()
        mine["version"] = str(theirs.number)
        context["kept_form"] = DraftForm(mine, campus=article.campus)
    return page(request, "espace/newsroom/write.html", context, form=form)


def as_text(version: ArticleVersion | writing.Draft) -> str:
    """A version as one text, for differences."""
    picture = f"Image : {version.picture.alternative}" if version.picture else "Sans image"
    return "\n\n".join([version.title, version.standfirst, version.byline, picture, version.body])


@logged_in(*ACT)
def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    """Save while somebody types; 409 when somebody else has saved meanwhile."""
    article, person = article_for(request, pk), person_of(request)
    form = DraftForm(request.POST, campus=article.campus)
    if not form.is_valid():
        return JsonResponse(
            {"message": " ".join(each for errors in form.errors.values() for each in map(str, errors))}, status=422
        )
    try:
        saved = writing.save(article, form.draft(), version=form.cleaned_data["version"] or 0, by=person)
    except writing.Overtaken as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    except NotAllowed as refusal:
        return JsonResponse({"message": str(refusal)}, status=403)
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    return JsonResponse({"version": saved.version})


@logged_in(*READ)
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version, and what changed between any two."""
    article = article_for(request, pk)
    rows = list(article.versions.select_related("saved_by", "agreed_by", "picture").order_by("-number"))
    numbers = [row.number for row in rows]
    after = _number(request.GET.get("apres", ""), numbers, numbers[0])
    before = _number(request.GET.get("avant", ""), numbers, next((each for each in numbers if each < after), after))
    by_number = {row.number: row for row in rows}
    context = {
        "article": article,
        "campus": None if article.is_national else article.campus,
        "rows": rows,
        "before": by_number[before],
        "after": by_number[after],
        "changed": differences(as_text(by_number[before]), as_text(by_number[after])),
        "may_write": rules.can_write(request.user, article),
    }
    return page(request, "espace/newsroom/versions.html", context)


def _number(typed: str, known: list[int], otherwise: int) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 9 and int(typed) in known else otherwise


@logged_in(*ACT)
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Write an earlier version again."""
    article, person = article_for(request, pk), person_of(request)
    version = request.POST.get("version", "")
    known = int(version) if version.isdecimal() and len(version) < 9 else 0
    act = lambda: writing.restore(article, number=number, version=known, by=person)  # noqa: E731
    return press(request, act, f"La version {number} est reprise.", "article_desk", pk)


@logged_in(*READ)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest version as readers will see it, on a phone or on a desktop."""
    article = article_for(request, pk)
    screen = request.GET.get("ecran", "")
    context = {
        "article": article,
        "campus": None if article.is_national else article.campus,
        "screens": SCREENS,
        "screen": screen if screen in SCREENS else "telephone",
    }
    answer = page(request, "espace/newsroom/preview.html", context)
    answer.headers["Content-Security-Policy"] = f"{content_security_policy()}; frame-src 'self'"
    return answer


@logged_in(*READ)
def preview_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page inside the preview: our own pages alone may frame it."""
    article = article_for(request, pk)
    newest = writing.newest_version(article)
    for name in ("title", "standfirst", "body", "byline", "picture"):
        setattr(article, name, getattr(newest, name))
    context = shown(article, at=timezone.now(), address=workspace_address)
    answer = page(request, "espace/newsroom/preview_page.html", context)
    policy = content_security_policy().replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer
