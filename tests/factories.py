"""People, organisations and campuses for tests, made by the same actions as real ones."""

import datetime as dt
from itertools import count
from typing import Any

from cmq.accounts.models import User
from cmq.campuses.actions import enter_campus, state_fact
from cmq.campuses.models import Campus, CampusField, CampusMembership, CampusRole
from cmq.core.models import Source
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.organisations.models import Kind, Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Region

_numbers = count(1)
LONG_AGO = dt.date(2020, 1, 1)


def a_person(**fields: Any) -> User:
    """Somebody who can log in, with the password « mot de passe de test »."""
    number = next(_numbers)
    return User.objects.create_user(
        fields.pop("email", f"personne{number}@exemple.fr"),
        "mot de passe de test",
        name=fields.pop("name", f"Personne {number}"),
        **fields,
    )


def an_origin(title: str = "Journal officiel du 01/02/2024", **fields: Any) -> Origin:
    """A source with an address."""
    source, _ = Source.objects.get_or_create(title=title, url=fields.pop("url", "https://exemple.fr/source"))
    return Origin(sources=(source,), observed_on=PartialDate(2024, 2, 1), **fields)


def a_campus(name: str = "", *, region: str = "32", filiere: str = "", **fields: Any) -> Campus:
    """A campus of the region with this INSEE code."""
    campus = enter_campus(
        name=name or f"Campus d’essai {next(_numbers)}", region=Region.objects.get(code=region), **fields
    )
    if filiere:
        state_fact(campus, field=CampusField.FILIERE, value=filiere, origin=an_origin())
    return campus


def an_organisation(name: str = "", **fields: Any) -> Organisation:
    """An organisation without keys."""
    fields.setdefault("kind", Kind.LYCEE)
    return Organisation.objects.create(name=name or f"Organisation d’essai {next(_numbers)}", **fields)


def a_keeper() -> User:
    """A keeper of the register."""
    body, _ = Organisation.objects.get_or_create(
        name="Tenue du registre", defaults={"kind": Kind.STATE_SERVICE, "keeps_register": True}
    )
    return _with_role(OrganisationMembership(organisation=body, role=OrganisationRole.KEEPER))


def a_contact(organisation: Organisation) -> User:
    """A contact of an organisation."""
    return _with_role(OrganisationMembership(organisation=organisation, role=OrganisationRole.CONTACT))


def a_director(campus: Campus, *, ends_on: dt.date | None = None) -> User:
    """The director of a campus, perhaps a former one."""
    return _with_role(CampusMembership(campus=campus, role=CampusRole.DIRECTOR, ends_on=ends_on))


def a_contributor(campus: Campus) -> User:
    """A contributor of a campus."""
    return _with_role(CampusMembership(campus=campus, role=CampusRole.CONTRIBUTOR))


def _with_role(membership: Any) -> User:
    person = a_person()
    membership.person = person
    membership.invited_email = person.email
    membership.invited_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    membership.starts_on = LONG_AGO
    membership.save()
    return person
