"""Who sits in the college; the rest are texts, seats and dates."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cmq.campaigns.models import Campaign, CampaignState, SeatHolder
from cmq.core.retention import hold, needed, nobody, with_account

hold("organisations.signatures", "campaigns.seatholder")


@needed
def _last_of_a_seat(person: Any, on: dt.date) -> list[str]:
    """A seat that nobody fills while its college decides."""
    running = Campaign.objects.filter(state=CampaignState.OPEN).values("college")
    holders = SeatHolder.objects.active(on).filter(ends_on=None, seat__authority__college__in=running)
    own = holders.filter(person=person.pk).select_related("seat__authority")
    return [
        f"Vous seul tenez le {each.seat} d’une campagne ouverte : faites d’abord nommer la personne qui vous suit."
        for each in own
        if not holders.filter(seat=each.seat_id).exclude(person=person.pk).exists()
    ]


@with_account
def _leave_seats(person: Any, addresses: set[str], at: dt.datetime) -> None:
    on = timezone.localdate(at)
    for each in SeatHolder.objects.filter(person=person.pk, ends_on=None):
        each.ends_on = max(on, each.starts_on)
        each.save(update_fields=["ends_on"])


nobody(
    "cahiers des charges, collèges, sièges et campagnes",
    *(
        f"campaigns.{name}"
        for name in (
            "specification",
            "criterion",
            "excellencerequirement",
            "gridlevel",
            "expecteddocument",
            "college",
            "authority",
            "seat",
            "campaign",
        )
    ),
)
