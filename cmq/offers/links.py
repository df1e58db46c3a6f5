"""The signed links of those who post: an offer and a last day, nothing else; they are not kept, and run out."""

import datetime as dt

from django.conf import settings
from django.core import signing

from cmq.offers.models import JobOffer

_SALT = "cmq.offers.employer"


def token_of(offer: JobOffer, *, until: dt.datetime) -> str:
    """A key to one offer of an employer, good until then."""
    return signing.dumps([offer.pk, int(until.timestamp())], salt=_SALT)


def link_to(offer: JobOffer, *, until: dt.datetime) -> str:
    """The whole address of the page where the offer is confirmed, prolonged or closed."""
    return f"{settings.SITE_URL}/offres/employeur/{token_of(offer, until=until)}/"


def offer_of(token: str, *, at: dt.datetime) -> int | None:
    """The number of the offer that a key opens; None for a false one, or one that has run out."""
    try:
        number, until = signing.loads(token[:200], salt=_SALT)
        return int(number) if at.timestamp() < until else None
    except (signing.BadSignature, ValueError, TypeError):
        return None
