"""Joint decisions: those that wait for my signature, read, signed, published."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from cmq.awards import rules
from cmq.awards.actions.deciding import sign
from cmq.awards.actions.publishing import publish_many
from cmq.awards.models import Signature
from cmq.deliberation.rules import sits_in
from cmq.web.espace.access import ACT, READ, allow, done, logged_in, page, person_of, submit
from cmq.web.espace.college import reading
from cmq.web.espace.college.doors import decision_for, secretary_of
from cmq.web.espace.college.forms import PublishForm, SignDecisionForm
from cmq.web.espace.freshness import freshly_proven

NOT_SIGNING = "Seules les autorités du collège signent."


@logged_in(*READ)
def index(request: HttpRequest) -> HttpResponse:
    """The decisions that wait for my signature, those to publish, then all that I may read."""
    return page(request, "espace/college/decisions.html", _list(request))


@logged_in(*ACT)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish several decisions together; what is refused is told one by one."""
    person = secretary_of(request)
    form = PublishForm(request.POST, waiting=rules.to_publish(person))
    if not form.is_valid():
        return page(request, "espace/college/decisions.html", _list(request), form=form)
    report = publish_many(form.cleaned_data["decisions"], by=person)
    for _, refusal in report:
        if refusal:
            messages.error(request, refusal)
    published = sum(not refusal for _, refusal in report)
    if published:
        messages.success(request, f"Décisions publiées : {published}.")
    return redirect("decisions")


@logged_in(*READ)
def decision(request: HttpRequest, number: str) -> HttpResponse:
    """One decision: its terms as they are signed, who has signed, where it stands."""
    found = decision_for(request, number)
    return page(request, "espace/college/decision.html", reading.decision_context(person_of(request), found))


@logged_in(*ACT)
@freshly_proven(page="decision")
def sign_one(request: HttpRequest, number: str) -> HttpResponse:
    """Sign for one authority the terms that were read; a stale or altered page is refused."""
    found, person = decision_for(request, number), person_of(request)
    allow(sits_in(person, found.item.meeting.campaign), NOT_SIGNING)
    form = SignDecisionForm(request.POST)

    def act(data: dict[str, Any]) -> None:
        signature = Signature.objects.filter(pk=data["signature"], decision=found).first()
        if signature is None:
            raise Http404
        sign(signature, digest=data["digest"], by=person)

    if submit(request, form, act):
        return done(request, f"Vous avez signé la décision {number}.", "decision", number)
    return page(request, "espace/college/decision.html", reading.decision_context(person, found), form=form)


def _list(request: HttpRequest) -> dict[str, Any]:
    person = person_of(request)
    waiting = rules.to_publish(person)
    return {
        "awaited": rules.awaited_of(person),
        "publish_form": PublishForm(waiting=waiting) if waiting.exists() else None,
        "decisions": rules.readable_decisions(person)[:500],
        "keeps_orders": rules.can_decide(person),
    }
