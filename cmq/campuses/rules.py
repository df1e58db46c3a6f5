"""Who may do what to a campus, and what makes a fact a good one."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus, CampusField, CampusMembership, CampusRole, Category
from cmq.core.errors import require
from cmq.core.remembering import remembered
from cmq.core.rights import Role, right
from cmq.organisations.rules import is_keeper
from cmq.reference.models import Filiere

CAMPUS_PEOPLE = (Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN)
CAMPUS_HEADS = (Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN)


def _has_role(person: Any, campus: Campus, *roles: CampusRole, on: dt.date | None = None) -> bool:
    if not isinstance(person, User) or not person.is_active:
        return False
    return any(each.campus_id == campus.pk and each.role in roles for each in roles_of(person, on=on))


def roles_of(person: User, *, on: dt.date | None = None) -> list[CampusMembership]:
    """The roles that this person has in campuses on that day (today when not said); asked once while a page is read."""
    if not person.is_active:
        return []
    day = on or timezone.localdate()
    return remembered(("campus roles", person.pk, day), lambda: list(CampusMembership.objects.of(person).begun(day)))


@right("campuses.open_workspace", "Ouvrir l’espace d’un campus", roles=CAMPUS_PEOPLE, about="campus")
@right("campuses.read_people", "Voir qui a un rôle dans un campus", roles=CAMPUS_PEOPLE, about="campus")
@right("campuses.read_history", "Lire l’histoire d’un campus", roles=CAMPUS_PEOPLE, about="campus")
@right("campuses.state_fact", "Compléter ou corriger les faits d’un campus", roles=CAMPUS_PEOPLE, about="campus")
@right("campuses.edit_members", "Tenir la liste des membres d’un campus", roles=CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Its director and contributors, and the keepers of the register."""
    return _has_role(person, campus, CampusRole.DIRECTOR, CampusRole.CONTRIBUTOR) or is_keeper(person)


@right("campuses.invite", "Inviter une personne dans un campus, retirer un rôle", roles=CAMPUS_HEADS, about="campus")
def can_invite(person: Any, campus: Campus) -> bool:
    """Its director, and the keepers of the register."""
    return _has_role(person, campus, CampusRole.DIRECTOR) or is_keeper(person)


@right("campuses.create", "Inscrire un campus au registre", roles=(Role.KEEPER, Role.TECHNICIAN))
@right("campuses.review", "Voir ce qui manque, se contredit ou fait double", roles=(Role.KEEPER, Role.TECHNICIAN))
@right("campuses.answer_report", "Traiter les signalements", roles=(Role.KEEPER, Role.TECHNICIAN))
@right("campuses.withdraw_fact", "Retirer un fait ou choisir la valeur retenue", roles=(Role.KEEPER, Role.TECHNICIAN))
@right("campuses.link", "Relier deux campus (suite, fusion, doublon)", roles=(Role.KEEPER, Role.TECHNICIAN))
def can_keep(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


def clean_fact(field: CampusField, value: str) -> str:
    """The value in the form it is stored in. Raises `Refusal` with a French sentence when it means nothing."""
    require(value, "Écrivez une valeur.")
    if field is CampusField.FILIERE:
        filiere = Filiere.objects.matching(value)
        require(filiere, f"« {value[:80]} » n’est pas l’une des douze filières.")
        return str(filiere.slug)  # type: ignore[union-attr]
    if field is CampusField.CATEGORY:
        require(value.lower() in Category.values, "La catégorie est « cmq » ou « excellence ».")
        return value.lower()
    if field is CampusField.WEBSITE:
        parts = urlsplit(value)
        require(
            parts.scheme in ("http", "https") and parts.hostname, "Donnez une adresse web qui commence par https://."
        )
    longest = {CampusField.NAME: 250, CampusField.ACRONYM: 40, CampusField.LEGAL_FORM: 200, CampusField.WEBSITE: 300}
    require(len(value) <= longest.get(field, 5000), f"« {field.label} » est trop long.")
    return value
