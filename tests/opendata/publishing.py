"""One public row in every dataset, and beside each what must never leave: the demonstration, the internal, the few."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cmq.campuses.actions import add_area, add_partner
from cmq.campuses.models import AreaKind, Campus
from cmq.careers.models import Occupation
from cmq.core.partial_dates import PartialDate
from cmq.evidence.actions import load_indicators
from cmq.evidence.models import Indicator, IndicatorValue
from cmq.funding.models import FundingAgreement
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind
from cmq.projects.models import Project, ProjectOwner
from cmq.reference.models import Commune
from cmq.tours.models import Stop, Tour
from cmq.trainings.models import Training
from tests.factories import a_campus, an_organisation, an_origin

ARRAS = "62041"


def publish(word: str, *, is_demo: bool = False, is_public: bool = True) -> Campus:
    """A campus with one thing of every kind, each of whose texts bears the word."""
    campus = a_campus(f"Campus {word}", region="32", filiere="infrastructures", is_demo=is_demo)
    arras, now = Commune.objects.get(insee_code=ARRAS), timezone.now()
    lycee = an_organisation(f"Lycée {word}", commune=arras, is_demo=is_demo)
    add_area(campus, kind=AreaKind.SEAT, place=arras, origin=an_origin())
    add_partner(campus, lycee, origin=an_origin(f"Convention {word}"))
    terms: dict[str, Any] = {"campus": campus, "origin": an_origin()}
    record_decision(kind=DecisionKind.AWARDED, decided_on=PartialDate(2024, 2), **terms)
    said: dict[str, Any] = {"campus": campus}
    Training.objects.create(**said, organisation=lycee, title=f"BTS {word}", commune=arras, confirmed_on=now.date())
    project = Project.objects.create(
        **said, slug=campus.slug, title=f"Projet {word}", objective="Montrer", is_public=is_public
    )
    ProjectOwner.objects.create(project=project, campus=campus, asked_at=now, accepted_at=now)
    tour = Tour.objects.create(
        **said, slug=campus.slug, title=f"Tournée {word}", summary="S", is_published=is_public, created_at=now
    )
    Stop.objects.create(
        tour=tour, starts_at=now, ends_at=now + dt.timedelta(hours=2), commune=arras, place=f"Place {word}"
    )
    FundingAgreement.objects.create(
        **said, kind="region", purpose=f"Payer {word}", granted_total=Decimal("1500.50"), is_public=is_public
    )
    return campus


def measure(campus: Campus, code: str, number: Decimal | None, **said: Any) -> IndicatorValue:
    """A value of an indicator for 2025."""
    load_indicators()
    indicator = Indicator.objects.get(code=code)
    return IndicatorValue.objects.create(
        campus=campus, indicator=indicator, year=2025, number=number, stated_at=timezone.now(), **said
    )


def a_job(code: str = "K1302", **said: Any) -> Occupation:
    """A job sheet."""
    titles = {"title": "Aide à domicile", "slug": f"{code.lower()}-aide", "folded_title": "aide a domicile"}
    return Occupation.objects.create(code=code, **titles, **said)
