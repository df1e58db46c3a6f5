"""What the tours of a campus add up to."""

import datetime as dt

from django.db.models import Sum

from cmq.campuses.models import Campus
from cmq.tours.models import Attendance, Audience, StopState
from cmq.tours.zones import PARIS


def people_reached(campus: Campus, year: int) -> dict[Audience, int]:
    """How many people of each public came to the stops that a campus held in a year (of Paris, as reports count it).

    A public that nobody counted is left out: unknown is not zero.
    """
    first, next_one = (dt.datetime(number, 1, 1, tzinfo=PARIS) for number in (year, year + 1))
    counted = Attendance.objects.filter(
        stop__tour__campus=campus,
        stop__state=StopState.HELD,
        stop__starts_at__gte=first,
        stop__starts_at__lt=next_one,
    )
    sums = dict(counted.order_by().values_list("audience").annotate(Sum("number")))
    return {audience: sums[audience] for audience in Audience if audience in sums}
