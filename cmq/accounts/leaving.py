"""An account ends: at its holder's word, or because nobody has logged in for long and a letter said so.

The person goes; what they did in the name of an institution stays, under « Compte effacé no N ». The journal names
people by number alone, so that its chain holds.
"""

import datetime as dt

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from cmq.accounts.models import User
from cmq.accounts.own_data import addresses_of
from cmq.core import locks, mail, retention
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.models import OutgoingMail

# Our choice: long enough for who comes back for the next renewal but one, a year after a yearly report was due.
SLEEPS_AFTER = dt.timedelta(days=730)
ANSWERED_WITHIN = dt.timedelta(days=30)
NOWHERE = "@efface.invalid"


def why_stays(person: User, *, on: dt.date) -> list[str]:
    """What depends on this person alone, in French; nothing when the account may go."""
    retention.load()
    return [reason for reasons in retention.NEEDS for reason in reasons(person, on)]


@action
def erase_account(
    person: User, *, by: User | None, with_subscriptions: bool = False, at: dt.datetime | None = None
) -> None:
    """Make an account nobody's. `by` is its holder, or None for the site itself.

    Args:
        with_subscriptions: end what the same addresses asked for without an account too (the letter, alerts).

    Raises `Refusal` while something depends on this person alone: that is handed over first.
    """
    require_right(by is None or by.pk == person.pk)
    at = at or timezone.now()
    # Of two who are the last two of a campus, the second sees that the first has gone.
    locks.in_turn("erase-account")
    person = User.objects.select_for_update().get(pk=person.pk)
    require(not is_erased(person), "Ce compte est déjà effacé.")
    reasons = why_stays(person, on=timezone.localdate(at))
    require(not reasons, " ".join(reasons))
    addresses = addresses_of(person)
    for erase in retention.ERASURES:
        erase(person, addresses, at)
    for end in retention.SUBSCRIPTIONS if with_subscriptions else ():
        end(addresses, at)
    person.name, person.email = f"Compte effacé no {person.pk}", f"compte-{person.pk}{NOWHERE}"
    person.is_active = person.is_staff = person.is_superuser = False
    person.terms_version, person.terms_accepted_at = "", None
    person.last_login = person.sleep_told_at = None
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()
    record(person, "accounts.erase", "Compte effacé.", is_private=True)


def is_erased(person: User) -> bool:
    """Whether this account is nobody's any more."""
    return person.email.endswith(NOWHERE)


def sleeping(at: dt.datetime) -> QuerySet[User]:
    """Accounts that nobody has logged in to for long; those of the demonstration never sleep."""
    seen = User.objects.alias(seen_at=Coalesce("last_login", "date_joined"))
    return seen.filter(seen_at__lt=at - SLEEPS_AFTER, is_demo=False).exclude(email__endswith=NOWHERE)


def over(at: dt.datetime) -> QuerySet[User]:
    """Those that may be erased: told a month ago and not answered, or closed long ago by the technical team."""
    unanswered = Q(last_login=None) | Q(last_login__lt=F("sleep_told_at"))
    told = Q(sleep_told_at__lte=at - ANSWERED_WITHIN) & unanswered
    return sleeping(at).filter(Q(is_active=False) | told)


def tell_sleepers(*, at: dt.datetime) -> int:
    """Write once to whoever has not logged in for long that the account will be erased; how many letters.

    Not to those on whom alone something depends: their account stays until it is handed over.
    """
    untold = Q(sleep_told_at=None) | Q(last_login__gte=F("sleep_told_at"))
    found = sleeping(at).filter(untold, is_active=True).order_by("pk")
    return sum(_tell(person, by=None, at=at) for person in found.iterator(chunk_size=200))


@action
def _tell(person: User, *, by: None, at: dt.datetime) -> bool:
    on = timezone.localdate(at)
    if why_stays(person, on=on):
        return False
    context = {
        "name": person.name,
        "last": timezone.localtime(person.last_login or person.date_joined),
        "day": on + ANSWERED_WITHIN,
        "link": f"{settings.SITE_URL}/espace/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    User.objects.filter(pk=person.pk).update(sleep_told_at=at)
    record(person, "accounts.tell_sleep", "Courrier : compte sans connexion depuis longtemps.", is_private=True)
    return mail.post(person.email, "mail/account_sleeps", context, key=_key(person.pk, at))


def erase_sleepers(rows: QuerySet[User], at: dt.datetime) -> int:
    """Erase those of whom a letter has really left and on whom nothing depends; how many."""
    number = 0
    for person in list(rows):
        told = person.sleep_told_at
        letter = OutgoingMail.objects.filter(key=_key(person.pk, told)).exclude(sent_at=None) if told else None
        was_told = letter is not None and letter.exists()
        if (was_told or not person.is_active) and not why_stays(person, on=timezone.localdate(at)):
            erase_account(person, by=None, at=at)
            number += 1
    return number


def _key(pk: int, at: dt.datetime) -> str:
    return f"account-sleeps:{pk}:{at.isoformat()}"
