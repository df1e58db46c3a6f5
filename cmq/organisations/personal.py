"""What is kept of people who have, had or are offered a role; how a role ends with an account."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cmq.core.personal import PUBLIC_ARCHIVES
from cmq.core.retention import Basis, Then, hold, keep, needed, nobody, with_account
from cmq.organisations import roles
from cmq.organisations.models import MembershipBase, OrganisationMembership, OrganisationRole

# An address that was invited serves nothing more so long after the invitation, or the role, has ended.
ADDRESS_KEPT = dt.timedelta(days=90)


def over(memberships: "models.QuerySet[Any]", at: dt.datetime) -> "models.QuerySet[Any]":
    """Those whose invited address has no further use: ended, or never answered, long ago."""
    before = at - ADDRESS_KEPT
    ended = Q(ends_on__lt=timezone.localdate(before))
    unanswered = Q(person=None, ends_on=None, token_expires_at__lt=before)
    return memberships.exclude(invited_email="").filter(ended | unanswered)


def without_address(rows: "models.QuerySet[Any]", at: dt.datetime) -> int:
    """Withdraw what nobody answered, and drop the addresses; how many."""
    rows = rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    for each in rows.filter(ends_on=None, person=None):
        roles.end(each, on=timezone.localdate(at))
    return rows.update(invited_email="")


def end_roles(memberships: "models.QuerySet[Any]", person: Any, addresses: set[str], at: dt.datetime) -> None:
    """End all roles of somebody, withdraw the invitations to their addresses, and drop these everywhere."""
    on = timezone.localdate(at)
    theirs = memberships.filter(Q(person=person.pk) | Q(person=None, invited_email__in=addresses))
    for each in theirs.filter(Q(ends_on=None) | Q(ends_on__gt=on)):
        # A role that was to end later ends now.
        each.ends_on = None
        roles.end(each, on=max(on, each.starts_on or on))
    theirs.update(invited_email="")


def holders(memberships: "models.QuerySet[Any]", on: dt.date) -> "models.QuerySet[Any]":
    """The roles of that day, of people who can log in, without an end that is set already."""
    active: models.QuerySet[Any] = memberships.active(on)  # type: ignore[attr-defined]
    return active.filter(ends_on=None)


@needed
def _last_keeper(person: Any, on: dt.date) -> list[str]:
    """A register without any keeper is kept by nobody."""
    keepers = holders(OrganisationMembership.objects.all(), on).filter(role=OrganisationRole.KEEPER)
    others = keepers.exclude(person=person.pk).values("organisation")
    alone = keepers.filter(person=person.pk).exclude(organisation__in=others)
    return [
        f"Vous êtes le seul gardien du registre ({each.organisation}) : invitez d’abord un autre gardien."
        for each in alone.select_related("organisation")
    ]


@needed
def _last_head(person: Any, on: dt.date) -> list[str]:
    """A rectorate or a region whose files wait for its only signatory."""
    heads = holders(OrganisationMembership.objects.all(), on)
    heads = heads.filter(role__in=[OrganisationRole.RECTEUR, OrganisationRole.PRESIDENT, OrganisationRole.SECRETARY])
    return [
        f"Vous êtes seul dans le rôle « {each.get_role_display()} » de {each.organisation} : "
        "faites d’abord inviter la personne qui vous suit."
        for each in heads.filter(person=person.pk).select_related("organisation")
        if not heads.filter(organisation=each.organisation_id, role=each.role).exclude(person=person.pk).exists()
    ]


@with_account
def _end_roles(person: Any, addresses: set[str], at: dt.datetime) -> None:
    end_roles(OrganisationMembership.objects.all(), person, addresses, at)


def role_told(role: MembershipBase) -> dict[str, Any]:
    """A role, to the person who has it."""
    by = role.invited_by
    return {
        "rôle": str(role),
        "adresse invitée": role.invited_email,
        "invité le": role.invited_at,
        "invité par": str(by) if by else None,
        "depuis le": role.starts_on,
        "terminé le": role.ends_on,
    }


hold("accounts.roles", "organisations.organisationmembership")
keep(
    "organisations.invitations",
    treatment="Comptes et rôles",
    what="Adresse invitée à un rôle, empreinte du lien",
    who="Personnes invitées",
    purpose="Donner un rôle à la personne qui reçoit le courrier, et à elle seule",
    basis=Basis.PUBLIC_TASK,
    readers="Qui invite ; gardiens",
    until="Le lien vaut 14 jours ; l’adresse est gardée 90 jours après la fin de l’invitation ou du rôle",
    then=Then.ANONYMISED,
    holds=("organisations.organisationmembership",),
    due=lambda at: over(OrganisationMembership.objects.all(), at),
    finish=without_address,
)
keep(
    "organisations.signatures",
    treatment="Registre et journal",
    what="Nom et qualité des signataires d’une décision ou d’un dossier, membres d’un collège, positions et présences",
    who="Recteurs, présidents, délégataires, membres des collèges, personnes qui déposent un dossier",
    purpose="Établir la validité des actes et du label",
    basis=Basis.LEGAL,
    readers="Tout le monde pour les décisions publiées ; l’instruction pour le reste",
    until="Sans limite, même après l’effacement du compte",
    then=Then.PUBLIC,
    why=PUBLIC_ARCHIVES,
)
nobody("organismes et établissements, par UAI et SIRET", "organisations.organisation", "organisations.companyrecord")
