"""A small register to look at."""

from collections.abc import Iterator

import pytest

from cmq.campuses.actions import add_area, add_name, add_partner, link_campuses, state_fact
from cmq.campuses.models import AreaKind, Campus, CampusField, LinkKind, NameKind, PartnerRole
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DateNature, DecisionKind
from cmq.reference.models import Academie, Commune, Departement
from tests.conftest import committed
from tests.factories import a_campus, an_organisation, an_origin

NASTY = "<script>alert('x')</script> & \"guillemets\" '; DROP TABLE campus; --"


@pytest.fixture
def als() -> Campus:
    """A campus of which nearly everything is known."""
    return an_als()


@pytest.fixture(scope="module")
def committed_als(django_db_setup: None, django_db_blocker: object) -> Iterator[Campus]:
    """The same, set once for a module, all of whose tests see it."""
    with committed(django_db_blocker):
        yield an_als()


def an_als() -> Campus:
    """Enter the campus of `als`, with all that hangs on it."""
    campus = a_campus("Autonomie, Longévité, Santé", region="32", filiere="services-a-la-personne-bien-etre")
    origin = an_origin("Journal de bord", reliability=Reliability.HIGH)
    state_fact(campus, field=CampusField.ACRONYM, value="CMQE ALS", origin=origin)
    state_fact(campus, field=CampusField.WEBSITE, value="https://exemple.fr/als", origin=origin)
    state_fact(campus, field=CampusField.CATEGORY, value="cmq", origin=an_origin("Vieille liste"))
    add_area(campus, kind=AreaKind.ACADEMIE, place=Academie.objects.get(code="09"), origin=origin)
    add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="59368"), origin=origin)
    add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code="62108"), origin=origin)
    add_area(campus, kind=AreaKind.TERRITORY, place=Departement.objects.get(code="62"), origin=origin)
    add_name(campus, name="Campus du bien vieillir", kind=NameKind.FORMER, origin=origin)
    host = an_organisation("Lycée Valentine Labbé", commune=Commune.objects.get(insee_code="59368"), uai="0590122M")
    add_partner(campus, host, role=PartnerRole.HOST, starts_on=PartialDate(2017), origin=origin)
    record_decision(
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2017, 2),
        campus=campus,
        terms=Terms(date_nature=DateNature.ANNOUNCEMENT, duration_years=4),
        origin=origin,
    )
    record_decision(
        kind=DecisionKind.RAISED,
        decided_on=PartialDate(2021, 2, 4),
        campus=campus,
        terms=Terms(category="excellence", nor="MENE1925423A", published_on=PartialDate(2021, 3, 18)),
        origin=origin,
    )
    return campus


@pytest.fixture
def nasty() -> Campus:
    """A campus whose every text tries to leave its place."""
    campus = a_campus(f"Campus {NASTY}", region="53")
    for field in (CampusField.PURPOSE, CampusField.REMARK, CampusField.LEGAL_FORM):
        state_fact(campus, field=field, value=f"{NASTY} {field}", origin=an_origin(f"Source {NASTY}"))
    add_name(campus, name=f"Nom {NASTY}", kind=NameKind.USUAL)
    add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code="35238"))
    add_partner(campus, an_organisation(f"Lycée {NASTY}", commune=Commune.objects.get(insee_code="35238")))
    return campus


@pytest.fixture
def linked(als: Campus, nasty: Campus) -> Campus:
    """A campus that may be the same as `als`."""
    link_campuses(nasty, als, kind=LinkKind.MAYBE_SAME, origin=an_origin())
    return als
