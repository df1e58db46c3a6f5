"""Which of our people an agent is, whom an outside identity provider has proven."""

import datetime as dt
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from cmq.accounts.actions import open_account_of_agent, remember_identity
from cmq.accounts.models import AgentIdentity, User
from cmq.campuses.models import CampusMembership
from cmq.core.errors import require
from cmq.organisations.models import OrganisationMembership

UNKNOWN = (
    "ProConnect vous a reconnu, mais votre adresse n’a ni compte ni invitation ici. "
    "Demandez une invitation à la personne qui tient votre campus ou votre organisation."
)


class Credentials(NamedTuple):
    """What the provider vouches for."""

    issuer: str
    subject: str
    email: str
    name: str


def recognise(agent: Credentials, *, at: dt.datetime | None = None) -> User:
    """The person that this agent is: known by the provider's identifier, else by a proven address; else whoever an
    open invitation waits for gets an account. Raises `Refusal` for strangers and for closed accounts."""
    at = at or timezone.now()
    with transaction.atomic():
        known = AgentIdentity.objects.select_related("person").filter(issuer=agent.issuer, subject=agent.subject)
        identity = known.first()
        person = identity.person if identity else _by_address(agent, at=at)
        require(person.is_active, UNKNOWN)
        remember_identity(person, issuer=agent.issuer, subject=agent.subject, at=at)
    return person


def _by_address(agent: Credentials, *, at: dt.datetime) -> User:
    email = User.objects.normalize_email(agent.email)
    address = EmailAddress.objects.select_related("user").filter(email=email, verified=True).first()
    if address is not None:
        person: User = address.user
        return person
    require(is_awaited(email, at=at), UNKNOWN)
    return open_account_of_agent(email=email, name=agent.name or email, at=at)


def is_awaited(email: str, *, at: dt.datetime) -> bool:
    """Whether an open invitation waits for this address."""
    open_ones = {"invited_email": email, "person": None, "ends_on": None, "token_expires_at__gte": at}
    return any(model.objects.filter(**open_ones).exists() for model in (CampusMembership, OrganisationMembership))
