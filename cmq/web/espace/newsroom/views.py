"""The newsroom: what is being written, what waits, what is out; its rubrics, links and things to cite."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.text import asked_words
from cmq.editorial import cards, rules
from cmq.editorial.actions import rubrics as keeping
from cmq.editorial.actions import writing
from cmq.editorial.models import Article, ArticleQuerySet, ArticleState, Rubric, WatchedLink
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.newsroom.doors import editor_of
from cmq.web.espace.newsroom.forms import BeginForm, RubricForm

PER_PAGE = 25
HEAPS = {
    "relecture": "En relecture",
    "redaction": "En rédaction",
    "acceptes": "Acceptés, sans date",
    "programmes": "Programmés",
    "publies": "Publiés",
    "retires": "Retirés",
    "proposes": "Actualités proposées par des campus",
}


def heap_of(found: ArticleQuerySet, name: str) -> ArticleQuerySet:
    """The articles of one heap, as they stand now."""
    at = timezone.now()
    state = ArticleState
    heaps = {
        "relecture": Q(state=state.IN_REVIEW),
        "redaction": Q(state=state.DRAFT),
        "acceptes": Q(shown_version__isnull=False, publish_at=None),
        "programmes": Q(publish_at__gt=at),
        "publies": Q(publish_at__lte=at) & (Q(withdraw_at=None) | Q(withdraw_at__gt=at)),
        "retires": Q(withdraw_at__lte=at),
        "proposes": Q(proposed_at__isnull=False, is_national=False),
    }
    return found.filter(heaps[name])


@logged_in(*READ)
def newsroom(request: HttpRequest) -> HttpResponse:
    """The articles of the network by heap, and the news that campuses propose."""
    editor_of(request)
    everything = Article.objects.filter(Q(is_national=True) | Q(proposed_at__isnull=False))
    return _listed(request, everything, "espace/newsroom/newsroom.html", {}, but=())


@logged_in(*READ)
def campus_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """The news of a campus by heap."""
    campus = campus_for(request, slug)
    found = Article.objects.of_campus(campus)
    return _listed(request, found, "espace/newsroom/campus.html", {"campus": campus}, but=("proposes",))


def _listed(
    request: HttpRequest,
    everything: ArticleQuerySet,
    template: str,
    context: dict[str, object],
    *,
    but: tuple[str, ...],
) -> HttpResponse:
    names = [name for name in HEAPS if name not in but]
    counts = {name: heap_of(everything, name).count() for name in names}
    usual = next((name for name in names if counts[name]), names[0])
    here = request.GET.get("pile", "")
    here = here if here in names else usual
    found = heap_of(everything, here).select_related("rubric", "campus", "created_by").order_by("-created_at", "-pk")
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    heaps = [(name, HEAPS[name], counts[name]) for name in names]
    return page(request, template, {**context, "heaps": heaps, "here": here, "title": HEAPS[here], "page": listed})


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest) -> HttpResponse:
    """Begin an article of the network."""
    editor_of(request)
    return _begun(request, None)


@logged_in(*READ_AND_ACT)
def campus_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a piece of news of a campus."""
    return _begun(request, campus_for(request, slug))


def _begun(request: HttpRequest, campus: Campus | None) -> HttpResponse:
    person, made = person_of(request), list[Article]()
    form = BeginForm(posted(request), campus=campus)

    def begin(data: dict[str, object]) -> None:
        draft = writing.Draft(str(data["title"]), byline=campus.name[:120] if campus else str(person)[:120])
        made.append(writing.begin(draft, rubric=form.cleaned_data["rubric"], campus=campus, by=person))

    if submit(request, form, begin):
        return done(request, "Article commencé : à vous d’écrire.", "article_write", made[0].pk)
    title = "Commencer une actualité" if campus else "Commencer un article"
    context = {"campus": campus, "act_title": title, "button": "Commencer"}
    return page(request, "espace/newsroom/act.html", context, form=form)


@logged_in(*READ)
def things(request: HttpRequest) -> HttpResponse:
    """Things of the register that a text may name, by kind and words, with what to write; as JSON for the editor."""
    person = person_of(request)
    allow(rules.can_cite(person), "Cette page est réservée à ceux qui écrivent.")
    q, kind = asked_words(request.GET.get("q", "")), request.GET.get("sorte", "campus")
    found = cards.proposals(q, kind, at=timezone.now())
    if request.GET.get("forme") == "json":
        return JsonResponse(
            {
                "found": [
                    {"mark": mark, "title": card.title, "details": " – ".join(card.details), "note": card.note}
                    for mark, card in found
                ]
            }
        )
    context = {"q": q, "kind": kind, "kinds": cards.LABELS, "found": found}
    return page(request, "espace/newsroom/things.html", context)


@logged_in(*READ)
def links(request: HttpRequest) -> HttpResponse:
    """The outside addresses that published articles lead to: those that fail first."""
    editor_of(request)
    rows = WatchedLink.objects.prefetch_related("articles").order_by("failing_since", "url")
    failing = rows.exclude(problem="")
    listed = Paginator(rows.filter(problem=""), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/newsroom/links.html", {"failing": failing, "page": listed})


@logged_in(*READ_AND_ACT)
def rubrics(request: HttpRequest) -> HttpResponse:
    """The rubrics, and a form for another one."""
    person = editor_of(request)
    form = RubricForm(posted(request))
    if submit(request, form, lambda data: keeping.keep_rubric(None, **data, by=person)):
        return done(request, "Rubrique ajoutée.", "newsroom_rubrics")
    return page(request, "espace/newsroom/rubrics.html", {"rubrics": Rubric.objects.all()}, form=form)


@logged_in(*READ_AND_ACT)
def rubric(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rubric."""
    person, found = editor_of(request), get_object_or_404(Rubric, pk=pk)
    initial = {name: getattr(found, name) for name in ("name", "description", "position")}
    form = RubricForm(posted(request), initial=initial)
    if submit(request, form, lambda data: keeping.keep_rubric(found, **data, by=person)):
        return done(request, "Rubrique enregistrée.", "newsroom_rubrics")
    context = {"act_title": "Modifier une rubrique", "button": "Enregistrer", "rubric": found}
    return page(request, "espace/newsroom/act.html", context, form=form)


@logged_in(*ACT)
def rubric_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an empty rubric off."""
    person, found = editor_of(request), get_object_or_404(Rubric, pk=pk)
    act = lambda: keeping.remove_rubric(found, by=person)  # noqa: E731
    return press(request, act, "Rubrique retirée.", "newsroom_rubrics")
