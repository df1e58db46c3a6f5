"""Who may have a program read for them what is not public."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.rules import REGIONAL, REGIONAL_PEOPLE, is_on_campus
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core.rights import Role, right
from cmq.opendata.models import ApiToken, Scope
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import roles_of

_OF_FILES = (*REGIONAL, OrganisationRole.SECRETARY, OrganisationRole.OBSERVER)


@right(
    "opendata.token_of_campus",
    "Lire par l’API les indicateurs et financements internes d’un campus",
    roles=(Role.DIRECTOR,),
    about="campus",
)
def can_open_campus(person: Any, campus: Campus) -> bool:
    """Its director."""
    return is_on_campus(person, campus.pk, CampusRole.DIRECTOR)


@right(
    "opendata.token_of_files",
    "Lire par l’API les dossiers de son territoire",
    roles=(*REGIONAL_PEOPLE, Role.OTHER_INSTRUCTOR, Role.SECRETARY, Role.OBSERVER),
)
def can_open_files(person: Any) -> bool:
    """Authorities, those who instruct for them, their secretariat and observers: each the files of `readable_by`."""
    return isinstance(person, User) and person.is_active and bool(list(roles_of(person, *_OF_FILES)))


def still_opens(token: ApiToken) -> bool:
    """Whether its holder may still do what it is for: a token outlives no role."""
    if not token.person.is_active:
        return False
    if token.scope == Scope.FILES:
        return can_open_files(token.person)
    return token.campus is not None and can_open_campus(token.person, token.campus)


def campuses_of(person: User) -> "QuerySet[Campus]":
    """The campuses that this person may open to a program."""
    held = CampusMembership.objects.of(person).active(timezone.localdate()).filter(role=CampusRole.DIRECTOR)
    return Campus.objects.filter(pk__in=held.values("campus")).order_by("name", "pk")
