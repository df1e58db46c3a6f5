"""What happens to the tokens of the API: made, used, revoked, told that they end."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import mail
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.opendata import rules
from cmq.opendata.models import ApiToken, Scope

# What tells our tokens from other secrets, to people and to programs that look for leaked ones.
PREFIX = "cmq_"
LONGEST, MOST = 365, 10  # days; living tokens of a person
TOLD_BEFORE = (15, 3)  # days before its end


@action
def make_token(
    *, name: str, scope: Scope, campus: Campus | None, days: int, by: User, at: dt.datetime | None = None
) -> str:
    """Make a token that ends after some days. Returns it: nobody can read it again.

    Raises `NotAllowed`, and `Refusal` for too long a life, a name that says nothing, or one token too many.
    """
    if scope == Scope.CAMPUS:
        require(campus, "Choisissez le campus.")
        require_right(campus is not None and rules.can_open_campus(by, campus))
    else:
        require_right(rules.can_open_files(by))
        campus = None
    at, name = at or timezone.now(), one_line(name)
    require(name, "Dites à quoi le jeton servira.")
    require(len(name) <= 80, "L’usage dépasse 80 signes.")
    require(1 <= days <= LONGEST, f"Un jeton dure de 1 à {LONGEST} jours.")
    # The person is the lock: two forms sent at once do not make one token too many.
    User.objects.select_for_update().get(pk=by.pk)
    living = ApiToken.objects.filter(person=by, revoked_at=None, expires_at__gt=at)
    require(living.count() < MOST, f"Vous avez déjà {MOST} jetons : révoquez-en un.")
    token = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        person=by,
        name=name,
        digest=digest_of(token),
        hint=token[:8],
        scope=scope,
        campus=campus,
        made_at=at,
        expires_at=at + dt.timedelta(days=days),
    )
    record(made, "opendata.make_token", f"Jeton de l’API créé : {made.about}.", is_private=True)
    return token


@action
def revoke_token(token: ApiToken, *, by: User, at: dt.datetime | None = None) -> None:
    """Close a token of one's own at once. Raises `NotAllowed` and `Refusal`."""
    require_right(token.person_id == by.pk)
    found = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    require(found.revoked_at is None, "Ce jeton est déjà révoqué.")
    found.revoked_at = at or timezone.now()
    found.save(update_fields=["revoked_at"])
    record(found, "opendata.revoke_token", f"Jeton de l’API révoqué : {found.about}.", is_private=True)


def find_token(text: str, *, at: dt.datetime) -> ApiToken | None:
    """The living token of a text, used today; None for one that is unknown, over, revoked, or whose role has ended."""
    rows = ApiToken.objects.select_related("person", "campus").filter(revoked_at=None, expires_at__gt=at)
    found = rows.filter(digest=digest_of(text)).first()
    if found is None or not rules.still_opens(found):
        return None
    today = timezone.localdate(at)
    if found.used_on != today:
        ApiToken.objects.filter(pk=found.pk).update(used_on=today)
    return found


def remind_of_ends(*, at: dt.datetime) -> int:
    """Tell the holders of tokens that end soon, once at each mark. Returns how many letters are new."""
    written = 0
    last = at + dt.timedelta(days=TOLD_BEFORE[0])
    ending = ApiToken.objects.filter(revoked_at=None, expires_at__gt=at, expires_at__lte=last)
    for token in ending.select_related("person", "campus").order_by("pk"):
        left = token.expires_at - at
        mark = next(days for days in reversed(TOLD_BEFORE) if left <= dt.timedelta(days=days))
        if not rules.still_opens(token):
            continue
        words = {
            "name": token.name,
            "hint": token.hint,
            "about": token.about,
            "expires_at": timezone.localdate(token.expires_at),
            "link": f"{settings.SITE_URL}/espace/jetons/",
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        }
        key = f"api-token:{token.pk}:{mark}"
        written += mail.post(token.person.email, "mail/api_token_ending", words, key=key)
    return written


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
