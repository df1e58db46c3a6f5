"""Who may do what to organisations and to the register as a whole."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.remembering import remembered
from cmq.core.rights import Role, right
from cmq.organisations.models import Kind, MembershipQuerySet, Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Region

KEEPERS = (Role.KEEPER, Role.TECHNICIAN)

# Only the body that keeps the register has these: who keeps it, and who writes for the whole network.
OF_THE_REGISTER = (OrganisationRole.KEEPER, OrganisationRole.EDITOR)

# Whom the heads of a region’s bodies name beside them, and whom the authorities’ secretary names.
HEADS = (OrganisationRole.RECTEUR, OrganisationRole.PRESIDENT)
GIVEN_BY_HEADS = (OrganisationRole.DELEGATE, OrganisationRole.INSTRUCTOR)
GIVEN_BY_SECRETARY = (
    OrganisationRole.OPINION,
    OrganisationRole.EXPERT,
    OrganisationRole.AUTHORITY,
    OrganisationRole.OBSERVER,
)


def memberships(
    person: Any, *roles: OrganisationRole, on: dt.date | None = None
) -> MembershipQuerySet[OrganisationMembership]:
    """The roles among `roles` that this person has in organisations on that day (today when not said)."""
    if not isinstance(person, User) or not person.is_active:
        return OrganisationMembership.objects.none()
    day = on or timezone.localdate()
    return OrganisationMembership.objects.of(person).active(day).filter(role__in=roles).select_related("organisation")


def roles_of(person: Any, *roles: OrganisationRole, on: dt.date | None = None) -> list[OrganisationMembership]:
    """The same, as a list; all that the person has is asked at once while a page is read."""
    if not isinstance(person, User) or not person.is_active:
        return []
    day = on or timezone.localdate()
    own = OrganisationMembership.objects.select_related("organisation")
    every = remembered(("organisation roles", person.pk, day), lambda: list(own.of(person).begun(day)))
    return [each for each in every if each.role in roles]


def holds(
    person: Any,
    *roles: OrganisationRole,
    region: Region | str | None = None,
    academies: Iterable[str] = (),
    on: dt.date | None = None,
) -> bool:
    """Whether this person has one of these roles with a scope that covers a place.

    Args:
        region: the place’s region (or its code); None when the question is of the nation.
        academies: codes of the académies that the place touches, for a body of one académie.
    A body without a region has the nation as its scope; one with a region alone, the region; one with an académie, what
    touches that académie.
    """
    code = region.pk if isinstance(region, Region) else region
    touched = set(academies)
    for membership in roles_of(person, *roles, on=on):
        body = membership.organisation
        if body.region_id is None:
            return True
        if body.region_id == code and (body.academie_id is None or body.academie_id in touched):
            return True
    return False


@right("organisations.invite_keeper", "Inviter un gardien du registre", roles=KEEPERS)
@right("organisations.open_register", "Ouvrir le bureau du registre", roles=KEEPERS)
@right("organisations.read_people", "Voir qui a quel rôle dans tout le registre", roles=KEEPERS)
@right("organisations.read_outbox", "Voir les lettres parties et en attente", roles=KEEPERS)
@right("organisations.read_changes", "Lire le fil de tous les changements", roles=KEEPERS)
def is_keeper(person: Any, *, on: dt.date | None = None) -> bool:
    """Whether this person keeps the register on that day (today when not said)."""
    if not isinstance(person, User) or not person.is_active:
        return False
    if person.is_superuser:
        return True
    return any(each.organisation.keeps_register for each in roles_of(person, OrganisationRole.KEEPER, on=on))


@right(
    "organisations.open_workspace",
    "Ouvrir l’espace d’une organisation et voir ses référents",
    roles=(Role.MEMBER, Role.KEEPER, Role.TECHNICIAN),
    about="organisation",
)
@right(
    "organisations.edit",
    "Modifier la fiche d’une organisation",
    roles=(Role.MEMBER, Role.KEEPER, Role.TECHNICIAN),
    about="organisation",
)
def can_edit(person: Any, organisation: Organisation) -> bool:
    """Its own contacts, and the keepers of the register."""
    if not isinstance(person, User) or not person.is_active:
        return False
    own = roles_of(person, OrganisationRole.CONTACT, *HEADS)
    return any(each.organisation_id == organisation.pk for each in own) or is_keeper(person)


@right("organisations.rename", "Changer le nom ou la nature d’une organisation", roles=KEEPERS, about="organisation")
def can_rename(person: Any, organisation: Organisation) -> bool:
    """The keepers of the register. What an organisation is called and is, sources say; its contacts, who speak for it,
    keep its place and its site, and write to the keepers about the rest."""
    return is_keeper(person)


def sheet_seal(organisation: Organisation) -> str:
    """What tells a sheet that a person saw from what it has become since."""
    sheet = (organisation.name, Kind(organisation.kind).value, organisation.commune_id or "", organisation.website)
    return hashlib.sha256("\n".join(sheet).encode()).hexdigest()[:16]


@right(
    "organisations.invite",
    "Inviter un référent dans une organisation, terminer son rôle",
    roles=(Role.MEMBER, *KEEPERS),
    about="organisation",
)
def can_invite(person: Any, organisation: Organisation) -> bool:
    """Its own contacts, who look after their colleagues, and the keepers of the register."""
    return can_give(person, organisation, OrganisationRole.CONTACT)


@right(
    "organisations.read_letter_models",
    "Voir les modèles de toutes les lettres, avec un exemple",
    roles=(Role.SECRETARY, *KEEPERS),
)
def can_read_letter_models(person: Any) -> bool:
    """The keepers, and the authorities’ secretariat, in whose names letters leave."""
    return is_keeper(person) or holds(person, OrganisationRole.SECRETARY)


def givable(person: Any, organisation: Organisation) -> list[OrganisationRole]:
    """The roles that this person may give in this body."""
    roles = [role for role in OrganisationRole if can_give(person, organisation, role)]
    return [role for role in roles if role not in OF_THE_REGISTER or organisation.keeps_register]


def can_give(person: Any, organisation: Organisation, role: OrganisationRole) -> bool:
    """Whether this person may invite somebody to this role in this body, or end it.

    The keepers give any role; a contact names other contacts of their own organisation; a recteur or a president names
    delegates and instructors in their own body (D.335-34: the joint request may be signed by whom they delegate); the
    authorities’ secretary names experts, members of the college, secretaries of consulted bodies and observers.
    """
    if is_keeper(person):
        return True
    if role is OrganisationRole.CONTACT:
        return memberships(person, OrganisationRole.CONTACT).filter(organisation=organisation).exists()
    if role in GIVEN_BY_HEADS:
        return memberships(person, *HEADS).filter(organisation=organisation).exists()
    return role in GIVEN_BY_SECRETARY and holds(person, OrganisationRole.SECRETARY)
