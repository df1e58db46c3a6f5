"""Campuses somewhere."""

from cmq.campuses.actions import add_area
from cmq.campuses.models import AreaKind, Campus
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.reference.models import Commune
from tests.factories import a_campus, an_origin


def placed(name: str, filiere: str, commune: str, *, region: str, ends: int = 2030) -> Campus:
    """A campus with its seat in a commune and a label until the end of a year."""
    campus = a_campus(name, region=region, filiere=filiere)
    seat = Commune.objects.get(insee_code=commune)
    add_area(campus, kind=AreaKind.SEAT, place=seat, origin=an_origin())
    record_decision(
        campus=campus,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(ends - 4, 1, 1),
        terms=Terms(starts_on=PartialDate(ends - 4, 1, 1), ends_on=PartialDate(ends, 12, 31)),
        origin=an_origin(),
    )
    return campus
