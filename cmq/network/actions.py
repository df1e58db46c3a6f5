"""What happens between a campus and those who join it: invite, ask, answer, withdraw; sign a convention."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus, CampusMembership, PartnerRole, Partnership
from cmq.core import mail, provenance, uploads
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.network import rules
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations.models import Family, Kind, Organisation, OrganisationMembership, OrganisationRole

if TYPE_CHECKING:
    from django.core.files.base import File

AGREEMENT = "Accord du campus et de l’organisation"
# A source of its own, which goes with the demonstration.
DEMO_AGREEMENT = f"{AGREEMENT} (démonstration)"

STALE = "Une autre personne a modifié cette convention entre-temps : rechargez la page, rien n’a été enregistré."
OWN_REQUEST = (
    "Vous avez ouvert cette invitation ou cette demande : une autre personne y répond, au nom de l’autre partie."
)


@dataclass(frozen=True)
class Terms:
    """As what the organisation would join, and a word to the other side."""

    role: PartnerRole = PartnerRole.ASSOCIATED
    family: Family | None = None
    message: str = ""


@dataclass(frozen=True)
class Sent:
    """A file that somebody sends."""

    name: str
    content: "File[bytes]"
    size: int


@action
def invite_partner(
    campus: Campus, organisation: Organisation, *, terms: Terms, by: User, at: dt.datetime | None = None
) -> PartnerRequest:
    """A campus invites an organisation; its contacts are told. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_invite(by, campus))
    return _open(campus, organisation, RequestState.INVITED, terms, by, at or timezone.now())


@action
def ask_to_join(
    campus: Campus, organisation: Organisation, *, terms: Terms, by: User, at: dt.datetime | None = None
) -> PartnerRequest:
    """An organisation asks to join a campus, whose people are told. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_ask(by, organisation))
    return _open(campus, organisation, RequestState.ASKING, terms, by, at or timezone.now())


@action
def close_request(
    request: PartnerRequest, *, to: RequestState, answer: str = "", by: User, at: dt.datetime | None = None
) -> Partnership | None:
    """Agree, decline (the side that was asked) or withdraw (the side that opened it).

    On agreement the organisation becomes a member of the campus from that day: the membership is returned.
    Raises `NotAllowed`, `Refusal`.
    """
    at, answer = at or timezone.now(), answer.strip()
    request = PartnerRequest.objects.select_for_update().get(pk=request.pk)
    require(request.is_open, f"Cette demande est déjà close : {request.get_state_display().lower()}.")
    require_right(to in rules.moves_of_sides(by, request))
    require(to in rules.moves_of(by, request), OWN_REQUEST)
    require(len(answer) <= 1000, "La réponse : 1 000 signes au plus.")
    request.state, request.answer, request.answered_at, request.answered_by = to, answer, at, by
    request.save()
    said = f"{request} : {RequestState(to).label.lower()}."
    record(request, f"network.{to.name.lower()}", said, diff={"state": [None, to.value]}, is_private=True)
    partnership = _become_member(request, at) if to is RequestState.AGREED else None
    _tell(request, to_campus=request.from_campus == (to is not RequestState.WITHDRAWN), template="mail/partner_closed")
    return partnership


@action
def sign_convention(
    partnership: Partnership, *, starts_on: dt.date, ends_on: dt.date | None, document: Sent, by: User
) -> Convention:
    """Attach a signed convention, a PDF, to a member of a campus. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_invite(by, partnership.campus))
    partnership = _locked(partnership)
    convention = Convention(partnership=partnership, starts_on=starts_on, ends_on=ends_on)
    _write(convention, document)
    said = f"{partnership.campus} – convention signée avec {partnership.organisation}."
    record(convention, "network.sign_convention", said, is_private=True)
    return convention


@action
def change_convention(
    convention: Convention,
    *,
    starts_on: dt.date,
    ends_on: dt.date | None,
    document: Sent | None = None,
    version: int,
    by: User,
) -> Convention:
    """Correct the dates of a convention, and replace its document when one is given.

    Args:
        version: the one that the person saw.
    Raises `NotAllowed`, `Refusal`.
    """
    convention = _locked_convention(convention, version=version, by=by)
    before = [convention.starts_on.isoformat(), convention.ends_on and convention.ends_on.isoformat()]
    convention.starts_on, convention.ends_on = starts_on, ends_on
    convention.version += 1
    _write(convention, document)
    after = [starts_on.isoformat(), ends_on and ends_on.isoformat()]
    said = f"{convention.partnership.campus} – convention modifiée : {convention}."
    record(convention, "network.change_convention", said, diff={"dates": [before, after]}, is_private=True)
    return convention


@action
def withdraw_convention(convention: Convention, *, version: int, by: User, at: dt.datetime | None = None) -> None:
    """Take back a convention entered by mistake; its document can no longer be read. Raises `NotAllowed`, `Refusal`."""
    convention = _locked_convention(convention, version=version, by=by)
    campus = convention.partnership.campus
    convention.withdrawn_at = at or timezone.now()
    convention.version += 1
    convention.save(update_fields=["withdrawn_at", "version"])
    record(convention, "network.withdraw_convention", f"{campus} – convention retirée : {convention}.", is_private=True)


def _locked(partnership: Partnership) -> Partnership:
    """Of two people who attach the same convention at once, the second sees the first."""
    rows = Partnership.objects.select_for_update(of=("self",)).select_related("campus", "organisation")
    return rows.get(pk=partnership.pk)


def _locked_convention(convention: Convention, *, version: int, by: User) -> Convention:
    require_right(rules.can_invite(by, convention.partnership.campus))
    partnership = _locked(convention.partnership)
    convention = Convention.objects.get(pk=convention.pk)
    convention.partnership = partnership
    require(convention.withdrawn_at is None, "Cette convention est déjà retirée.")
    require(version == convention.version, STALE)
    return convention


def _write(convention: Convention, document: Sent | None) -> None:
    starts_on, ends_on = convention.starts_on, convention.ends_on
    require(ends_on is None or ends_on >= starts_on, "La fin de la convention précède son début.")
    in_range = all(day is None or 1990 <= day.year <= 2100 for day in (starts_on, ends_on))
    require(in_range, "Une convention va de 1990 à 2100 : relisez ses dates.")
    same = convention.partnership.conventions.filter(starts_on=starts_on, ends_on=ends_on, withdrawn_at=None)
    until = f"au {ends_on:%d/%m/%Y}" if ends_on else "sans fin"
    require(
        not same.exclude(pk=convention.pk).exists(),
        f"Une convention du {starts_on:%d/%m/%Y} {until} avec {convention.partnership.organisation} est déjà jointe : "
        "modifiez-la plutôt.",
    )
    if document is not None:
        require(document.name.lower().endswith(".pdf"), "La convention est un document PDF.")
        upload = uploads.checked(document.name, document.content, size=document.size)
        require(upload.media_type == "application/pdf", "La convention est un document PDF.")
        convention.document_name, convention.document_size = upload.name, upload.size
        convention.document.save(upload.stored_name, document.content, save=False)
    convention.save()


def _open(
    campus: Campus, organisation: Organisation, state: RequestState, terms: Terms, by: User, at: dt.datetime
) -> PartnerRequest:
    message = terms.message.strip()
    require(organisation.is_demo == campus.is_demo, "Une organisation réelle ne peut pas entrer dans la démonstration.")
    require(len(message) <= 1000, "Le message : 1 000 signes au plus.")
    # Two sides who open at once: the second waits here, then sees the first.
    Campus.objects.select_for_update().get(pk=campus.pk)
    today = timezone.localdate(at)
    rows = campus.partnerships.filter(organisation=organisation)
    require(
        not any(each.stands(today) for each in rows if each.role == terms.role),
        f"{organisation} a déjà ce rôle dans ce campus.",
    )
    standing = PartnerRequest.objects.open().filter(campus=campus, organisation=organisation).first()
    require(standing is None, "Une invitation ou une demande attend déjà une réponse.")
    request = PartnerRequest.objects.create(
        campus=campus,
        organisation=organisation,
        state=state,
        from_campus=state is RequestState.INVITED,
        role=terms.role,
        family=terms.family or Kind(organisation.kind).usual_family,
        message=message,
        opened_at=at,
        opened_by=by,
    )
    record(request, f"network.{state.name.lower()}", f"{request} : {state.label.lower()}.", is_private=True)
    _tell(request, to_campus=state is RequestState.ASKING, template=f"mail/partner_{state.name.lower()}")
    return request


def _become_member(request: PartnerRequest, at: dt.datetime) -> Partnership:
    day = PartialDate.of(timezone.localdate(at))
    origin = provenance.declared(
        title=DEMO_AGREEMENT if request.campus.is_demo else AGREEMENT,
        url="",
        observed_on=day,
        reliability=Reliability.HIGH,
        on=timezone.localdate(at),
    )
    # Both sides have agreed: the campus’s own right was asked when it invited or answers.
    return add_partner(
        request.campus,
        request.organisation,
        role=PartnerRole(request.role),
        family=Family(request.family),
        starts_on=day,
        origin=origin,
        by=None,
    )


def _tell(request: PartnerRequest, *, to_campus: bool, template: str) -> None:
    day = timezone.localdate()
    people = User.objects.filter(is_active=True)
    if to_campus:
        roles = CampusMembership.objects.active(day).filter(campus=request.campus)
        people = people.filter(pk__in=roles.exclude(person=None).values("person"))
        page = f"/espace/campus/{request.campus.slug}/reseau/demandes/{request.pk}/"
    else:
        contacts = OrganisationMembership.objects.active(day).filter(
            organisation=request.organisation, role=OrganisationRole.CONTACT
        )
        people = people.filter(pk__in=contacts.exclude(person=None).values("person"))
        page = f"/espace/organisations/{request.organisation_id}/demandes/{request.pk}/"
    context: dict[str, object] = {"request": request, "link": f"{settings.SITE_URL}{page}"}
    for pk, address in people.order_by("email").values_list("pk", "email"):
        mail.post(address, template, context, key=f"{template}:{request.pk}:{request.state}:{pk}")
