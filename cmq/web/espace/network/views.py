"""The network in the workspace: invitations, requests and conventions, seen by the campus and by its partners."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.core.text import fold
from cmq.network import actions, rules
from cmq.network.actions import Sent
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations.models import Organisation
from cmq.web import downloads
from cmq.web.espace.access import (
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    organisation_for,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.network.forms import AnswerForm, AskForm, ConfirmForm, ConventionForm, InviteForm, terms_in

MOST_FOUND = 12
CLOSED_SHOWN = 20


@logged_in(*READ)
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits for an answer, who belongs today with which conventions; an organisation to invite."""
    campus, today = campus_for(request, slug), timezone.localdate()
    requests = list(PartnerRequest.objects.filter(campus=campus).select_related("organisation", "campus"))
    members = campus.partnerships.active(today).select_related("organisation").prefetch_related("conventions")
    text = request.GET.get("q", "").strip()[:120]
    found = Organisation.objects.filter(is_demo=campus.is_demo, folded_name__contains=fold(text))
    context = {
        "campus": campus,
        "open": [each for each in requests if each.is_open],
        "closed": [each for each in requests if not each.is_open][:CLOSED_SHOWN],
        "members": [(each, _standing(each)) for each in members],
        "text": text,
        "found": found[:MOST_FOUND] if text else [],
        "today": today,
    }
    return page(request, "espace/network/network.html", context)


def _standing(member: Any) -> list[Convention]:
    return [each for each in member.conventions.all() if each.withdrawn_at is None]


@logged_in(*READ_AND_ACT)
def invite(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Invite an organisation to join the campus."""
    campus, person = campus_for(request, slug), person_of(request)
    organisation = get_object_or_404(Organisation, pk=pk, is_demo=campus.is_demo)
    form = InviteForm(posted(request))

    def send(data: dict[str, Any]) -> None:
        actions.invite_partner(campus, organisation, terms=terms_in(data), by=person)

    if submit(request, form, send):
        return done(request, f"{organisation} est invité.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Inviter {organisation}", "button": "Envoyer l’invitation"}
    return page(request, "espace/network/form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def campus_request(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One invitation or request, answered or withdrawn by the campus."""
    campus = campus_for(request, slug)
    found = get_object_or_404(PartnerRequest.objects.select_related("organisation", "campus"), pk=pk, campus=campus)
    return _one(request, found, {"campus": campus}, "espace_network", campus.slug)


@logged_in(*READ_AND_ACT)
def own_request(request: HttpRequest, pk: int, request_pk: int) -> HttpResponse:
    """One invitation or request, answered or withdrawn by the organisation."""
    organisation = organisation_for(request, pk)
    rows = PartnerRequest.objects.select_related("organisation", "campus")
    found = get_object_or_404(rows, pk=request_pk, organisation=organisation)
    return _one(request, found, {"organisation": organisation}, "espace_organisation", pk)


def _one(request: HttpRequest, found: PartnerRequest, context: dict[str, Any], to: str, key: object) -> HttpResponse:
    person = person_of(request)
    # A closed one shows every act: the action says that it is too late.
    moves = rules.moves_of(person, found) if found.is_open else rules.MOVES[RequestState.INVITED]
    form = AnswerForm(posted(request), moves=moves)

    def close(data: dict[str, Any]) -> None:
        actions.close_request(found, to=RequestState(data["act"]), answer=data["answer"], by=person)

    if submit(request, form, close):
        return done(request, "C’est fait : l’autre partie est prévenue.", to, key)
    return page(request, "espace/network/request.html", {**context, "found": found, "button": "Valider"}, form=form)


@logged_in(*READ_AND_ACT)
def sign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Attach a signed convention to a member."""
    campus, person = campus_for(request, slug), person_of(request)
    member = get_object_or_404(campus.partnerships.select_related("organisation", "campus"), pk=pk)
    form = ConventionForm(posted(request), request.FILES or None)

    def attach(data: dict[str, Any]) -> None:
        file = data["document"]
        sent = Sent(file.name, file, file.size)
        actions.sign_convention(member, starts_on=data["starts_on"], ends_on=data["ends_on"], document=sent, by=person)

    if submit(request, form, attach):
        return done(request, "Convention jointe.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Convention avec {member.organisation}", "button": "Joindre la convention"}
    return page(request, "espace/network/form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back a convention entered by mistake."""
    campus, person = campus_for(request, slug), person_of(request)
    rows = Convention.objects.select_related("partnership__organisation", "partnership__campus")
    convention = get_object_or_404(rows, pk=pk, partnership__campus=campus, withdrawn_at=None)
    form = ConfirmForm(posted(request))
    if submit(request, form, lambda data: actions.withdraw_convention(convention, by=person)):
        return done(request, "Convention retirée.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Retirer : {convention}", "button": "Retirer"}
    return page(request, "espace/network/form.html", context, form=form)


@logged_in(*READ)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The document of a convention, for its two sides."""
    rows = Convention.objects.select_related("partnership__organisation", "partnership__campus")
    convention = get_object_or_404(rows, pk=pk, withdrawn_at=None)
    if not rules.can_read_convention(person_of(request), convention):
        raise Http404
    return downloads.stored(convention.document, name=convention.document_name, size=convention.document_size)


@logged_in(*READ_AND_ACT)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that an organisation join a campus."""
    organisation, person = organisation_for(request, pk), person_of(request)
    form = AskForm(posted(request), organisation=organisation)

    def send(data: dict[str, Any]) -> None:
        actions.ask_to_join(data["campus"], organisation, terms=terms_in(data), by=person)

    if submit(request, form, send):
        return done(request, "Demande envoyée au campus.", "espace_organisation", pk)
    context = {"organisation": organisation, "title": "Rejoindre un campus", "button": "Envoyer la demande"}
    return page(request, "espace/network/form.html", context, form=form)
