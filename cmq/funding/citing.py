"""Where agreements cite organisations, for the partners that have left."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import Q

from cmq.campuses.models import Campus
from cmq.funding.models import FundingAgreement
from cmq.network.citing import Citation
from cmq.organisations.models import Organisation


def paid_by(campus: Campus, organisations: Collection[Organisation], on: dt.date) -> Iterator[Citation]:
    """Agreements that a campus holds, not over, and that they pay."""
    running = Q(ends_on=None) | Q(ends_on__gte=on)
    rows = FundingAgreement.objects.standing().filter(running, campus=campus, funder__in=organisations)
    for agreement in rows.select_related("funder"):
        assert agreement.funder is not None
        path = f"financements/conventions/{agreement.pk}/"
        yield Citation(agreement.funder, agreement, f"convention de financement « {agreement} »", path)
