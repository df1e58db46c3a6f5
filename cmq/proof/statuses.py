"""Which credentials are revoked or suspended today: W3C Bitstring Status Lists, signed like the credentials.

The place of a credential in a list is the key of the decision's line that it was made from. So nothing has to be
allotted or remembered: the lists follow from the register on the day they are asked for.
"""

import base64
import datetime as dt
import gzip
from collections.abc import Iterable
from enum import StrEnum

from django.conf import settings
from django.db.models import Max

from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.proof import keys, tokens
from cmq.proof.rules import stated_end

# The least that the recommendation allows (16 kB): no list tells which credential is asked about.
SIZE = 131_072
OPENING = [kind for kind in DecisionKind if kind.opens_label]


class Purpose(StrEnum):
    """What a bit that is set says."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


def entries(decision: LabelDecision) -> list[dict[str, str]]:
    """Where a credential made from this line finds its status."""
    return [
        {
            "id": f"{address(purpose, decision.pk // SIZE)}#{decision.pk % SIZE}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": str(purpose),
            "statusListIndex": str(decision.pk % SIZE),
            "statusListCredential": address(purpose, decision.pk // SIZE),
        }
        for purpose in Purpose
    ]


def address(purpose: Purpose, number: int) -> str:
    """Where a list is published."""
    return f"{settings.SITE_URL}/label/statuts/{purpose}/{number}/"


def exists(number: int) -> bool:
    """Whether some line of a decision has its place in this list."""
    last = LabelDecision.objects.aggregate(last=Max("pk"))["last"] or 0
    return 0 <= number <= last // SIZE


def status_list(purpose: Purpose, number: int, *, at: dt.datetime, on: dt.date) -> str:
    """A whole list, signed. Raises `Refusal` when there is no key."""
    name = address(purpose, number)
    content = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": name,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": keys.issuer(),
        "validFrom": dt.datetime.combine(on, dt.time(), tzinfo=dt.UTC).isoformat(),
        "credentialSubject": {
            "id": f"{name}#list",
            "type": "BitstringStatusList",
            "statusPurpose": str(purpose),
            "encodedList": encoded(places(purpose, on=on), number),
        },
    }
    return tokens.sign(content | {"iss": keys.issuer(), "iat": int(at.timestamp())})


def places(purpose: Purpose, *, on: dt.date) -> set[int]:
    """The keys of the lines whose credentials are revoked, or suspended, on that day."""
    if purpose is Purpose.SUSPENSION:
        return set(Label.objects.suspended_on(on).values_list("decision_id", flat=True))
    opening = LabelDecision.objects.filter(kind__in=OPENING, campus__isnull=False)
    replaced = opening.exclude(corrected_by=None).values_list("pk", flat=True)
    without_label = LabelDecision.objects.standing().filter(pk__in=opening.values("pk"), label=None)
    cut = [
        label.decision_id
        for label in Label.objects.select_related("decision", "closed_by", "extended_by")
        if _is_cut(label, on)
    ]
    return {*replaced, *without_label.values_list("pk", flat=True), *cut}


def encoded(places: Iterable[int], number: int) -> str:
    """A list as the recommendation writes it: a bit a place, the first on the left, gzip, base64url after a « u »."""
    bits = bytearray(SIZE // 8)
    for place in places:
        if place // SIZE == number:
            bits[place % SIZE // 8] |= 128 >> place % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def _is_cut(label: Label, on: dt.date) -> bool:
    """Whether the label is over, before the day that its own decision gave: its credential says too much."""
    if label.ends_by is None or on <= label.ends_by:
        return False
    stated = stated_end(label.decision, label)
    return label.closed_by is not None or stated is None or label.ends_by < stated
