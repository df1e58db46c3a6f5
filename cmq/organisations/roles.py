"""The course of a role: an address is invited, proves itself by the letter it receives, acts, and ends.

Shared by the memberships of organisations and of campuses, whose own actions check the rights first.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core import mail
from cmq.core.errors import Refusal, require
from cmq.core.feed import record
from cmq.organisations.models import MembershipBase

VALID_FOR = timedelta(days=14)


def invite(membership: MembershipBase, *, to_what: str, at: datetime) -> str:
    """Give an invitation its token, write the letter, and return the token (it is stored as a digest only).

    Args:
        membership: unsaved or saved, not accepted yet.
        to_what: « le campus X », for the letter.
    """
    token = secrets.token_urlsafe(32)
    membership.token_digest = digest(token)
    membership.token_expires_at = at + VALID_FOR
    membership.save()
    record(membership, "organisations.invite", f"Invitation à rejoindre {to_what}.")
    mail.post(
        membership.invited_email,
        "mail/invitation",
        {
            "to_what": to_what,
            "role": membership.get_role_display(),  # type: ignore[attr-defined]
            "invited_by": membership.invited_by,
            "link": f"{settings.SITE_URL}/espace/invitation/{token}/",
            "expires_at": membership.token_expires_at,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        },
        key=f"invitation:{membership._meta.label_lower}:{membership.pk}:{at.isoformat()}",
        is_secret=True,
    )
    return token


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def why_not_open(membership: MembershipBase, *, at: datetime) -> str:
    """The French sentence that says why an invitation can no longer be accepted; empty when it can."""
    if membership.person_id is not None:
        return "Cette invitation a déjà servi. Si c’est vous qui l’avez acceptée, connectez-vous."
    if membership.ends_on is not None:
        return "Cette invitation a été retirée."
    if membership.token_expires_at is None or membership.token_expires_at < at:
        return "Cette invitation a expiré. Demandez-en une nouvelle à la personne qui vous a invité."
    return ""


def accept(membership: MembershipBase, person: User, *, at: datetime) -> None:
    """Make the invited person a member from today.

    Raises `Refusal` when the invitation is used, withdrawn or expired, was sent to another address, or gives a role
    that this person has already.
    """
    reason = why_not_open(membership, at=at)
    require(not reason, reason)
    require(
        membership.invited_email == person.email,
        "Cette invitation a été envoyée à une autre adresse. Connectez-vous avec l’adresse qui l’a reçue.",
    )
    membership.person = person
    membership.starts_on = timezone.localdate(at)
    membership.token_expires_at = None
    try:
        membership.validate_constraints()
    except ValidationError as error:
        # An address changed between two invitations: the same person, the same role.
        raise Refusal("Vous avez déjà ce rôle.") from error
    membership.save()
    record(membership, "organisations.accept_invitation", f"Invitation acceptée : {membership}.")


def end(membership: MembershipBase, *, on: date) -> None:
    """End a role from that day on, or withdraw an invitation. Raises `Refusal` when it has ended already."""
    require(membership.ends_on is None, "Ce rôle est déjà terminé.")
    is_invitation = membership.is_invitation
    membership.ends_on = on
    membership.token_expires_at = None
    membership.save()
    summary = f"Invitation retirée : {membership}." if is_invitation else f"Rôle terminé : {membership}."
    record(membership, "organisations.end_role", summary, diff={"ends_on": [None, on.isoformat()]})
