"""The one list of trainings at places, built from tables and from what campuses do."""

import pytest
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.catalogue.actions import build_courses, follow
from cmq.catalogue.models import Course, Establishment, InsertionRate, ParcoursupProgramme
from cmq.certifications.models import Diploma
from cmq.core.feed import change_set, record
from cmq.core.models import Source
from cmq.onisep.models import OnisepCourse, OnisepTraining
from cmq.organisations.models import Organisation
from cmq.trainings.models import Training, TrainingRome, TrainingWay, Way
from tests.factories import a_campus, an_organisation

pytestmark = pytest.mark.django_db

UAI = "0590122M"
TITLE = "Métiers du froid et des énergies renouvelables"


@pytest.fixture
def sources() -> None:
    onisep = Source.objects.create(title="Onisep : actions – Onisep")
    Diploma.objects.create(
        code="1", title=f"Bac pro {TITLE}", rncp_code="RNCP38878", cfd_code="40022706", rome_codes=["I1306"]
    )
    Establishment.objects.create(uai=UAI, name="Lycée Pasteur", commune_id="59350", latitude=50.6, longitude=3.0)
    OnisepTraining.objects.create(onisep_id="FOR.1", title="x", cfd_code="40022706", level=4, source=onisep)
    OnisepCourse.objects.create(
        onisep_id="AF.1", training_id="FOR.1", uai=UAI, title=f"bac pro {TITLE.lower()}", source=onisep
    )
    rate = {"uai": UAI, "code_kind": "MEFSTAT11", "code": "2", "way": "scolaire", "diploma_kind": "BAC PRO"}
    InsertionRate.objects.create(period="cumul 2022-2023", title=TITLE.upper(), employed_6_months=1, **rate)
    InsertionRate.objects.create(period="cumul 2023-2024", title=TITLE.upper(), employed_6_months=52, **rate)
    InsertionRate.objects.create(period="cumul 2023-2024", title="Cuisine", **{**rate, "code": "3"})
    ParcoursupProgramme.objects.create(
        code="7", session=2025, uai=UAI, title="BTS - Services - Tourisme", access_rate=59, establishment_name="Pasteur"
    )


@pytest.fixture
def lycee() -> Organisation:
    return an_organisation("Lycée Louis-Pasteur", uai=UAI)


def a_training(campus: Campus, lycee: Organisation, **fields: object) -> Training:
    if not campus.partnerships.filter(organisation=lycee).exists():
        add_partner(campus, lycee)
    fields = {"title": TITLE, "diploma": "Bac pro", "confirmed_on": timezone.localdate(), **fields}
    training = Training.objects.create(campus=campus, organisation=lycee, **fields)
    TrainingWay.objects.create(training=training, way=Way.APPRENTICESHIP)
    TrainingRome.objects.create(training=training, code="I1306")
    return training


def test_four_sources_and_a_campus_make_one_row(sources: None, lycee: Organisation) -> None:
    training = a_training(a_campus("Campus du froid"), lycee, capacity=12)
    build_courses()
    course = Course.objects.get(rncp_code="RNCP38878")
    assert course.title == TITLE and course.training == training and course.places == 12
    assert (course.place_name, course.commune_id, course.latitude) == ("Lycée Pasteur", "59350", 50.6)
    assert (course.employed_6_months, course.rates_period) == (52, "cumul 2023-2024")
    assert course.by_school and course.by_apprenticeship and course.is_share_alike and course.rome_codes == ["I1306"]
    slugs = {name: origin[0] for name, origin in course.provenance.items()}
    assert (slugs["title"], slugs["employed_6_months"], slugs["latitude"]) == ("campus", "inserjeunes", "annuaire")


def test_a_secret_is_not_the_same_as_nothing_counted(sources: None) -> None:
    build_courses()
    assert Course.objects.get(folded_title="bac pro cuisine").rates_are_secret
    tourism = Course.objects.get(title__startswith="BTS")
    assert not tourism.rates_are_secret and tourism.rates_period == "" and tourism.access_rate == 59


def test_building_again_writes_nothing_and_keeps_addresses(sources: None, lycee: Organisation) -> None:
    build_courses()
    before = dict(Course.objects.values_list("key", "pk"))
    assert build_courses() == 0
    a_training(a_campus(), lycee)
    assert build_courses() == 1
    assert before.items() <= dict(Course.objects.values_list("key", "pk")).items()


def test_the_list_follows_what_campuses_do(sources: None, lycee: Organisation) -> None:
    build_courses()
    follow()
    training = a_training(a_campus(), lycee, title="Domotique", diploma="")
    with change_set():
        record(training, "trainings.enter", "Domotique")
    assert follow() == 1
    assert Course.objects.filter(title="Domotique", training=training).count() == 1
    assert follow() == 0
    with change_set():
        record(training, "trainings.end", "Domotique")
        training.ends_on = timezone.localdate().replace(year=2020)
        training.starts_on = None
        training.save()
    assert follow() == 1
    assert not Course.objects.filter(title="Domotique").exists()
    assert Course.objects.filter(rncp_code="RNCP38878").exists()


def test_a_place_without_uai_is_told_by_its_organisation() -> None:
    campus = a_campus()
    for name in ("CFA A", "CFA B"):
        a_training(campus, an_organisation(name))
    build_courses()
    assert Course.objects.filter(folded_title__contains="froid").count() == 2
