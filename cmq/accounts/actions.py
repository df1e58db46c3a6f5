"""What happens to people: an account is opened, renamed, recognised by an outside provider."""

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cmq.accounts.models import AgentIdentity, User
from cmq.core.errors import Refusal, require
from cmq.core.feed import change_set, record
from cmq.core.text import one_line


def open_account(*, email: str, name: str, password: str, is_demo: bool = False, at: dt.datetime | None = None) -> User:
    """A person whose address is already proven (an invitation reached it), with that address as log-in.

    Raises `Refusal` for a weak password, a missing name, or an address that has an account.
    """
    email, name = User.objects.normalize_email(email), one_line(name)
    require(name, "Donnez votre prénom et votre nom.")
    require(len(name) <= 120, "Ce nom dépasse 120 caractères.")
    require(not User.objects.filter(email=email).exists(), "Cette adresse a déjà un compte : connectez-vous.")
    person = User(email=email, name=name, is_demo=is_demo, date_joined=at or timezone.now())
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    person.set_password(password)
    with transaction.atomic():
        _save_once(person)
        with change_set(by=person.pk):
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
            record(person, "accounts.open", "Compte ouvert.")
    return person


def open_account_of_agent(*, email: str, name: str, at: dt.datetime) -> User:
    """A person whose address an outside provider vouches for: without a password, nobody logs in but through it.

    Raises `Refusal` for an address that has an account.
    """
    email, name = User.objects.normalize_email(email), one_line(name)[:120]
    require(not User.objects.filter(email=email).exists(), "Cette adresse a déjà un compte : connectez-vous.")
    person = User(email=email, name=name, date_joined=at)
    person.set_unusable_password()
    with transaction.atomic():
        _save_once(person)
        with change_set(by=person.pk):
            EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
            record(person, "accounts.open", "Compte ouvert par ProConnect.")
    return person


def remember_identity(person: User, *, issuer: str, subject: str, at: dt.datetime) -> None:
    """Note by which identifier a provider knows this person, or that it was used again."""
    identity, created = AgentIdentity.objects.get_or_create(
        issuer=issuer, subject=subject, defaults={"person": person, "created_at": at, "last_used_at": at}
    )
    if not created:
        identity.last_used_at = at
        identity.save(update_fields=["last_used_at"])
        return
    with change_set(by=person.pk):
        record(person, "accounts.link", "Identité ProConnect reliée au compte.")


def terms_day() -> dt.date:
    """Since when the present terms of use stand."""
    return dt.date.fromisoformat(settings.TERMS_VERSION)


def accept_terms(person: User, *, version: str, at: dt.datetime | None = None) -> None:
    """Note that this person accepts the terms of use in this version. Raises `Refusal` for another than today's."""
    require(version == settings.TERMS_VERSION, "Les conditions ont changé entre-temps : relisez-les.")
    if person.terms_version == version:
        return
    before, person.terms_version = person.terms_version or None, version
    person.terms_accepted_at = at or timezone.now()
    with change_set(by=person.pk):
        person.save(update_fields=["terms_version", "terms_accepted_at"])
        record(
            person, "accounts.accept_terms", "Conditions d’utilisation acceptées.", diff={"version": [before, version]}
        )


def rename(person: User, *, name: str) -> None:
    """Change the name that others see. Raises `Refusal`."""
    name = one_line(name)
    require(name, "Donnez votre prénom et votre nom.")
    require(len(name) <= 120, "Ce nom dépasse 120 caractères.")
    if name == person.name:
        return
    with change_set(by=person.pk):
        person.name = name
        person.save(update_fields=["name"])
        record(person, "accounts.rename", "Nom modifié.")


def end_sessions(person: User) -> int:
    """Log somebody out of every device; how many. Who erases an account says so in its own line of the journal."""
    sessions = UserSession.objects.filter(user=person)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    return len(keys)


def log_out(people: QuerySet[User]) -> int:
    """End every session of these people, by the technical team; roles and passwords stay. How many ended."""
    ended = 0
    with change_set(by=None):
        for person in people.filter(pk__in=UserSession.objects.values("user")):
            ended += end_sessions(person)
            record(person, "accounts.log_out", "Connexions fermées par l’équipe technique.")
    return ended


def _save_once(person: User) -> None:
    """Of two accounts opened at once for one address, the second is refused like a late one."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise Refusal("Cette adresse a déjà un compte : connectez-vous.") from error
