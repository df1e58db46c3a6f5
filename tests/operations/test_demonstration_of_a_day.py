"""What the demonstration shows of labels, tours, reports and renewals, as on one day."""

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from pypdf import PdfReader

from cmq.campuses.models import Campus, Partnership
from cmq.evidence.models import AnnualReport
from cmq.labels.models import LabelDecision
from cmq.labels.states import LabelState, state_of
from cmq.network.rules import departed
from cmq.operations import demonstration
from cmq.operations.demonstration.living.touring import MAIN
from cmq.renewals.models import SectionSource
from cmq.tours.models import RegistrationState, Stop, StopState
from cmq.tours.review import people_reached
from tests.conftest import committed

DAY = dt.date(2026, 11, 24)


@pytest.fixture(scope="module")
def _built(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Built once, for it is long to build."""
    with committed(django_db_blocker), override_settings(VAR_DIR=tmp_path_factory.mktemp("site")):
        demonstration.build(on=DAY)
        yield


pytestmark = pytest.mark.usefixtures("_built", "db")


def test_it_shows_every_state_of_a_label_and_every_desk() -> None:
    states = {state_of(campus, on=DAY) for campus in Campus.objects.filter(is_demo=True)}
    assert states >= {
        LabelState.CURRENT, LabelState.TO_RENEW, LabelState.PROJECT, LabelState.EXPIRED,
        LabelState.ENDED, LabelState.SUSPENDED,
    }  # fmt: skip
    assert set(LabelDecision.objects.filter(campus__is_demo=True).values_list("kind", flat=True)) >= {
        "obtenu", "renouvele", "excellence", "renomme", "perimetre", "fusionne", "fin", "projet",
        "prolonge", "suspendu", "non_renouvele",
    }  # fmt: skip
    assert Partnership.objects.filter(campus__is_demo=True).values("family").distinct().count() == 4
    food = Stop.objects.filter(tour__title="La table en route (fictif)", commune__departement__region="32")
    overseas = Stop.objects.filter(tour__campus__region="04")
    assert (food.count(), overseas.count()) == (12, 1)
    assert set(food.values_list("state", flat=True)) == set(StopState.values)
    assert food.filter(registrations__state=RegistrationState.WAITING).distinct().count() == 1
    assert sum(people_reached(Campus.objects.get(name=MAIN), DAY.year).values()) == 128


def test_the_published_report_shows_a_tour_with_who_came_and_pictures_on_its_page_and_in_its_pdf() -> None:
    report = AnnualReport.objects.get(published_at__isnull=False)
    address = f"/campus/{report.campus.slug}/rapports/{report.year}/"
    page = Client().get(address).content.decode()
    people = sum(people_reached(report.campus, 2025).values())
    assert people == 265 and "3 étapes, 265 personnes comptées." in page
    assert "Gare fictive des Saveurs" in page and page.count("<img") == 2
    pdf = PdfReader(io.BytesIO(Client().get(f"{address[:-1]}.pdf").content))
    text = " ".join(each.extract_text() for each in pdf.pages)
    assert "265 personnes comptées" in text and "Gare fictive des Saveurs" in text
    assert sum(len(each.images) for each in pdf.pages) == 2


def test_a_renewal_is_drawn_from_the_life_of_the_campus_and_a_departed_partner_is_still_cited() -> None:
    drawn = SectionSource.objects.filter(section__application__campus__name=MAIN)
    assert {"Formations du campus", "Membres du campus"} < set(drawn.values_list("label", flat=True))
    for source in drawn.select_related("section"):
        assert source.section.text, source
    assert departed(Campus.objects.get(name=MAIN), DAY)
