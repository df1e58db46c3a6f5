"""What happens to campuses, in the order of their life: entered, described, joined, linked, reported on."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.campuses import rules
from cmq.campuses.models import (
    AreaKind,
    Campus,
    CampusArea,
    CampusFact,
    CampusField,
    CampusLink,
    CampusMembership,
    CampusName,
    CampusRole,
    ErrorReport,
    FiliereCount,
    LinkKind,
    NameKind,
    PartnerRole,
    Partnership,
)
from cmq.core import mail, provenance
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, change_set, record
from cmq.core.models import Reliability, Sourced
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import UNKNOWN_ORIGIN, Origin
from cmq.core.text import fold, one_line, slug_of
from cmq.organisations import roles
from cmq.organisations.models import Family, Kind, Organisation, OrganisationMembership, OrganisationRole
from cmq.organisations.rules import is_keeper
from cmq.reference.models import Academie, Commune, Departement, Filiere, Region

AnyStatement = TypeVar("AnyStatement", bound=Sourced)
AnyRole = CampusMembership | OrganisationMembership

_COLUMN_OF = {
    CampusField.NAME: "name",
    CampusField.ACRONYM: "acronym",
    CampusField.CATEGORY: "category",
    CampusField.LEGAL_FORM: "legal_form",
    CampusField.WEBSITE: "website",
    CampusField.PURPOSE: "purpose",
}


@action
def enter_campus(
    *,
    name: str,
    region: Region,
    origin: Origin = UNKNOWN_ORIGIN,
    reliability: Reliability = Reliability.UNKNOWN,
    is_demo: bool = False,
    by: User | None = None,
) -> Campus:
    """Enter a campus in the register; its name is its first fact.

    `by` is None for imports that a keeper's right already covers, and for the command line. Raises `NotAllowed`,
    `Refusal`.
    """
    require_right(by is None or rules.can_keep(by))
    name = rules.clean_fact(CampusField.NAME, one_line(name))
    campus = Campus.objects.create(
        slug=_free_slug(name, region), name=name, region=region, reliability=reliability, is_demo=is_demo
    )
    record(campus, "campuses.enter", f"Campus inscrit au registre : {name}.", diff={"name": [None, name]})
    state_fact(campus, field=CampusField.NAME, value=name, origin=origin, by=by)
    return campus


@action
def state_fact(
    campus: Campus, *, field: CampusField, value: str, origin: Origin = UNKNOWN_ORIGIN, by: User | None = None
) -> CampusFact:
    """Add a statement to a campus. What other sources say stays; the preferred value shows on the campus.

    The same value of the same field stated again takes the new sources and the newer observation: it is not doubled.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, campus))
    value = rules.clean_fact(field, value.strip() if not field.is_single else one_line(value))
    fact = _add(
        campus,
        CampusFact(campus=campus, field=field, value=value),
        campus.facts.standing().filter(field=field, value=value),
        origin,
    )
    _project(campus, field)
    return fact


@action
def prefer_fact(fact: CampusFact, *, by: User) -> None:
    """Choose which of several contradicting values shows first. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_keep(by))
    require(fact.withdrawn_at is None, "Ce fait a été retiré.")
    fact.campus.facts.filter(field=fact.field).update(is_chosen=False)
    fact.is_chosen = True
    fact.save(update_fields=["is_chosen"])
    record(fact, "campuses.prefer_fact", f"{fact.campus} – valeur retenue : {fact}.")
    _project(fact.campus, CampusField(fact.field))


@action
def withdraw_fact(fact: CampusFact, *, reason: str, by: User, at: dt.datetime | None = None) -> None:
    """Take a false statement off the page; the history keeps it with the reason. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_keep(by))
    require(one_line(reason), "Dites pourquoi ce fait est retiré.")
    require(fact.withdrawn_at is None, "Ce fait a déjà été retiré.")
    is_last_name = fact.field == CampusField.NAME and fact.campus.facts.standing().filter(field=fact.field).count() == 1
    require(not is_last_name, "Un campus garde toujours un nom.")
    fact.withdrawn_at, fact.is_preferred, fact.is_chosen = at or timezone.now(), False, False
    fact.save(update_fields=["withdrawn_at", "is_preferred", "is_chosen"])
    record(fact, "campuses.withdraw_fact", f"{fact.campus} – retiré : {fact}. Motif : {one_line(reason)}")
    _project(fact.campus, CampusField(fact.field))


@action
def outdate_facts(
    campus: Campus,
    *,
    field: CampusField,
    but: str,
    before: PartialDate,
    reason: str,
    at: dt.datetime | None = None,
) -> None:
    """Withdraw what was observed before a decision changed it: an old truth does not contradict a new one.

    Args:
        but: the value that the decision gives, which stays.
        before: the day of the decision; what has no day of observation stays too.
    """
    for fact in campus.facts.standing().filter(field=field).exclude(value=but):
        if fact.observed_on is not None and fact.observed_on.last < before.first:
            fact.withdrawn_at, fact.is_preferred, fact.is_chosen = at or timezone.now(), False, False
            fact.save(update_fields=["withdrawn_at", "is_preferred", "is_chosen"])
            record(fact, "campuses.outdate_fact", f"{campus} – {fact} : {reason}.")
    _project(campus, field)


@action
def add_name(
    campus: Campus, *, name: str, kind: NameKind, origin: Origin = UNKNOWN_ORIGIN, by: User | None = None
) -> CampusName:
    """Add another name under which the campus is known. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    name = rules.clean_fact(CampusField.NAME, one_line(name))
    return _add(
        campus, CampusName(campus=campus, name=name, kind=kind), campus.names.filter(folded_name=fold(name)), origin
    )


@action
def add_area(
    campus: Campus,
    *,
    kind: AreaKind,
    place: Academie | Departement | Commune,
    origin: Origin = UNKNOWN_ORIGIN,
    by: User | None = None,
) -> CampusArea:
    """Say where a campus is, or what it covers. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    in_commune = kind in (AreaKind.SEAT, AreaKind.PLACE)
    require(not in_commune or isinstance(place, Commune), "Un siège ou un lieu est une commune.")
    require(kind != AreaKind.ACADEMIE or isinstance(place, Academie), "Donnez une académie.")
    column = place._meta.model_name
    place_column: dict[str, Any] = {str(column): place}
    area = CampusArea(campus=campus, kind=kind, **place_column)
    return _add(campus, area, campus.areas.filter(kind=kind, **place_column), origin)


@action
def add_partner(
    campus: Campus,
    organisation: Organisation,
    *,
    role: PartnerRole = PartnerRole.ASSOCIATED,
    family: Family | None = None,
    starts_on: PartialDate | None = None,
    ends_on: PartialDate | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    by: User | None = None,
) -> Partnership:
    """Make an organisation a member of a campus. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    require(
        starts_on is None or ends_on is None or starts_on.first <= ends_on.last, "La fin du rôle précède son début."
    )
    require(organisation.is_demo == campus.is_demo, "Une organisation réelle ne peut pas entrer dans la démonstration.")
    partnership = Partnership(
        campus=campus,
        organisation=organisation,
        role=role,
        family=family or Kind(organisation.kind).usual_family,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    standing = campus.partnerships.filter(organisation=organisation, role=role, ends_on=ends_on)
    return _add(campus, partnership, standing, origin)


@action
def end_partnership(partnership: Partnership, *, on: PartialDate, by: User) -> None:
    """A member leaves. The line stays, with its end. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_edit(by, partnership.campus))
    require(partnership.ends_on is None, "Ce membre est déjà parti.")
    starts_on = partnership.starts_on
    require(starts_on is None or starts_on.first <= on.last, "La fin du rôle précède son début.")
    partnership.ends_on = on
    partnership.save(update_fields=["ends_on"])
    record(
        partnership,
        "campuses.end_partnership",
        f"{partnership.campus} – fin du rôle de {partnership.organisation}.",
        diff={"ends_on": [None, on.iso]},
    )


@action
def link_campuses(
    from_campus: Campus,
    to_campus: Campus,
    *,
    kind: LinkKind,
    origin: Origin = UNKNOWN_ORIGIN,
    by: User | None = None,
) -> CampusLink:
    """Link two campuses: succession, merger, likely duplicate, confusion to avoid. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_keep(by))
    require(from_campus != to_campus, "Un campus ne se relie pas à lui-même.")
    link = CampusLink(from_campus=from_campus, to_campus=to_campus, kind=kind)
    return _add(from_campus, link, from_campus.links_from.filter(to_campus=to_campus), origin)


@action
def count_filiere(
    filiere: Filiere,
    *,
    number: int,
    region: Region | None = None,
    campus: Campus | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    by: User | None = None,
) -> FiliereCount:
    """Keep how many campuses a source counts in a filière, in France or in a region; `campus` is the one it counts.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_keep(by))
    require(number >= 1, "Donnez un nombre de campus.")
    require(campus is None or (number == 1 and region is not None), "Un campus nommé compte pour un, dans sa région.")
    require(campus is None or campus.region == region, "Ce campus est dans une autre région.")
    count = FiliereCount(filiere=filiere, region=region, number=number, campus=campus)
    standing = FiliereCount.objects.filter(filiere=filiere, region=region, number=number, campus=campus)
    return _add(filiere, count, standing, origin)


@action
def invite(campus: Campus, *, email: str, role: CampusRole, by: User | None, at: dt.datetime | None = None) -> str:
    """Invite an address to a role in a campus; returns the invitation's token.

    `by` is None for the command line. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_invite(by, campus))
    at = at or timezone.now()
    email = User.objects.normalize_email(email)
    same = campus.memberships.filter(role=role, invited_email=email, ends_on=None)
    require(not same.exists(), "Cette adresse est déjà invitée ou a déjà ce rôle.")
    # Whoever accepted under another address, or directs the campus, has nothing to gain by it.
    held = campus.memberships.filter(person__email=email, role__in=[role, CampusRole.DIRECTOR], ends_on=None)
    require(not held.exists(), "Cette personne a déjà ce rôle, ou dirige déjà le campus.")
    membership = CampusMembership(campus=campus, role=role, invited_email=email, invited_by=by, invited_at=at)
    return roles.invite(membership, to_what=f"le campus {campus}", at=at)


def find_invitation(token: str) -> AnyRole | None:
    """The invitation of that token, to a campus or to an organisation, open or not; None when there never was one."""
    if not 20 <= len(token) <= 100:
        return None
    digest = roles.digest(token)
    to_campus = CampusMembership.objects.select_related("campus", "invited_by").filter(token_digest=digest).first()
    to_organisation = OrganisationMembership.objects.select_related("organisation", "invited_by")
    return to_campus or to_organisation.filter(token_digest=digest).first()


def accept_invitation(token: str, *, person: User, at: dt.datetime | None = None) -> AnyRole:
    """Give an invited person the role, in a campus or an organisation. Of two acceptances at once, one succeeds.

    Raises `Refusal` when the token is unknown, used, withdrawn or expired, or was sent to another address.
    """
    with change_set(by=person.pk):
        membership = _locked_invitation(token)
        roles.accept(membership, person, at=at or timezone.now())
    return membership


def accept_as_new_person(token: str, *, name: str, password: str, at: dt.datetime | None = None) -> User:
    """Open the account of an invited person, whose address the letter proves, and give the role.

    Raises `Refusal` as `accept_invitation` and `accounts.actions.open_account` do; then no account is left either.
    """
    at = at or timezone.now()
    with transaction.atomic():
        membership = _locked_invitation(token)
        reason = roles.why_not_open(membership, at=at)
        require(not reason, reason)
        person = open_account(email=membership.invited_email, name=name, password=password, at=at)
        with change_set(by=person.pk):
            roles.accept(membership, person, at=at)
    return person


@action
def end_role(membership: CampusMembership, *, by: User, on: dt.date | None = None) -> None:
    """End a role in a campus, or withdraw an invitation to it. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_invite(by, membership.campus))
    roles.end(membership, on=on or timezone.localdate())


@action
def report_error(
    campus: Campus, *, message: str, reply_to: str = "", site_url: str, at: dt.datetime | None = None
) -> ErrorReport:
    """Keep what a reader says is wrong, and write to every keeper of the register. Raises `Refusal`."""
    message = message.strip()
    require(message, "Dites ce qui est faux sur cette page.")
    require(len(message) <= 2000, "Le message dépasse 2 000 caractères.")
    report = ErrorReport.objects.create(campus=campus, message=message, reply_to=reply_to, at=at or timezone.now())
    record(report, "campuses.report_error", f"Signalement reçu sur {campus}.")
    keepers = OrganisationMembership.objects.active(timezone.localdate(report.at)).filter(
        role=OrganisationRole.KEEPER, organisation__keeps_register=True
    )
    for pk, address in set(keepers.values_list("person", "person__email")):
        context = {"report": report, "link": f"{site_url}{campus.get_absolute_url()}"}
        mail.post(address, "mail/error_report", context, key=f"error-report:{report.pk}:{pk}")
    return report


@action
def answer_report(report: ErrorReport, *, answer: str, by: User, at: dt.datetime | None = None) -> None:
    """Close a report with what was done; whoever left an address is told. Raises `NotAllowed`, `Refusal`."""
    require_right(is_keeper(by))
    require(report.handled_at is None, "Ce signalement est déjà traité.")
    require(answer.strip(), "Dites la suite donnée.")
    report.answer, report.handled_at = answer.strip(), at or timezone.now()
    report.save(update_fields=["answer", "handled_at"])
    record(report, "campuses.answer_report", f"Signalement traité sur {report.campus}.")
    if report.reply_to:
        mail.post(report.reply_to, "mail/error_report_answer", {"report": report}, key=f"error-answer:{report.pk}")


def _locked_invitation(token: str) -> AnyRole:
    found = find_invitation(token)
    if found is None:
        raise Refusal("Cette invitation n’existe pas.")
    # Read again under the lock: of two acceptances, the second must see the first.
    locked: AnyRole = type(found).objects.select_for_update().get(pk=found.pk)
    return locked


def _free_slug(name: str, region: Region) -> str:
    slug = slug_of(name)
    candidates: Iterable[str] = [slug, f"{slug}-{region.slug}", *(f"{slug}-{region.slug}-{n}" for n in range(2, 50))]
    taken = set(Campus.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(candidate for candidate in candidates if candidate not in taken)


def _add(
    campus: Campus | Filiere, statement: AnyStatement, standing: "models.QuerySet[AnyStatement]", origin: Origin
) -> AnyStatement:
    """Save a statement about a campus (or a filière), or confirm the same one that stands already."""
    same = standing.first()
    if same is None:
        provenance.state(statement, origin)
        record(statement, f"campuses.add_{statement._meta.model_name}", f"{campus} – {_sentence(statement)}.")
        return statement
    if provenance.confirm(same, origin):
        record(same, f"campuses.confirm_{same._meta.model_name}", f"{campus} – confirmé : {_sentence(same)}.")
    return same


def _sentence(statement: Sourced) -> str:
    return f"{str(statement._meta.verbose_name).lower()} : {statement}"


def _project(campus: Campus, field: CampusField) -> None:
    """Choose the preferred fact of a field and show it in the campus's columns."""
    facts = sorted(campus.facts.standing().filter(field=field), key=provenance.trust)
    chosen = [fact for fact in facts if fact.is_chosen]
    best = (chosen or facts)[-1] if facts else None
    if best is None or not best.is_preferred:
        # The old one goes first: at no moment are there two.
        campus.facts.filter(field=field, is_preferred=True).update(is_preferred=False)
    if best is not None and not best.is_preferred:
        best.is_preferred = True
        best.save(update_fields=["is_preferred"])
    columns = _columns(field, best, facts)
    for column, value in columns.items():
        setattr(campus, column, value)
    if columns:
        campus.save(update_fields=list(columns))


def _columns(field: CampusField, best: CampusFact | None, facts: list[CampusFact]) -> dict[str, Any]:
    if field is CampusField.FILIERE:
        filiere = Filiere.objects.get(slug=best.value) if best else None
        return {"filiere": filiere, "filiere_is_deduced": bool(best and best.is_deduced)}
    if field is CampusField.LAST_SEEN:
        return {"last_seen_on": max((fact.observed_on for fact in facts if fact.observed_on), key=_iso, default=None)}
    column = _COLUMN_OF.get(field)
    return {column: best.value if best else ""} if column else {}


def _iso(date: PartialDate) -> str:
    return date.iso
