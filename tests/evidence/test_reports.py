"""The annual report: gathered from the rooms, written, frozen by its director, set as a document."""

import base64
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.core import documents
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.partial_dates import PartialDate
from cmq.core.text import fold
from cmq.evidence import actions, report
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import FunderKind
from cmq.funding.rules import YearAmounts
from cmq.organisations.models import Organisation
from cmq.projects.models import Project, ProjectOwner, ProjectPicture, ProjectResult
from cmq.reference.models import Commune
from cmq.tours.models import Attendance, Stop, Tour
from cmq.trainings.models import Training, TrainingShare
from tests.core.test_documents import PIXEL
from tests.factories import a_campus, a_contributor, a_director, a_keeper, an_organisation

TODAY, NOW = dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def a_draft(campus: Campus, introduction: str = "Une année.") -> AnnualReport:
    return actions.write_report(
        campus, year=2025, introduction=introduction, conclusion="", version=0, by=None, on=TODAY
    )


def keys(campus: Campus) -> list[str]:
    return [section.key for section in report.gather(campus, 2025, on=TODAY)]


def test_a_report_says_what_the_rooms_know_and_no_internal_money(campus: Campus) -> None:
    assert keys(campus) == ["identite"]
    add_partner(campus, an_organisation("Lycée du Port"), starts_on=PartialDate(2024))
    add_partner(campus, an_organisation("Venu après"), starts_on=PartialDate(2026))
    for name, is_public in (("Région Nord", True), ("Secret", False)):
        terms = AgreementTerms(FunderKind.REGION, "Un poste.", name, is_public=is_public)
        agreement = funding.enter_agreement(campus, terms=terms, by=None)
        lines = [YearAmounts(2025, granted=Decimal("1000.50"))]
        funding.set_years(agreement, lines=lines, granted_total=None, version=1, by=None)
    for year, number in ((2024, 80), (2025, 0)):
        indicator = Indicator.objects.get(code="mobilites")
        actions.state_value(campus, indicator, year=year, said=Statement(Decimal(number)), by=None, at=NOW)
    assert keys(campus) == ["identite", "partenaires", "financements", "indicateurs"]
    said = documents.text(report.document(report.snapshot(a_draft(campus), on=TODAY), is_draft=True))
    assert "Lycée du Port" in said and "Venu après" not in said
    assert "Région Nord" in said and "1\u202f000,50\u00a0€" in said and "Secret" not in said
    assert "Mobilités internationales | 0 mobilités | 80 mobilités" in said
    assert report.DRAFT in said and report.FICTIONAL not in said


def a_project(campus: Campus, title: str, **fields: Any) -> Project:
    given = {"objective": "Former.", "state": "en_cours", "is_public": True, "starts_on": PartialDate(2024), **fields}
    project = Project.objects.create(campus=campus, slug=fold(title).replace(" ", "-"), title=title, **given)
    ProjectOwner.objects.create(project=project, campus=campus, asked_at=NOW, accepted_at=NOW)
    return project


def a_pictured_project(campus: Campus) -> Project:
    project = a_project(campus, "Domotique à domicile")
    ProjectResult.objects.create(project=project, indicator="Aides formées", unit="personnes", target=40, reached=38)
    texts = {"credit": "Photo : essai", "alternative": "Une aide règle un volet"}
    picture = ProjectPicture(project=project, media_type="image/png", width=1, height=1, **texts)
    picture.file.save("volet.png", ContentFile(base64.b64decode(PIXEL)))
    return project


def test_projects_are_told_with_results_and_pictures_that_stay_in_the_report(campus: Campus) -> None:
    project, other = a_pictured_project(campus), a_campus("Campus voisin")
    ProjectOwner.objects.create(project=project, campus=other, asked_at=NOW, accepted_at=NOW)
    for title, fields in (
        ("Caché", {"is_public": False}),
        ("Rêvé", {"state": "idee"}),
        ("Fini", {"ends_on": PartialDate(2024, 12)}),
        ("Futur", {"starts_on": PartialDate(2026)}),
        ("Sans date", {"starts_on": None}),
    ):
        a_project(campus, title, **fields)
    director, annual = a_director(campus), a_draft(campus)
    annual = actions.publish_report(annual, version=1, by=director, at=NOW)
    said = next(section for section in annual.snapshot["sections"] if section["key"] == "projets")
    assert said["items"] == ["Domotique à domicile (en cours, porté avec Campus voisin) : Former."]
    assert said["tables"][0]["rows"] == [["Domotique à domicile", "Aides formées (personnes)", "40", "38"]]
    kept = said["pictures"][0]["file"]
    assert kept.startswith("rapports/2025/") and default_storage.exists(kept)
    picture = project.pictures.get()
    default_storage.delete(picture.file.name)
    project.delete()
    made = documents.pdf(report.document(annual.snapshot, is_draft=False), at=NOW)
    assert "Photo : essai" in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    default_storage.delete(kept)
    assert "Photo" not in documents.text(report.document(annual.snapshot, is_draft=False))


def test_tours_are_told_on_the_clocks_of_their_places_with_who_came(campus: Campus) -> None:
    tour = Tour.objects.create(
        campus=campus, slug="tour", title="Tournée", summary="x", is_published=True, created_at=NOW
    )
    reunion, berck = Commune.objects.get(insee_code="97416"), Commune.objects.get(insee_code="62108")

    def stop(starts: dt.datetime, commune: Commune, **fields: Any) -> Stop:
        ends = starts + dt.timedelta(hours=2)
        return Stop.objects.create(tour=tour, starts_at=starts, ends_at=ends, commune=commune, place="Salle", **fields)

    held = stop(dt.datetime(2025, 5, 2, 8, tzinfo=dt.UTC), berck, state="tenue")
    Attendance.objects.create(stop=held, audience="eleves", number=40)
    Attendance.objects.create(stop=held, audience="apprentis", number=2)
    # Already 2025 on the island, still 2024 in Paris.
    stop(dt.datetime(2024, 12, 31, 21, tzinfo=dt.UTC), reunion, state="tenue")
    stop(dt.datetime(2025, 6, 2, 8, tzinfo=dt.UTC), berck, state="annulee", reason="Pluie")
    section = next(each for each in report.gather(campus, 2025, on=TODAY) if each.key == "tournees")
    assert section.paragraphs == ["2 étapes, 42 personnes comptées."]
    assert [row[1:] for row in section.tables[0]["rows"]] == [
        ["01/01/2025", f"{reunion.name}, Salle", "inconnu"],
        ["02/05/2025", f"{berck.name}, Salle", "42"],
    ]
    tour.is_published = False
    tour.save()
    assert "tournees" not in keys(campus)


def a_training(campus: Campus, title: str, organisation: Organisation, **fields: Any) -> Training:
    given = {"confirmed_on": TODAY, "starts_on": dt.date(2024, 9, 1), **fields}
    return Training.objects.create(campus=campus, organisation=organisation, title=title, **given)


def test_trainings_are_told_as_they_stood_at_the_end_of_the_year(campus: Campus) -> None:
    school, gone, other = an_organisation("Lycée A"), an_organisation("Lycée parti"), a_campus("Campus voisin")
    add_partner(campus, school, starts_on=PartialDate(2020))
    add_partner(campus, gone, starts_on=PartialDate(2020), ends_on=PartialDate(2025, 6))
    add_partner(other, school, starts_on=PartialDate(2020))
    a_training(campus, "Aide à domicile", school, level=3, capacity=24)
    a_training(campus, "Finie", school, ends_on=dt.date(2025, 7, 1))
    a_training(campus, "Venue après", school, starts_on=dt.date(2026, 1, 2))
    a_training(campus, "Orpheline", gone)
    shared = a_training(other, "Domotique", school)
    TrainingShare.objects.create(training=shared, campus=campus, accepted_at=NOW)
    section = next(each for each in report.gather(campus, 2025, on=TODAY) if each.key == "formations")
    assert section.paragraphs == ["2 formations offertes au 31/12/2025."]
    assert section.tables[0]["rows"] == [
        ["Aide à domicile", "Niveau 3", "Lycée A", "24"],
        ["Domotique (avec Campus voisin)", "inconnu", "Lycée A", "inconnu"],
    ]


def test_gathering_costs_the_same_for_one_thing_and_for_many(campus: Campus) -> None:
    counts = []
    for number in range(2):
        a_project(campus, f"Projet {number}")
        school = an_organisation()
        add_partner(campus, school, starts_on=PartialDate(2024))
        a_training(campus, f"Formation {number}", school)
        with CaptureQueriesContext(connection) as queries:
            report.gather(campus, 2025, on=TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_the_director_publishes_and_what_is_published_stays(campus: Campus) -> None:
    director, annual = a_director(campus), a_draft(campus)
    for by in (a_contributor(campus), a_keeper(), a_director(a_campus())):
        with pytest.raises(NotAllowed):
            actions.publish_report(annual, version=1, by=by)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.publish_report(annual, version=7, by=director)
    annual = actions.publish_report(annual, version=1, by=director, at=NOW)
    frozen = annual.snapshot
    add_partner(campus, an_organisation("Venu depuis"), starts_on=PartialDate(2025))
    annual.refresh_from_db()
    assert annual.snapshot == frozen and "Venu depuis" not in str(frozen)
    with pytest.raises(Refusal, match="déjà publié"):
        actions.publish_report(annual, version=2, by=director)
    with pytest.raises(Refusal, match="reprenez-le"):
        actions.write_report(campus, year=2025, introduction="x", conclusion="", version=2, by=director, on=TODAY)
    made = documents.pdf(report.document(frozen, is_draft=False), at=NOW)
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/MarkInfo"]["/Marked"].value is True


def test_a_published_report_is_taken_back_with_a_reason(campus: Campus) -> None:
    director, annual = a_director(campus), a_draft(campus)
    with pytest.raises(Refusal, match="pas publié"):
        actions.reopen_report(annual, reason="x", by=director)
    actions.publish_report(annual, version=1, by=director)
    with pytest.raises(Refusal, match="pourquoi"):
        actions.reopen_report(annual, reason=" ", by=director)
    with pytest.raises(NotAllowed):
        actions.reopen_report(annual, reason="x", by=a_contributor(campus))
    back = actions.reopen_report(annual, reason="Erreur de chiffre", by=director)
    assert not back.is_published and back.snapshot is None and back.introduction == "Une année."


def test_a_report_is_written_by_one_at_a_time_about_a_year_that_began(campus: Campus) -> None:
    a_draft(campus)
    with pytest.raises(Refusal, match="entre-temps"):
        a_draft(campus)
    with pytest.raises(Refusal, match="n’a pas commencé"):
        actions.write_report(campus, year=2027, introduction="", conclusion="", version=0, by=None, on=TODAY)
    with pytest.raises(Refusal, match="5 000 signes"):
        actions.write_report(campus, year=2025, introduction="x" * 5001, conclusion="", version=1, by=None, on=TODAY)
    with pytest.raises(NotAllowed):
        by = a_contributor(a_campus())
        actions.write_report(campus, year=2025, introduction="", conclusion="", version=1, by=by, on=TODAY)
    empty = actions.write_report(campus, year=2025, introduction="", conclusion="", version=1, by=None, on=TODAY)
    with pytest.raises(Refusal, match="l’introduction"):
        actions.publish_report(empty, version=2, by=a_director(campus))


def test_the_database_forbids_a_published_report_that_is_not_frozen(campus: Campus) -> None:
    annual = a_draft(campus)
    for fields in ({"published_at": NOW}, {"snapshot": {}}, {"year": 1999}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AnnualReport.objects.filter(pk=annual.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnualReport.objects.create(campus=campus, year=2025)
