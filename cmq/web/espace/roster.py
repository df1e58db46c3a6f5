"""Who has access to what: every standing role and open invitation, of campuses and of organisations, in one list."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core.text import fold
from cmq.organisations.models import MembershipBase, Organisation, OrganisationMembership, OrganisationRole

TECHNICIAN = "technique"
ROLES = (
    *OrganisationRole.choices,
    *CampusRole.choices,
    (TECHNICIAN, "Équipe technique"),
    ("invitation", "Invitations en attente"),
)


def bodies(on: dt.date) -> QuerySet[Organisation]:
    """The organisations where somebody has, or is invited to, a role in the procedure; those with a scope besides."""
    roles = [role for role in OrganisationRole if role is not OrganisationRole.CONTACT]
    standing = Q(memberships__role__in=roles) & (Q(memberships__ends_on=None) | Q(memberships__ends_on__gt=on))
    counted = Organisation.objects.annotate(people=Count("memberships", filter=standing, distinct=True))
    in_procedure = Q(people__gt=0) | Q(region__isnull=False)
    return counted.filter(in_procedure).select_related("region", "academie").order_by("name", "pk")


@dataclass(frozen=True)
class Access:
    """One role of one person, or one invitation."""

    who: str
    email: str
    role: str
    role_label: str
    where: str
    where_url: str
    end_url: str
    membership: MembershipBase | None

    @property
    def is_invitation(self) -> bool:
        """Whether nobody has accepted yet."""
        return self.membership is not None and self.membership.is_invitation


def everyone(*, role: str = "", text: str = "") -> list[Access]:
    """Standing roles and open invitations by person, in three queries.

    Args:
        role: a value of `ROLES`; empty or unknown for all.
        text: words that the name, the address or the body must hold.
    """
    found = [*_in_campuses(), *_in_organisations(), *_technicians()]
    known = {value for value, _ in ROLES}
    if role in known:
        found = [each for each in found if role == each.role or (role == "invitation" and each.is_invitation)]
    words = fold(text).split()
    found = [each for each in found if all(word in fold(f"{each.who} {each.email} {each.where}") for word in words)]
    return sorted(found, key=lambda each: (fold(each.who or each.email), each.where, each.role))


def _standing(memberships: Any) -> Any:
    today = timezone.localdate()
    return memberships.select_related("person").exclude(ends_on__lte=today).order_by("pk")


def _in_campuses() -> list[Access]:
    rows = _standing(CampusMembership.objects.select_related("campus"))
    return [
        _access(
            each,
            str(each.campus),
            reverse("espace_people", args=[each.campus.slug]),
            reverse("espace_people_end", args=[each.campus.slug, each.pk]),
        )
        for each in rows
    ]


def _in_organisations() -> list[Access]:
    rows = _standing(OrganisationMembership.objects.select_related("organisation"))
    return [
        _access(
            each,
            str(each.organisation),
            reverse("espace_organisation", args=[each.organisation_id]),
            reverse("espace_organisation_end", args=[each.organisation_id, each.pk]),
        )
        for each in rows
    ]


def _access(membership: Any, where: str, where_url: str, end_url: str) -> Access:
    person = membership.person
    return Access(
        who=person.name if person else "",
        email=person.email if person else membership.invited_email,
        role=membership.role,
        role_label=membership.get_role_display(),
        where=where,
        where_url=where_url,
        end_url=end_url,
        membership=membership,
    )


def _technicians() -> list[Access]:
    people = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    return [
        Access(person.name, person.email, TECHNICIAN, "Équipe technique", "Tout le registre", "", "", None)
        for person in people
    ]
