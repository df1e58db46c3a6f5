"""What the site proposes for an indicator: whole counts of its own rooms, or nothing."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from cmq.campuses.actions import add_partner
from cmq.core.partial_dates import PartialDate
from cmq.evidence.known import known
from cmq.reference.models import Commune
from cmq.tours.models import Attendance, Stop, Tour
from cmq.trainings.models import Training
from tests.factories import a_campus, a_director, an_organisation
from tests.web.espace.test_money import as_

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 1)


def test_people_reached_are_those_counted_at_the_stops_of_the_year() -> None:
    campus = a_campus()
    at = dt.datetime(2025, 5, 2, 8, tzinfo=dt.UTC)
    tour = Tour.objects.create(campus=campus, slug="t", title="T", summary="x", created_at=at)
    for starts, number in ((at, 40), (at.replace(year=2024), 9)):
        ends = starts + dt.timedelta(hours=1)
        commune = Commune.objects.get(insee_code="62108")
        stop = Stop.objects.create(tour=tour, starts_at=starts, ends_at=ends, commune=commune, place="x", state="tenue")
        Attendance.objects.create(stop=stop, audience="eleves", number=number)
    found = known(campus, "personnes-touchees", 2025, on=TODAY)
    assert found is not None and found[0] == 40
    assert known(campus, "personnes-touchees", 2023, on=TODAY) is None
    assert known(campus, "eleves", 2025, on=TODAY) is None
    page = reverse("espace_indicator_state", args=[campus.slug, "personnes-touchees", 2025])
    assert "Le site en compte <strong>40 personnes</strong>" in as_(a_director(campus)).get(page).content.decode()


def test_places_are_proposed_only_when_all_are_known() -> None:
    campus, school = a_campus(), an_organisation()
    add_partner(campus, school, starts_on=PartialDate(2020))
    for title, capacity in (("A", 24), ("B", 12)):
        Training.objects.create(campus=campus, organisation=school, title=title, capacity=capacity, confirmed_on=TODAY)
    found = known(campus, "places", 2025, on=TODAY)
    assert found == (Decimal(36), "les places des formations offertes au 31/12/2025")
    Training.objects.create(campus=campus, organisation=school, title="C", confirmed_on=TODAY)
    assert known(campus, "places", 2025, on=TODAY) is None
