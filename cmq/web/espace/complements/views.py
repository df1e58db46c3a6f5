"""What completes a campus, and the board of needs and offers between campuses."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.complements import actions
from cmq.complements.models import Dismissal, Notice
from cmq.complements.review import review
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
from cmq.web.espace.complements.forms import AnswerForm, BoardFilterForm, CloseForm, DismissForm, NoticeForm

PER_PAGE = 20


@logged_in(*READ)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The campuses that complete this one, best first, and those set aside."""
    campus, now = campus_for(request, slug), timezone.now()
    found = review(campus, at=now, on=timezone.localdate(now))
    listed = Paginator(found.suggestions, PER_PAGE).get_page(request.GET.get("page"))
    context = {"campus": campus, "page": listed, "dismissals": found.dismissals}
    return page(request, "espace/complements/complements.html", context)


@logged_in(*READ_AND_ACT)
def dismiss(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Set a suggestion aside with its reason."""
    campus, person = campus_for(request, slug), person_of(request)
    other = get_object_or_404(Campus.objects.filter(is_demo=campus.is_demo).exclude(pk=campus.pk), pk=pk)
    form = DismissForm(posted(request))
    if submit(request, form, lambda data: actions.dismiss(campus, other, reason=data["reason"], by=person)):
        return done(request, "Proposition écartée.", "espace_complements", campus.slug)
    context = {"campus": campus, "subject": other, "act_title": "Écarter une proposition", "button": "Écarter"}
    return page(request, "espace/complements/act.html", {**context, "up": "espace_complements"}, form=form)


@logged_in(*ACT)
def restore(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Suggest a campus again."""
    campus, person = campus_for(request, slug), person_of(request)
    dismissal = get_object_or_404(Dismissal.objects.select_related("campus", "other"), other=pk, campus=campus)
    act = lambda: actions.restore(dismissal, by=person)  # noqa: E731
    return press(request, act, "Proposition rétablie.", "espace_complements", campus.slug)


@logged_in(*READ)
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The needs and offers that stand, of all campuses; and what became of those of this one."""
    campus, now, form = campus_for(request, slug), timezone.now(), BoardFilterForm(request.GET)
    form.is_valid()
    rows = Notice.objects.filter(campus__is_demo=campus.is_demo).select_related("campus__region", "campus__filiere")
    rows = rows.annotate(answered=Count("answers"))
    listed = Paginator(_narrowed(rows.open_at(now), form.cleaned_data), PER_PAGE).get_page(request.GET.get("page"))
    past = rows.filter(campus=campus).filter(Q(closed_at__isnull=False) | Q(expires_at__lte=now))[:PER_PAGE]
    context = {"campus": campus, "filters": form, "page": listed, "past": past}
    return page(request, "espace/complements/board.html", context)


def _narrowed(rows: "QuerySet[Notice]", asked: dict[str, Any]) -> "QuerySet[Notice]":
    for name, column in (("nature", "kind"), ("sujet", "topic"), ("public", "audience")):
        if asked.get(name):
            rows = rows.filter(**{column: asked[name]})
    if q := asked.get("q"):
        rows = rows.filter(Q(title__icontains=q) | Q(text__icontains=q))
    return rows.order_by("-posted_at", "-pk")


@logged_in(*READ_AND_ACT)
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """Post a need or an offer."""
    campus, person = campus_for(request, slug), person_of(request)
    initial = {"until": timezone.localdate() + dt.timedelta(days=90)}
    form = NoticeForm(posted(request), initial=initial)
    if submit(request, form, lambda data: actions.post_notice(campus, terms=form.terms(), by=person)):
        return done(request, "Publié auprès de tous les campus.", "espace_notices", campus.slug)
    context = {"campus": campus, "act_title": "Publier un besoin ou une offre", "button": "Publier"}
    return page(request, "espace/complements/act.html", {**context, "up": "espace_notices"}, form=form)


@logged_in(*READ_AND_ACT)
def notice(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One need or offer, where another campus answers; all the answers are for the campus that posted it."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _notice(campus, pk)
    form = AnswerForm(posted(request))

    def act(data: dict[str, Any]) -> None:
        actions.answer_notice(found, campus=campus, text=data["text"], by=person)

    if submit(request, form, act):
        return done(request, "Réponse envoyée au campus.", "espace_notice", campus.slug, found.pk)
    is_own = found.campus_id == campus.pk
    answers = found.answers.select_related("campus", "answered_by")
    context = {
        "campus": campus,
        "notice": found,
        "is_own": is_own,
        "is_open": found.closed_at is None and found.expires_at > timezone.now(),
        "answers": answers if is_own else answers.filter(campus=campus),
    }
    return page(request, "espace/complements/notice.html", context, form=form)


@logged_in(*READ_AND_ACT)
def close(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close a need or an offer of this campus with what came of it."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(Notice.objects.select_related("campus"), pk=pk, campus=campus)
    form = CloseForm(posted(request))
    if submit(request, form, lambda data: actions.close_notice(found, outcome=data["outcome"], by=person)):
        return done(request, "Annonce close.", "espace_notices", campus.slug)
    context = {"campus": campus, "subject": found, "act_title": "Clore l’annonce", "button": "Clore"}
    return page(request, "espace/complements/act.html", {**context, "up": "espace_notices"}, form=form)


def _notice(campus: Campus, pk: int) -> Notice:
    """One that stands, or one that the campus posted or answered."""
    mine = Q(campus=campus) | Q(pk__in=Notice.objects.filter(answers__campus=campus).values("pk"))
    rows = Notice.objects.filter(campus__is_demo=campus.is_demo).select_related("campus__region")
    return get_object_or_404(rows.filter(mine | Q(closed_at=None, expires_at__gt=timezone.now())), pk=pk)
