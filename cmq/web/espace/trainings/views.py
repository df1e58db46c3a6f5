"""The trainings of a campus: list, page, form, end, open days, sharing."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.text import asked_words
from cmq.trainings import actions
from cmq.trainings.models import OpenDay, Training, TrainingQuerySet, TrainingShare, current_members
from cmq.web import downloads
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.funding.forms import ShareForm
from cmq.web.espace.trainings import choosing
from cmq.web.espace.trainings.forms import EndForm, OpenDayForm, TrainingForm, terms_in
from cmq.web.public.trainings import COLUMNS, csv_rows
from cmq.web.training_filters import Asked, Filter, asked, narrowed

PER_PAGE = 25
_STATES = [("offertes", "Offertes"), ("a-revoir", "À revoir : membre parti"), ("finies", "Finies ou à venir")]
_STATE = Filter("etat", "État", _STATES)


@logged_in(*READ)
def trainings(request: HttpRequest, slug: str) -> HttpResponse:
    """The trainings of a campus, what waits for its answer, and those whose giver has left."""
    campus, today = campus_for(request, slug), timezone.localdate()
    wish, found = _asked(request, campus)
    waiting = TrainingShare.objects.filter(campus=campus, accepted_at=None).select_related(
        "training__campus", "training__organisation"
    )
    context = {
        "campus": campus,
        "asked": wish,
        "page": Paginator(found.for_list().with_partner(today), PER_PAGE).get_page(request.GET.get("page")),
        "waiting": waiting,
        "orphaned": Training.objects.filter(campus=campus).orphaned(today).count(),
        "today": today,
    }
    return page(request, "espace/trainings/list.html", context)


@logged_in(*READ)
def trainings_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The trainings that the same address lists, all pages of them."""
    campus = campus_for(request, slug)
    found = _asked(request, campus)[1]
    return downloads.spreadsheet(f"formations-{campus.slug}.csv", COLUMNS, csv_rows(found))


@logged_in(*READ)
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """The official lists, from which a training may be begun."""
    campus, q = campus_for(request, slug), asked_words(request.GET.get("q", ""))
    return page(request, "espace/trainings/choose.html", {"campus": campus, "q": q, "lists": choosing.lists(q)})


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a training, perhaps begun from an official list."""
    campus, person = campus_for(request, slug), person_of(request)
    taken = choosing.taken_from(request.GET.dict())
    form = TrainingForm(posted(request), campus=campus, members=_members(campus), taken=taken)
    made: list[Training] = []
    if submit(request, form, lambda data: made.append(actions.add_training(campus, terms=terms_in(data), by=person))):
        return done(request, "Formation inscrite.", "espace_training", campus.slug, made[-1].pk)
    context = {"campus": campus, "title": "Nouvelle formation", "button": "Inscrire cette formation"}
    return page(request, "espace/trainings/form.html", context, form=form)


@logged_in(*READ)
def training(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One training, held or shared and accepted."""
    campus, today = campus_for(request, slug), timezone.localdate()
    found = get_object_or_404(Training.objects.of(campus).for_page().with_partner(today), pk=pk)
    shares = [share for share in found.shares.all() if found.campus_id == campus.pk or share.campus_id == campus.pk]
    context = {
        "campus": campus,
        "training": found,
        "holds": found.campus_id == campus.pk,
        "shares": shares,
        "is_over": bool(found.ends_on and found.ends_on < today),
        "is_to_come": bool(found.starts_on and found.starts_on > today),
        "today": today,
    }
    return page(request, "espace/trainings/training.html", context)


@logged_in(*READ_AND_ACT)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what a training says."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    members = [*_members(campus), found.organisation_id]
    form = TrainingForm(posted(request), campus=campus, members=members, training=found)

    def write(data: dict[str, Any]) -> None:
        actions.change_training(found, terms=terms_in(data), version=data["version"], by=person)

    if submit(request, form, write):
        return done(request, "Formation modifiée.", "espace_training", campus.slug, found.pk)
    context = {"campus": campus, "training": found, "title": "Modifier la formation", "button": "Enregistrer"}
    return page(request, "espace/trainings/form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say when a training ends."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = EndForm(posted(request))
    if submit(request, form, lambda data: actions.end_training(found, ends_on=data["ends_on"], by=person)):
        return done(request, "Fin inscrite.", "espace_training", campus.slug, found.pk)
    context = {
        **{"campus": campus, "training": found, "title": "Fin de la formation", "button": "Inscrire cette fin"},
        "explained": "Passé ce jour, la formation ne paraît plus ; elle reste dans l’histoire du campus.",
    }
    return page(request, "espace/trainings/act.html", context, form=form)


@logged_in(*READ_AND_ACT)
def open_day(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Announce an open day."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = OpenDayForm(posted(request))
    if submit(request, form, lambda data: actions.add_open_day(found, by=person, **data)):
        return done(request, "Journée annoncée.", "espace_training", campus.slug, found.pk)
    context = {
        **{"campus": campus, "training": found, "title": "Journée portes ouvertes", "button": "Annoncer cette journée"},
        "explained": "Elle paraît sur la page de la formation jusqu’à ce jour.",
    }
    return page(request, "espace/trainings/act.html", context, form=form)


@logged_in(*ACT)
def remove_open_day(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an open day back."""
    campus, person = campus_for(request, slug), person_of(request)
    rows = OpenDay.objects.filter(training__campus=campus).select_related("training__campus")
    found = get_object_or_404(rows, pk=pk)
    to = ("espace_training", campus.slug, found.training_id)
    return press(request, lambda: actions.remove_open_day(found, by=person), "Journée retirée.", *to)


@logged_in(*READ_AND_ACT)
def share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Propose a training to another campus."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = ShareForm(posted(request), campus=campus)
    if submit(request, form, lambda data: actions.share_training(found, campus=data["campus"], by=person)):
        return done(request, "Proposé : l’autre campus doit accepter.", "espace_training", campus.slug, found.pk)
    context = {
        **{"campus": campus, "training": found, "title": "Partager la formation", "button": "Proposer à ce campus"},
        "explained": "L’autre campus devra l’accepter. La formation reste la vôtre et n’est comptée qu’une fois.",
    }
    return page(request, "espace/trainings/act.html", context, form=form)


@logged_in(*ACT)
def accept_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept to offer another campus's training too."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(TrainingShare.objects.select_related("training__campus", "campus"), pk=pk, campus=campus)
    message = "Accepté : la formation figure aussi chez vous, comptée une fois chez le campus qui la porte."
    return press(request, lambda: actions.accept_share(found, by=person), message, "espace_trainings", campus.slug)


@logged_in(*ACT)
def end_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say, from either side, that a training is not shared."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(TrainingShare.objects.select_related("training__campus", "campus"), pk=pk)
    if campus.pk not in (found.campus_id, found.training.campus_id):
        raise Http404
    message = "La formation n’est plus partagée."
    return press(request, lambda: actions.end_share(found, by=person), message, "espace_trainings", campus.slug)


def _asked(request: HttpRequest, campus: Campus) -> tuple[Asked, TrainingQuerySet]:
    """What is asked, and the trainings of the campus that answer."""
    today, every = timezone.localdate(), Training.objects.of(campus)
    wish = asked(request.GET, every, more=(_STATE,))
    states = {
        "": every,
        "offertes": every.on_offer(today),
        "a-revoir": every.orphaned(today),
        "finies": every.exclude(pk__in=Training.objects.running(today).values("pk")),
    }
    return wish, narrowed(states[wish.values["etat"]], wish)


def _members(campus: Campus) -> list[int]:
    return list(current_members(campus, on=timezone.localdate()).values_list("organisation", flat=True))


def _held(campus: Campus, pk: int) -> Training:
    return get_object_or_404(Training.objects.filter(campus=campus).for_page(), pk=pk)
