"""Who plays a part in the demonstrated procedure: fictional bodies, one account for each role."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from cmq.accounts.models import User
from cmq.campaigns import actions as campaigns
from cmq.campaigns.models import College, Seat, SeatHolder, Side
from cmq.campuses.actions import accept_invitation
from cmq.expertise.actions.experts import Profile, name_expert
from cmq.expertise.models import Expert
from cmq.organisations import actions as organisations
from cmq.organisations.models import Kind, Organisation, OrganisationRole
from cmq.reference.models import Commune, Filiere, Region

REGION = "32"

AUTHORITIES = (
    ("Assemblée fictive des régions", Side.LOCAL),
    ("Inspection fictive", Side.STATE),
    ("Direction fictive des écoles", Side.STATE),
    ("Direction fictive des universités", Side.STATE),
    ("Direction fictive du travail", Side.STATE),
    ("Direction fictive de l’économie", Side.STATE),
)

# Local part of the address → what the account is, for the lines that `cmq addresses` prints.
ROLES: dict[str, str] = {
    "rectrice": "rectrice de région académique (signe la demande conjointe)",
    "president": "président de région (signe la demande conjointe)",
    "delegue": "délégataire de signature de la région",
    "instructrice": "instructrice du rectorat",
    "caen": "secrétaire du CAEN fictif (avis)",
    "experte1": "experte, monde économique",
    "expert2": "expert, État",
    "experte3": "experte, collectivités",
    **{f"autorite{number}": f"membre du collège, {name}" for number, (name, _) in enumerate(AUTHORITIES, 1)},
    "secretaire": "secrétaire des autorités",
    "observateur": "observateur national",
}


@dataclass
class Cast:
    """Everyone of the demonstrated procedure."""

    keeper: User
    people: dict[str, User]
    consulted: Organisation
    college: College
    holders: list[SeatHolder] = field(default_factory=list)
    experts: list[Expert] = field(default_factory=list)

    def __getitem__(self, name: str) -> User:
        """The person whose address begins so."""
        return self.people[name]


def make_cast(keeper: User, person: Callable[[str], User], *, on: dt.date) -> Cast:
    """Bodies, people, college and experts.

    Args:
        person: makes the account of a local part.
        on: since when everybody is in place.
    """
    region = Region.objects.get(code=REGION)
    rectorate = _body("Rectorat fictif", Kind.RECTORATE, region)
    council = _body("Conseil régional fictif", Kind.LOCAL_AUTHORITY, region)
    consulted = _body("CAEN fictif", Kind.OTHER, region)
    secretariat = _body("Secrétariat fictif des autorités", Kind.STATE_SERVICE, None)
    people = {name: person(name) for name in ROLES}
    places = {
        "rectrice": (rectorate, OrganisationRole.RECTEUR),
        "president": (council, OrganisationRole.PRESIDENT),
        "delegue": (council, OrganisationRole.DELEGATE),
        "instructrice": (rectorate, OrganisationRole.INSTRUCTOR),
        "caen": (consulted, OrganisationRole.OPINION),
        "secretaire": (secretariat, OrganisationRole.SECRETARY),
        "observateur": (secretariat, OrganisationRole.OBSERVER),
    }
    for name, user in people.items():
        role = OrganisationRole.EXPERT if name.startswith("expert") else OrganisationRole.AUTHORITY
        body, role = places.get(name, (secretariat, role))
        token = organisations.invite(body, email=user.email, role=role, by=None)
        accept_invitation(token, person=user)
        user.organisationmemberships.update(starts_on=on)
    cast = Cast(keeper, people, consulted, _college())
    _seat(cast, on)
    _name_experts(cast)
    return cast


def _body(name: str, kind: Kind, region: Region | None) -> Organisation:
    body = organisations.register_organisation(name=name, kind=kind, is_demo=True)
    organisations.scope_organisation(body, region=region)
    return body


def _college() -> College:
    college = campaigns.draft_college(title="Collège fictif", version="démonstration", by=None)
    for name, side in AUTHORITIES:
        campaigns.add_authority(college, name=name, side=side, by=None)
    return college


def _seat(cast: Cast, on: dt.date) -> None:
    for number, seat in enumerate(Seat.objects.filter(authority__college=cast.college), 1):
        cast.holders.append(campaigns.seat_person(seat, cast[f"autorite{number}"], by=None, on=on))
    campaigns.name_president(cast.holders[1].seat, by=None)


def _name_experts(cast: Cast) -> None:
    employer = organisations.register_organisation(
        name="Fédération fictive des employeurs",
        kind=Kind.FEDERATION,
        commune=Commune.objects.get(insee_code="69123"),
        is_demo=True,
    )
    sides = {"experte1": Side.ECONOMIC, "expert2": Side.STATE, "experte3": Side.LOCAL}
    for name, side in sides.items():
        profile = Profile(
            side=side,
            employer=employer if side is Side.ECONOMIC else None,
            region=Region.objects.get(code="84"),
            filieres=tuple(Filiere.objects.all()),
            most_files=20,
        )
        cast.experts.append(name_expert(cast[name], profile, by=None))
