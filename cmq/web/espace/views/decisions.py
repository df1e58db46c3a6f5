"""Decisions about labels at the keeper's desk: recorded, corrected, matched to a campus."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.labels import actions, review
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.web.espace.access import READ, READ_AND_ACT, done, keeper_of, logged_in, page, posted, submit
from cmq.web.espace.fields import KEEPER_SAYS, origin_in
from cmq.web.espace.register_forms import CorrectionForm, DecisionForm, MatchForm, ReasonForm

PER_PAGE = 25


@logged_in(*READ)
def unmatched(request: HttpRequest) -> HttpResponse:
    """Awards whose source names no campus."""
    keeper_of(request)
    listed = LabelDecision.objects.unmatched().select_related("region", "filiere").in_time_order()
    shown = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/register/decisions.html", {"page": shown})


@logged_in(*READ_AND_ACT)
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which campus an unnamed award concerns, among those of its region."""
    keeper = keeper_of(request)
    decision = get_object_or_404(LabelDecision.objects.select_related("region", "filiere"), pk=pk)
    candidates = review.candidates(decision)
    form = MatchForm(posted(request))

    def bind(data: dict[str, Any]) -> None:
        actions.match_decision(decision, data["campus"], by=keeper)

    if submit(request, form, bind):
        return done(request, "Décision rattachée.", "registre_decisions")
    context = {"decision": decision, "candidates": candidates, "chosen": request.POST.get("campus", "")}
    return page(request, "espace/register/match.html", context, form=form)


@logged_in(*READ_AND_ACT)
def record(request: HttpRequest) -> HttpResponse:
    """Record a dated decision."""
    keeper = keeper_of(request)
    form = DecisionForm(posted(request), initial={"campus": request.GET.get("campus")}, default_source=KEEPER_SAYS)
    recorded = []

    def enter(data: dict[str, Any]) -> None:
        about = {name: data[name] for name in ("decided_on", "campus", "claimed_name", "region", "filiere")}
        decision = actions.record_decision(
            kind=DecisionKind(data["kind"]), terms=form.terms_in(data), origin=origin_in(data), by=keeper, **about
        )
        recorded.append(decision)

    if submit(request, form, enter):
        return _recorded(request, recorded[0], "Décision inscrite.")
    return page(request, "espace/register/decision_new.html", {}, form=form)


@logged_in(*READ_AND_ACT)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell a decision otherwise: a new line; the old one stays in the history."""
    keeper = keeper_of(request)
    decision = get_object_or_404(LabelDecision.objects.select_related("campus", "region"), pk=pk)
    form = CorrectionForm(posted(request), decision=decision, default_source=KEEPER_SAYS)

    def tell(data: dict[str, Any]) -> None:
        about: dict[str, Any] = {name: data.get(name) for name in ("decided_on", "filiere", "region")}
        kind = DecisionKind(data["kind"])
        actions.correct_decision(
            decision, kind=kind, terms=form.terms_in(data), origin=origin_in(data), by=keeper, **about
        )

    if submit(request, form, tell):
        return _recorded(request, decision, "Décision corrigée ; l’ancienne ligne reste dans l’histoire.")
    return page(request, "espace/register/decision_correct.html", {"decision": decision}, form=form)


@logged_in(*READ_AND_ACT)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Void a line that was entered by mistake; it stays in the history with the reason."""
    keeper = keeper_of(request)
    decision = get_object_or_404(LabelDecision.objects.select_related("campus", "region"), pk=pk)
    form = ReasonForm(posted(request))
    if submit(request, form, lambda data: actions.void_decision(decision, reason=data["reason"], by=keeper)):
        return _recorded(request, decision, "Ligne annulée ; l’histoire la garde avec son motif.")
    return page(request, "espace/register/decision_void.html", {"decision": decision}, form=form)


def _recorded(request: HttpRequest, decision: LabelDecision, message: str) -> HttpResponse:
    if decision.campus is None:
        return done(request, message, "registre_decisions")
    return done(request, message, "espace_campus", decision.campus.slug)
