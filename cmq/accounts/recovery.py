"""Recovery codes: ten, shown when they are made, each serves once; only their digests are kept.

They lie in allauth’s own row, so that its record of uses and the erasure of an account know them. Its own codes derive
from a seed that is kept; ours are drawn, 120 bits each, so that a plain digest is enough (ASVS 5.0, 6.5.2).
"""

import base64
import hashlib
import secrets

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from cmq.accounts.models import User

NUMBER = 10
_BYTES = 15
_KIND = Authenticator.Type.RECOVERY_CODES
# What is read on paper for a letter of base 32, which has none of these.
_MISREAD = str.maketrans("018", "OIB")


def make_codes(person: User) -> list[str]:
    """Ten new codes, as they are shown; the former ones are worth nothing any more."""
    codes = [base64.b32encode(secrets.token_bytes(_BYTES)).decode() for _ in range(NUMBER)]
    # `migrated_codes`: the codes that allauth itself would take for this row are none.
    kept = {"digests": [_digest(each) for each in codes], "migrated_codes": []}
    fresh = {"data": kept, "created_at": timezone.now(), "last_used_at": None}
    Authenticator.objects.update_or_create(user=person, type=_KIND, defaults=fresh)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


@transaction.atomic
def use_code(person: User, typed: str) -> Authenticator | None:
    """Take this code away from those left and give the row that held it; None when it is none of them."""
    kept = Authenticator.objects.select_for_update().filter(user=person, type=_KIND).first()
    digests = kept.data.get("digests", []) if kept else []
    sought = _digest(typed)
    left = [each for each in digests if not constant_time_compare(each, sought)]
    if kept is None or len(left) == len(digests):
        return None
    kept.data["digests"] = left
    kept.save(update_fields=["data"])
    return kept


def is_recovery(factor: Authenticator) -> bool:
    """Whether this row is one of recovery codes."""
    return bool(factor.type == _KIND)


def codes_left(kept: Authenticator) -> int:
    """How many still serve."""
    return len(kept.wrap().get_unused_codes() if is_former(kept) else kept.data["digests"])


def is_former(kept: Authenticator) -> bool:
    """Whether these are as allauth made them: they still serve, it checks them, their seed is kept encrypted."""
    return "digests" not in kept.data


def _digest(code: str) -> str:
    bare = "".join(sign for sign in code.upper() if sign.isalnum()).translate(_MISREAD)
    return hashlib.sha256(bare.encode()).hexdigest()
