"""Composing an issue of the letter, seeing it as it will arrive, proposing it, agreeing, following its sending."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core import letters
from cmq.newsletter import drawing, rules, sources
from cmq.newsletter.actions import agreeing, composing
from cmq.newsletter.models import Block, BlockKind, Issue, IssueState, Rhythm, Subscriber
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
from cmq.web.espace.newsletter.forms import AgreeForm, BlockForm, ChooseForm, IssueForm, RemarkForm

PER_PAGE = 30


@logged_in(*READ)
def issues(request: HttpRequest) -> HttpResponse:
    """Every issue, newest first, and how many people receive the letter."""
    _editor(request)
    readers = Subscriber.objects.confirmed().order_by().values("rhythm", "is_demo").annotate(number=Count("pk"))
    numbers = {(each["rhythm"], each["is_demo"]): each["number"] for each in readers}
    listed = Issue.objects.select_related("written_by", "approved_by")
    context = {
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "readers": [
            (rhythm.label, numbers.get((rhythm, False), 0), numbers.get((rhythm, True), 0)) for rhythm in Rhythm
        ],
    }
    return page(request, "espace/newsletter/issues.html", context)


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest) -> HttpResponse:
    """Begin an issue."""
    person = _editor(request)
    form, made = IssueForm(posted(request)), []

    def begin(data: dict[str, Any]) -> None:
        said = {name: data[name] for name in ("title", "intro", "rhythm")}
        made.append(composing.begin(**said, by=person))

    if submit(request, form, begin):
        return done(request, "Numéro commencé. Choisissez ce qu’il contient.", "issue_choose", made[0].pk)
    return page(request, "espace/newsletter/form.html", {"title": "Nouveau numéro", "button": "Commencer"}, form=form)


@logged_in(*READ)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """An issue: its blocks, its text as it will arrive, what it waits for, its figures."""
    person, found = _editor(request), _issue(pk)
    context = {
        "issue": found,
        "blocks": found.blocks.select_related("filiere", "region"),
        "drawn": drawing.draw(found, found.blocks.all()),
        "is_draft": found.state == IssueState.DRAFT,
        "is_second": agreeing.is_second(found, person),
        "waiting": found.deliveries.filter(state__in=("attente", "pris")).count(),
    }
    return page(request, "espace/newsletter/issue.html", context)


@logged_in(*READ)
def drawn(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML twin as a mail reader shows it: its own small style is all that it may apply."""
    _editor(request)
    found = _issue(pk)
    response = HttpResponse(drawing.draw(found, found.blocks.all()).html)
    response["Content-Security-Policy"] = f"default-src 'none'; style-src '{letters.STYLE_HASH}'; sandbox"
    return response


@logged_in(*READ_AND_ACT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the title, the introduction, the rhythm."""
    person, found = _editor(request), _issue(pk)
    form = IssueForm(posted(request), initial=IssueForm.initial_of(found))

    def write(data: dict[str, Any]) -> None:
        composing.write(found, **{**data, "version": data["version"] or 0}, by=person)

    if submit(request, form, write):
        return done(request, "Numéro modifié.", "issue", found.pk)
    return _form(request, found, "Modifier le numéro", "Enregistrer", form)


@logged_in(*READ_AND_ACT)
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """What is new and could be in it, and a search."""
    person, found = _editor(request), _issue(pk)
    form, at = ChooseForm(posted(request)), timezone.now()
    if submit(request, form, lambda data: composing.add(found, data["keys"], by=person)):
        return done(request, "Ajouté à la fin du numéro.", "issue", found.pk)
    kind, words = request.GET.get("nature", ""), request.GET.get("q", "").strip()[:200]
    is_search = kind in sources.SOURCES and words
    context = {
        "issue": found,
        "since": sources.last_look(found),
        "groups": [(each.label, rows) for each, rows in sources.proposals(found, at=at).items()],
        "kinds": [BlockKind(each) for each in sources.SOURCES],
        "kind": kind,
        "words": words,
        "found": sources.search(found, BlockKind(kind), words, at=at) if is_search else None,
    }
    return page(request, "espace/newsletter/choose.html", context, form=form)


@logged_in(*READ_AND_ACT)
def add_text(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a free text."""
    person, found = _editor(request), _issue(pk)
    form = BlockForm(posted(request))
    if submit(request, form, lambda data: composing.add_text(found, **data, by=person)):
        return done(request, "Texte ajouté à la fin du numéro.", "issue", found.pk)
    return _form(request, found, "Ajouter un texte libre", "Ajouter", form)


@logged_in(*READ_AND_ACT)
def block(request: HttpRequest, pk: int, block: int) -> HttpResponse:
    """Change what a block says."""
    person, found = _editor(request), _block(pk, block)
    form = BlockForm(posted(request), initial={"title": found.title, "text": found.text})
    if submit(request, form, lambda data: composing.write_block(found, **data, by=person)):
        return done(request, "Bloc modifié.", "issue", pk)
    return _form(request, found.issue, "Modifier le bloc", "Enregistrer", form)


@logged_in(*ACT)
def block_up(request: HttpRequest, pk: int, block: int) -> HttpResponse:
    """Move a block up."""
    person, found = _editor(request), _block(pk, block)
    return press(request, lambda: composing.move_block(found, up=True, by=person), "Bloc monté.", "issue", pk)


@logged_in(*ACT)
def block_down(request: HttpRequest, pk: int, block: int) -> HttpResponse:
    """Move a block down."""
    person, found = _editor(request), _block(pk, block)
    return press(request, lambda: composing.move_block(found, up=False, by=person), "Bloc descendu.", "issue", pk)


@logged_in(*ACT)
def block_remove(request: HttpRequest, pk: int, block: int) -> HttpResponse:
    """Take a block out."""
    person, found = _editor(request), _block(pk, block)
    return press(request, lambda: composing.remove_block(found, by=person), "Bloc retiré.", "issue", pk)


@logged_in(*ACT)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it before a second person."""
    said = "Numéro proposé : une seconde personne doit donner son accord."
    return _press(request, pk, agreeing.propose, said)


@logged_in(*READ_AND_ACT)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it as it will arrive, and agree."""
    person, found = _editor(request), _issue(pk)
    form = AgreeForm(posted(request), initial={"version": found.version})
    if submit(request, form, lambda data: agreeing.agree(found, **data, by=person)):
        return done(request, "Accord donné : la lettre partira à l’heure dite.", "issue", found.pk)
    context = {
        "issue": found,
        "drawn": drawing.draw(found, found.blocks.all()),
        "is_second": agreeing.is_second(found, person),
    }
    return page(request, "espace/newsletter/agree.html", context, form=form)


@logged_in(*READ_AND_ACT)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it a draft again, with a remark."""
    person, found = _editor(request), _issue(pk)
    form = RemarkForm(posted(request))
    if submit(request, form, lambda data: agreeing.take_back(found, **data, by=person)):
        return done(request, "Le numéro est de nouveau en rédaction.", "issue", found.pk)
    return _form(request, found, "Reprendre la rédaction", "Reprendre", form)


@logged_in(*ACT)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a sending."""
    return _press(request, pk, agreeing.pause, "Envoi suspendu : le lot en cours s’achève, rien d’autre ne part.")


@logged_in(*ACT)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a sending."""
    return _press(request, pk, agreeing.resume, "L’envoi reprendra au prochain passage, là où il s’est arrêté.")


@logged_in(*ACT)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    person, found = _editor(request), _issue(pk)
    return press(request, lambda: composing.remove(found, by=person), "Numéro abandonné.", "issues")


def _press(request: HttpRequest, pk: int, act: Callable[..., object], said: str) -> HttpResponse:
    person, found = _editor(request), _issue(pk)
    return press(request, lambda: act(found, by=person), said, "issue", pk)


def _form(request: HttpRequest, found: Issue, title: str, button: str, form: Any) -> HttpResponse:
    context = {"issue": found, "title": title, "button": button}
    return page(request, "espace/newsletter/form.html", context, form=form)


def _editor(request: HttpRequest) -> User:
    allow(rules.can_write(request.user), "Cette page est réservée à la rédaction de la lettre.")
    return person_of(request)


def _issue(pk: int) -> Issue:
    people = ("written_by", "edited_by", "proposed_by", "approved_by")
    return get_object_or_404(Issue.objects.select_related(*people), pk=pk)


def _block(pk: int, block: int) -> Block:
    return get_object_or_404(Block.objects.select_related("issue"), pk=block, issue=pk)
