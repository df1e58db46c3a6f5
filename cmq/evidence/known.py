"""What the rooms of the platform already count of an indicator: proposed to who states it, never stated for them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from cmq.campuses.models import Campus
from cmq.tours.models import Attendance
from cmq.trainings.models import Training


def known(campus: Campus, code: str, year: int, *, on: dt.date) -> tuple[Decimal, str] | None:
    """A count and where it comes from, in French; None when the rooms do not know it whole."""
    count = _COUNTS.get(code)
    return count(campus, year, on) if count else None


def _people_reached(campus: Campus, year: int, on: dt.date) -> tuple[Decimal, str] | None:
    """Who came to the stops of the tours that year, on the clocks of their places."""
    around = (year - 1, year + 1)
    rows = Attendance.objects.filter(stop__tour__campus=campus, stop__starts_at__year__range=around)
    counted = [
        each.number
        for each in rows.select_related("stop__commune__departement__region")
        if each.stop.starts.year == year
    ]
    return (Decimal(sum(counted)), "les présences aux étapes des tournées") if counted else None


def _places(campus: Campus, year: int, on: dt.date) -> tuple[Decimal, str] | None:
    """The places of the trainings that the campus itself holds; none when one of them is unknown."""
    day = min(dt.date(year, 12, 31), on)
    held = Training.objects.filter(campus=campus).on_offer(day).values_list("capacity", flat=True)
    places = [capacity for capacity in held if capacity is not None]
    if not places or len(places) < len(held):
        return None
    return Decimal(sum(places)), f"les places des formations offertes au {day.strftime('%d/%m/%Y')}"


_COUNTS: dict[str, Callable[[Campus, int, dt.date], tuple[Decimal, str] | None]] = {
    "personnes-touchees": _people_reached,
    "places": _places,
}
