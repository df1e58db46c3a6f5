"""Who may do what to organisations and to the register as a whole."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.rights import Role, right
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole

KEEPERS = (Role.KEEPER, Role.TECHNICIAN)


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
    day = on or timezone.localdate()
    return (
        OrganisationMembership.objects.of(person)
        .active(day)
        .filter(role=OrganisationRole.KEEPER, organisation__keeps_register=True)
        .exists()
    )


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
    own = OrganisationMembership.objects.of(person).active(timezone.localdate()).filter(organisation=organisation)
    return own.exists() or is_keeper(person)


@right("organisations.invite", "Inviter un référent dans une organisation", roles=KEEPERS, about="organisation")
def can_invite(person: Any, organisation: Organisation) -> bool:
    """The keepers of the register."""
    return is_keeper(person)
