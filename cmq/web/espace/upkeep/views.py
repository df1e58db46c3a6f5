"""The upkeep of a campus: its state, the review of access, the hand-over, what to confirm; what keepers see of it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cmq.applications.models import LabelApplication
from cmq.campuses.models import Campus
from cmq.core.errors import require
from cmq.core.text import agreed
from cmq.funding.models import FundingAgreement
from cmq.projects.models import Project
from cmq.tours.models import Tour
from cmq.upkeep import actions, rules
from cmq.upkeep.models import AccessReview, HandOver
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    keeper_of,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.upkeep.forms import END, KEEP, AccessForm, HandOverForm

PER_PAGE = 25


@logged_in(*READ)
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """What is due: the review of the quarter, a hand-over, what is stale; and the score that everyone reads."""
    campus, on = campus_for(request, slug), timezone.localdate()
    lines = rules.lines(campus, on=on)
    context = {
        "campus": campus,
        "quarter": rules.quarter_of(on),
        "reviews": AccessReview.objects.filter(campus=campus).select_related("done_by")[:8],
        "is_due": rules.review_due(on=on).filter(pk=campus.pk).exists(),
        **_hand_over_in(campus),
        "stale": sum(line.is_stale for line in lines),
        "lines": lines,
        "heads": rules.can_review(person_of(request), campus),
    }
    return page(request, "espace/upkeep/overview.html", context)


@logged_in(*READ_AND_ACT)
def access(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm or end each role."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_review(person, campus), "Seul le directeur du campus revoit les accès.")
    done_already = AccessReview.objects.filter(campus=campus, quarter=rules.quarter_of(timezone.localdate())).first()
    form = AccessForm(posted(request), roles=actions.open_roles(campus))

    def review(data: dict[str, Any]) -> None:
        actions.review_access(campus, keep=form.keys(KEEP), end=form.keys(END), by=person)

    if submit(request, form, review):
        return done(request, "Revue des accès faite pour ce trimestre.", "espace_upkeep", campus.slug)
    return page(request, "espace/upkeep/access.html", {"campus": campus, "review": done_already}, form=form)


@logged_in(*READ_AND_ACT)
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Name who follows a director, and see what is handed over."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_review(person, campus), "Seul le directeur du campus prépare le passage de relais.")
    form = HandOverForm(posted(request), roles=actions.open_roles(campus))

    def prepare(data: dict[str, Any]) -> None:
        actions.prepare_hand_over(data["leaving"], email=data["email"], leaves_on=data["leaves_on"], by=person)

    if submit(request, form, prepare):
        return done(request, "Passage de relais préparé : la lettre d’invitation part.", "espace_hand_over", slug)
    context = {"campus": campus, **_hand_over_in(campus), "left": _left(campus)}
    return page(request, "espace/upkeep/hand_over.html", context, form=form)


@logged_in(*ACT)
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the open hand-over up."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_review(person, campus), "Seul le directeur du campus annule un passage de relais.")
    found = _open_hand_over(campus)

    def act() -> None:
        require(found, "Aucun passage de relais n’est préparé.")
        assert found is not None
        actions.cancel_hand_over(found, by=person)

    return press(request, act, "Passage de relais annulé.", "espace_hand_over", slug)


@logged_in(*ACT)
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite the successor again."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_review(person, campus), "Seul le directeur du campus invite un successeur.")
    found = _open_hand_over(campus)

    def act() -> None:
        require(found, "Aucun passage de relais n’est préparé.")
        assert found is not None
        actions.renew_hand_over(found, by=person)

    return press(request, act, "Nouvelle invitation envoyée.", "espace_hand_over", slug)


@logged_in(*READ)
def to_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """What is stale, one button each and one for all; or, asked for, all that the campus shows."""
    campus = campus_for(request, slug)
    lines = rules.lines(campus, on=timezone.localdate())
    shown_all = request.GET.get("voir") == "tout"
    shown = [line for line in lines if shown_all or line.is_stale]
    context = {"campus": campus, "lines": shown, "shown_all": shown_all, "total": len(lines)}
    return page(request, "espace/upkeep/to_confirm.html", context)


@logged_in(*ACT)
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm one line."""
    campus, person = campus_for(request, slug), person_of(request)
    line = rules.line_at(campus, request.POST.get("ligne", ""), on=timezone.localdate())

    def act() -> None:
        require(line, "Ce campus ne montre pas cela, ou plus.")
        assert line is not None
        actions.confirm(line.thing, campus, by=person)

    if line is None or request.POST.get("retour") != "objet":
        return press(request, act, "Confirmé.", "espace_to_confirm", campus.slug)
    # From the page of the thing itself, back to it.
    return press(request, act, f"Confirmé : {line.thing}.", reverse("espace_campus", args=[campus.slug]) + line.path)


@logged_in(*ACT)
def confirm_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm every line that the page showed."""
    campus, person = campus_for(request, slug), person_of(request)
    keys = request.POST.getlist("ligne")
    return press(
        request,
        lambda: actions.confirm_stale(campus, keys=keys, by=person),
        "Tout ce que montrait la page est confirmé.",
        "espace_to_confirm",
        campus.slug,
    )


@logged_in(*READ)
def overdue(request: HttpRequest) -> HttpResponse:
    """For keepers: reviews overdue, campuses without a director."""
    keeper_of(request)
    on = timezone.localdate()
    late = Paginator(rules.review_overdue(on=on).select_related("region"), PER_PAGE)
    context = {
        "page": late.get_page(request.GET.get("page")),
        "headless": rules.without_director(on=on).select_related("region"),
        "days": rules.REVIEW_DAYS,
    }
    return page(request, "espace/upkeep/overdue.html", context)


def _open_hand_over(campus: Campus) -> HandOver | None:
    people = "leaving__person", "successor__person", "campus"
    return HandOver.objects.open().filter(campus=campus).select_related(*people).first()


def _hand_over_in(campus: Campus) -> dict[str, Any]:
    found = _open_hand_over(campus)
    return {"hand_over": found, "stuck": rules.why_stuck(found, at=timezone.now()) if found else ""}


def _left(campus: Campus) -> list[tuple[str, int]]:
    """What the successor finds, counted."""
    counted = [
        ("dossier(s) en cours", LabelApplication.objects.running().filter(campus=campus).count()),
        ("projet(s)", Project.objects.of(campus).count()),
        ("convention(s) de financement", FundingAgreement.objects.standing().of(campus).count()),
        ("tournée(s)", Tour.objects.filter(campus=campus).count()),
        ("personne(s) ayant un rôle", actions.open_roles(campus).exclude(person=None).count()),
    ]
    return [(agreed(wording, count), count) for wording, count in counted]
