"""What is not public and may be read with a token, one module each."""

from cmq.opendata.internal.agreements import InternalAgreements
from cmq.opendata.internal.base import Internal
from cmq.opendata.internal.files import Files
from cmq.opendata.internal.indicators import InternalIndicators

INTERNAL: dict[str, Internal] = {each.slug: each for each in (InternalIndicators(), InternalAgreements(), Files())}

__all__ = ["INTERNAL", "Internal"]
