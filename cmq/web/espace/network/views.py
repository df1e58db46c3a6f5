"""The network in the workspace: invitations, requests and conventions, seen by the campus and by its partners."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.errors import require
from cmq.network import actions, rules
from cmq.network.actions import Sent
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations.actions import register_organisation
from cmq.organisations.models import Kind, Organisation
from cmq.reference.models import School
from cmq.web import downloads
from cmq.web.espace import finding
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

CLOSED_SHOWN = 20


@logged_in(*READ)
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """Who waits for an answer, who belongs today with which conventions; an organisation to invite."""
    campus, today = campus_for(request, slug), timezone.localdate()
    requests = list(PartnerRequest.objects.filter(campus=campus).select_related("organisation", "campus"))
    members = list(campus.partnerships.active(today).select_related("organisation").prefetch_related("conventions"))
    text = request.GET.get("q", "").strip()[:120]
    context = {
        "campus": campus,
        "open": [each for each in requests if each.is_open],
        "closed": [each for each in requests if not each.is_open][:CLOSED_SHOWN],
        "members": [(each, _standing(each)) for each in members],
        "text": text,
        "found": finding.organisations(text, is_demo=campus.is_demo),
        "departed": rules.departed(campus, today),
        "belonging": {each.organisation_id for each in members},
        "today": today,
    }
    return page(request, "espace/network/network.html", context)


def _standing(member: Any) -> list[Convention]:
    return [each for each in member.conventions.all() if each.withdrawn_at is None]


@logged_in(*READ_AND_ACT)
def invite(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Invite an organisation to join the campus."""
    campus = campus_for(request, slug)
    organisation = get_object_or_404(Organisation, pk=pk, is_demo=campus.is_demo)
    return _invite(request, campus, str(organisation), lambda: organisation)


@logged_in(*READ_AND_ACT)
def invite_school(request: HttpRequest, slug: str, uai: str) -> HttpResponse:
    """Invite a lycée of the national list, which the register takes up with the invitation."""
    campus, person = campus_for(request, slug), person_of(request)
    school = get_object_or_404(School.objects.select_related("commune"), uai=uai.upper())

    def entered() -> Organisation:
        require(not campus.is_demo, "Une organisation réelle ne peut pas entrer dans la démonstration.")
        said: dict[str, Any] = {"name": school.name, "uai": school.uai, "commune": school.commune}
        return register_organisation(kind=Kind.LYCEE, by=person, **said)

    return _invite(request, campus, str(school), entered)


def _invite(request: HttpRequest, campus: Campus, name: str, entered: Callable[[], Organisation]) -> HttpResponse:
    form, person = InviteForm(posted(request)), person_of(request)

    def send(data: dict[str, Any]) -> None:
        actions.invite_partner(campus, entered(), terms=terms_in(data), by=person)

    if submit(request, form, send):
        return done(request, f"{name} : invitation ouverte.", "espace_network", campus.slug)
    explained = "Ses référents reçoivent une lettre. Si elle n’en a pas, un gardien du registre peut en inviter un."
    context = {"campus": campus, "title": f"Inviter {name}", "button": "Envoyer l’invitation", "explained": explained}
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
    own = actions.OWN_REQUEST if found.is_open and rules.opened(person, found) else ""
    context |= {"found": found, "button": "Valider", "own": own}
    return page(request, "espace/network/request.html", context, form=form)


@logged_in(*READ_AND_ACT)
def sign(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Attach a signed convention to a member."""
    campus, person = campus_for(request, slug), person_of(request)
    member = get_object_or_404(campus.partnerships.select_related("organisation", "campus"), pk=pk)
    form = ConventionForm(posted(request), request.FILES or None)

    def attach(data: dict[str, Any]) -> None:
        days = {"starts_on": data["starts_on"], "ends_on": data["ends_on"]}
        document = _sent(data)
        assert document is not None
        actions.sign_convention(member, document=document, by=person, **days)

    if submit(request, form, attach):
        return done(request, "Convention jointe.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Convention avec {member.organisation}", "button": "Joindre la convention"}
    return page(request, "espace/network/form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Correct the dates of a convention or replace its document."""
    campus, person = campus_for(request, slug), person_of(request)
    convention = _convention(campus, pk)
    form = ConventionForm(posted(request), request.FILES or None, convention=convention)

    def write(data: dict[str, Any]) -> None:
        days = {"starts_on": data["starts_on"], "ends_on": data["ends_on"]}
        actions.change_convention(convention, document=_sent(data), version=data["version"], by=person, **days)

    if submit(request, form, write):
        return done(request, "Convention modifiée.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Modifier : {convention}", "button": "Enregistrer"}
    return page(request, "espace/network/form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back a convention entered by mistake."""
    campus, person = campus_for(request, slug), person_of(request)
    convention = _convention(campus, pk)
    form = ConfirmForm(posted(request), convention=convention)

    def take_back(data: dict[str, Any]) -> None:
        actions.withdraw_convention(convention, version=data["version"], by=person)

    if submit(request, form, take_back):
        return done(request, "Convention retirée.", "espace_network", campus.slug)
    context = {"campus": campus, "title": f"Retirer : {convention}", "button": "Retirer"}
    return page(request, "espace/network/form.html", context, form=form)


def _convention(campus: Campus, pk: int) -> Convention:
    # One withdrawn meanwhile is found all the same: the action says so.
    rows = Convention.objects.select_related("partnership__organisation", "partnership__campus")
    return get_object_or_404(rows, pk=pk, partnership__campus=campus)


def _sent(data: dict[str, Any]) -> Sent | None:
    file = data["document"]
    return Sent(file.name, file, file.size) if file else None


@logged_in(*READ)
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """The document of a convention, for its two sides."""
    rows = Convention.objects.select_related("partnership__organisation", "partnership__campus")
    convention = get_object_or_404(rows, pk=pk, withdrawn_at=None)
    if not rules.can_read_convention(person_of(request), convention):
        raise Http404
    return downloads.stored(request, convention.document, name=convention.document_name, size=convention.document_size)


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
