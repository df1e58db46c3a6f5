"""Who may do what to a file, how it may move, what it still lacks, and what exactly was signed."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import (
    ApplicationKind,
    ApplicationState,
    LabelApplication,
    LabelApplicationQuerySet,
    RequestSide,
    Section,
)
from cmq.campaigns.models import CampaignState, ExpectedDocument
from cmq.campuses.models import Campus, CampusArea, CampusMembership, CampusRole, Category
from cmq.campuses.rules import roles_of as campus_roles_of
from cmq.core.remembering import remembered
from cmq.core.rights import Role, right
from cmq.organisations.models import Kind, OrganisationMembership, OrganisationRole
from cmq.organisations.rules import holds, roles_of

S = ApplicationState

# The only moves that exist.
MOVES: dict[ApplicationState, frozenset[ApplicationState]] = {
    S.DRAFT: frozenset({S.SIGNING, S.WITHDRAWN}),
    S.SIGNING: frozenset({S.DRAFT, S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.CORRECTION, S.ADMISSIBLE, S.INADMISSIBLE, S.WITHDRAWN}),
    S.CORRECTION: frozenset({S.SUBMITTED, S.ADMISSIBLE, S.DEFERRED, S.WITHDRAWN}),
    S.ADMISSIBLE: frozenset({S.CORRECTION, S.EXPERTISE, S.WITHDRAWN}),
    S.EXPERTISE: frozenset({S.COLLEGE, S.WITHDRAWN}),
    S.COLLEGE: frozenset({S.DECIDED, S.EXPERTISE, S.WITHDRAWN}),
    S.DECIDED: frozenset({S.AWARDED, S.DEFERRED, S.REFUSED}),
    S.DEFERRED: frozenset({S.CORRECTION, S.COLLEGE, S.WITHDRAWN}),
    S.AWARDED: frozenset(),
    S.REFUSED: frozenset(),
    S.INADMISSIBLE: frozenset(),
    S.WITHDRAWN: frozenset(),
}

REGIONAL = (
    OrganisationRole.RECTEUR,
    OrganisationRole.PRESIDENT,
    OrganisationRole.DELEGATE,
    OrganisationRole.INSTRUCTOR,
)
CAMPUS_PEOPLE = (Role.CONTRIBUTOR, Role.DIRECTOR)
REGIONAL_PEOPLE = (Role.INSTRUCTOR, Role.DELEGATE, Role.RECTEUR, Role.PRESIDENT)


def is_on_campus(person: Any, campus_id: int, *roles: CampusRole) -> bool:
    """Whether this person has one of these roles (any when none is named) in the campus today."""
    if not isinstance(person, User) or not person.is_active:
        return False
    return any(each.campus_id == campus_id and (not roles or each.role in roles) for each in campus_roles_of(person))


def academies_of(campus: Campus) -> list[str]:
    """Codes of the académies that a campus touches, as the register knows them; asked once while a page is read."""
    found = CampusArea.objects.filter(campus=campus, academie__isnull=False).values_list("academie", flat=True)
    return remembered(("academies", campus.pk), lambda: [str(code) for code in found])


@right("applications.open", "Ouvrir un dossier de labellisation", roles=(Role.DIRECTOR,), about="campus")
def can_open(person: Any, campus: Campus) -> bool:
    """The director of the campus."""
    return is_on_campus(person, campus.pk, CampusRole.DIRECTOR)


def readable_by(person: Any) -> LabelApplicationQuerySet:
    """The files that this person may read because of a campus, a territory or the nation.

    Campus people their own; recteurs, presidents, delegates and instructors those of their territory; national
    instructors and observers what has been submitted; the secretariat all. Consulted bodies, experts and authorities
    get what is put before them from `instruction`, `expertise` and `deliberation`.
    """
    if not isinstance(person, User) or not person.is_active:
        return LabelApplication.objects.none()
    campuses = CampusMembership.objects.of(person).active(timezone.localdate())
    mine = Q(campus__in=campuses.values("campus"))
    for membership in roles_of(person, *REGIONAL, OrganisationRole.SECRETARY, OrganisationRole.OBSERVER):
        mine |= _scope(membership)
    return LabelApplication.objects.filter(mine)


def _scope(membership: OrganisationMembership) -> Q:
    body = membership.organisation
    if membership.role == OrganisationRole.SECRETARY:
        return ~Q(pk=None) if body.region_id is None else Q(pk__in=[])
    if body.region_id is None:
        where = ~Q(pk=None)
    elif body.academie_id is None:
        where = Q(campus__region=body.region_id)
    else:
        touching = CampusArea.objects.filter(academie=body.academie_id)
        where = Q(campus__region=body.region_id, campus__in=touching.values("campus"))
    sees_drafts = membership.role != OrganisationRole.OBSERVER and body.region_id is not None
    return where if sees_drafts else where & ~Q(state__in=[S.DRAFT, S.SIGNING])


@right(
    "applications.read",
    "Lire un dossier en rédaction",
    roles=(*CAMPUS_PEOPLE, *REGIONAL_PEOPLE, Role.SECRETARY),
    about="draft",
)
@right(
    "applications.read_submitted",
    "Lire un dossier déposé",
    roles=(*CAMPUS_PEOPLE, *REGIONAL_PEOPLE, Role.OBSERVER, Role.SECRETARY),
    about="application",
)
def can_read(person: Any, application: LabelApplication) -> bool:
    """Those of `readable_by`."""
    return readable_by(person).filter(pk=application.pk).exists()


@right(
    "applications.write",
    "Écrire, commenter et joindre des pièces dans un dossier en rédaction",
    roles=(*CAMPUS_PEOPLE, Role.INSTRUCTOR),
    about="draft",
)
def can_write(person: Any, application: LabelApplication) -> bool:
    """The people of the campus, and the instructors of its territory who build the file with them."""
    if is_on_campus(person, application.campus_id):
        return True
    campus = application.campus
    in_region = [each.organisation.region_id for each in roles_of(person, OrganisationRole.INSTRUCTOR)]
    if campus.region_id not in in_region:
        return False
    return holds(person, OrganisationRole.INSTRUCTOR, region=campus.region_id, academies=academies_of(campus))


@right(
    "applications.send_to_signature",
    "Envoyer un dossier en signature, l’en rappeler, le retirer",
    roles=(Role.DIRECTOR,),
    about="draft",
)
def can_conduct(person: Any, application: LabelApplication) -> bool:
    """The director of the campus."""
    return is_on_campus(person, application.campus_id, CampusRole.DIRECTOR)


@dataclass(frozen=True)
class Quality:
    """In what quality a person signs the joint request."""

    side: RequestSide
    wording: str
    delegated_since: dt.date | None


def qualities(person: Any, application: LabelApplication, *, on: dt.date | None = None) -> list[Quality]:
    """In what qualities this person may sign the joint request.

    D.335-34: the recteur de région académique and the president of the region ask together. A delegate signs for the
    body that gave the delegation, which is dated by the role. A body of one académie does not sign for the région
    académique.
    """
    found = []
    heads = (OrganisationRole.RECTEUR, OrganisationRole.PRESIDENT, OrganisationRole.DELEGATE)
    region = application.campus.region_id
    for membership in sorted(roles_of(person, *heads, on=on), key=lambda each: (each.role, each.pk)):
        body = membership.organisation
        side = _side(membership) if body.region_id == region and body.academie_id is None else None
        if side:
            is_delegate = membership.role == OrganisationRole.DELEGATE
            wording = f"{membership.get_role_display()}, {membership.organisation}"
            found.append(Quality(side, wording, membership.starts_on if is_delegate else None))
    return found


def _side(membership: OrganisationMembership) -> RequestSide | None:
    by_role = {OrganisationRole.RECTEUR: RequestSide.RECTEUR, OrganisationRole.PRESIDENT: RequestSide.REGION}
    by_kind = {Kind.RECTORATE: RequestSide.RECTEUR, Kind.LOCAL_AUTHORITY: RequestSide.REGION}
    role = OrganisationRole(membership.role)
    return by_role.get(role) or by_kind.get(Kind(membership.organisation.kind))


@right(
    "applications.sign",
    "Signer la demande conjointe pour le recteur ou le président de région",
    roles=(Role.DELEGATE, Role.RECTEUR, Role.PRESIDENT),
    about="draft",
)
def can_sign(person: Any, application: LabelApplication) -> bool:
    """Recteur, president, or delegate of either, in the region of the campus."""
    return bool(qualities(person, application))


def is_open_to_writing(application: LabelApplication, section: Section | None = None) -> bool:
    """Whether a file, or one of its sections, can be written now: a draft whole, a correction where it was reopened."""
    if application.campaign.state == CampaignState.CLOSED:
        return False
    if application.state == S.DRAFT:
        return True
    return application.state == S.CORRECTION and (section is None or section.is_reopened)


class Lack(StrEnum):
    """What a file can lack."""

    SECTION = "partie"
    DOCUMENT = "piece"
    REQUEST = "demande"
    COMMENT = "commentaire"


@dataclass(frozen=True)
class Missing:
    """One thing that a file lacks before it can be signed."""

    kind: Lack
    wording: str
    section: Section | None = None
    document: ExpectedDocument | None = None


def is_asked(application: LabelApplication, section: Section) -> bool:
    """Whether a section is part of what is asked: requirements of excellence only when excellence is asked for."""
    return section.requirement_id is None or application.category == Category.EXCELLENCE


def missing(application: LabelApplication, *, sections: Iterable[Section] | None = None) -> list[Missing]:
    """All that a file lacks, in the order of its page; empty when it can go to signature.

    Args:
        sections: its sections `with_open_comments`, where they have been read just now.
    """
    if sections is None:
        sections = application.sections.with_open_comments()
    text = _missing_text(application, sections)
    return [*_missing_request(application), *text, *_missing_documents(application)]


def _missing_request(application: LabelApplication) -> Iterable[Missing]:
    kind = ApplicationKind(application.kind)
    if kind.gives_label:
        yield from (Missing(Lack.REQUEST, wording) for value, wording in _terms(application) if not value)
    if kind is ApplicationKind.RAISE and application.category != Category.EXCELLENCE:
        yield Missing(Lack.REQUEST, "Un passage à l’excellence demande la catégorie « excellence ».")
    if kind is ApplicationKind.CHANGE and not (application.name or application.territory):
        yield Missing(Lack.REQUEST, "Donnez le nouveau nom ou le nouveau périmètre.")
    if kind is ApplicationKind.MERGER and not application.absorbed.exists():
        yield Missing(Lack.REQUEST, "Choisissez au moins un campus à réunir.")


def _terms(application: LabelApplication) -> list[tuple[object, str]]:
    return [
        (application.category, "Choisissez la catégorie demandée."),
        (application.filiere_id, "Choisissez la filière."),
        (application.duration_years, "Choisissez la durée demandée, de un à cinq ans."),
        (application.territory, "Décrivez le territoire."),
    ]


def _missing_text(application: LabelApplication, sections: Iterable[Section]) -> Iterable[Missing]:
    for section in sections:
        if not is_asked(application, section):
            continue
        if not section.text.strip():
            yield Missing(Lack.SECTION, f"La partie « {section.title} » est vide.", section=section)
        if section.open_comments:
            wording = f"Un commentaire attend une réponse dans « {section.title} »."
            yield Missing(Lack.COMMENT, wording, section=section)


def expected_documents(application: LabelApplication) -> list[ExpectedDocument]:
    """The documents that this kind of file joins; a change or an end asks for none."""
    kind = ApplicationKind(application.kind)
    if not kind.gives_label:
        return []
    specification = application.campaign.specification_id
    documents = remembered(
        ("expected documents", specification),
        lambda: list(ExpectedDocument.objects.filter(specification=specification)),
    )
    return [each for each in documents if kind.needs_label or not each.for_label_holders_only]


def _missing_documents(application: LabelApplication) -> Iterable[Missing]:
    joined = {each.document_id for each in application.attachments.all() if each.removed_at is None}
    for document in expected_documents(application):
        if document.is_required and document.pk not in joined:
            yield Missing(Lack.DOCUMENT, f"Il manque la pièce « {document.title} ».", document=document)


def completeness(application: LabelApplication, lacks: list[Missing]) -> int:
    """How much of the file is there, in per cent: sections and required documents, rounded down."""
    asked = [section for section in application.sections.all() if is_asked(application, section)]
    documents = [each for each in expected_documents(application) if each.is_required]
    total = len(asked) + len(documents)
    absent = sum(lack.kind in (Lack.SECTION, Lack.DOCUMENT) for lack in lacks)
    return 100 * (total - absent) // total if total else 100


def digest_of(application: LabelApplication) -> str:
    """SHA-256 of all that the file says and joins, in one canonical form: what the two signers sign."""
    content = {
        "reference": application.reference,
        "campus": application.campus.slug,
        "kind": application.kind,
        "name": application.name,
        "category": application.category,
        "filiere": application.filiere.slug if application.filiere else None,
        "territory": application.territory,
        "duration_years": application.duration_years,
        "absorbed": sorted(campus.slug for campus in application.absorbed.all()),
        "sections": [[section.position, section.title, section.text] for section in application.sections.all()],
        "attachments": [
            [attachment.name, attachment.sha256] for attachment in application.attachments.filter(removed_at=None)
        ],
    }
    line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
