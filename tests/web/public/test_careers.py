"""Job sheets: found, whole, honest about what is not known."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.careers.actions import load_occupations, write_note
from cmq.careers.models import JobTitle, LinkKind, Occupation, OccupationLink, OccupationTrait, TraitKind
from cmq.certifications.models import Certification, CertificationOccupation
from cmq.labour.models import Basin, JobFamily, JobFamilyOccupation, RecruitmentNeed
from cmq.offers.models import JobOffer
from cmq.trainings.models import Training, TrainingRome
from cmq.web import page_cache
from tests.factories import a_campus, a_keeper, an_organisation

pytestmark = pytest.mark.django_db

SHEET = "/metiers/j1501-aide-soignant-aide-soignante/"


@pytest.fixture
def job() -> Occupation:
    load_occupations()
    return Occupation.objects.get(code="J1501")


def a_training(campus: Campus, title: str = "Aide-soignant") -> Training:
    """On offer in the campus, leading to the job."""
    giver = add_partner(campus, an_organisation()).organisation
    said = {"organisation": giver, "confirmed_on": timezone.localdate()}
    training = Training.objects.create(campus=campus, title=title, **said)
    TrainingRome.objects.create(training=training, code="J1501")
    return training


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_jobs_are_found_by_domain_title_or_any_of_their_names(client: Client, job: Occupation) -> None:
    JobTitle.objects.create(ogr_code="1", occupation=job, long_name="Soignant de nuit", folded_name="soignant de nuit")
    assert "1 584 métiers" in text_of(client, "/metiers/")
    for path in ("/metiers/?q=AIDE+soignante&domaine=J", "/metiers/?q=nuit+soignant"):
        assert SHEET in text_of(client, path)
    assert "Aucun métier ne porte ces mots" in text_of(client, "/metiers/?q=xyzxyz")
    assert client.get("/metiers/?domaine=Z").status_code == 400
    assert client.get("/metiers/?page=99").status_code == 404


def test_a_sheet_says_what_is_not_loaded(client: Client, job: Occupation) -> None:
    text = text_of(client, SHEET)
    assert "n’est pas chargé" in text and "Aucun campus n’a encore inscrit" in text and "Aucune offre ouverte" in text
    assert "Besoins en main" not in text
    assert "ROME 4.0 : codes, intitulés et secteurs" in text


def test_an_address_of_before_leads_to_the_sheet_and_an_unknown_one_nowhere(client: Client, job: Occupation) -> None:
    assert client.get("/metiers/j1501-ancien-intitule/")["Location"] == SHEET
    assert client.get("/metiers/z9999-rien/").status_code == 404


def test_a_sheet_leads_to_trainings_campuses_offers_needs_and_other_jobs(client: Client, job: Occupation) -> None:
    training = a_training(a_campus("Campus du soin"))
    certification = Certification.objects.create(code="RNCP40692", title="DE aide-soignant", level=4)
    CertificationOccupation.objects.create(certification=certification, occupation=job)
    OccupationLink.objects.create(origin=job, target_id="K1302", kind=LinkKind.CLOSE)
    OccupationTrait.objects.create(occupation=job, kind=TraitKind.KNOW_HOW, name="Laver", group="Soin", is_core=True)
    now = timezone.now()
    stamps = {"published_at": now, "modified_at": now, "confirmed_at": now}
    JobOffer.objects.create(title="Aide-soignant de nuit", occupation=job, **stamps)
    JobOffer.objects.create(title="Trop tard", occupation=job, expires_at=now, **stamps)
    text = text_of(client, SHEET)
    assert training.get_absolute_url() in text and "Campus du soin" in text
    for said in ("RNCP40692", "cœur du métier", "1 offre ouverte", "Aide-soignant de nuit", "/metiers/k1302-"):
        assert said in text, said
    assert "Trop tard" not in text


def test_secret_figures_are_said_to_be_and_make_lower_bounds(client: Client, job: Occupation) -> None:
    family = JobFamily.objects.create(code="V0X60", name="Aides-soignants")
    basin = Basin.objects.create(code="1", name="Lille")
    JobFamilyOccupation.objects.create(family=family, occupation=job, is_deduced=True)
    for year, departement, planned, difficult in (
        (2023, "59", 900, 1),
        (2024, "59", 100, 60),
        (2024, "62", None, None),
    ):
        row = {"planned": planned, "difficult": difficult, "departement_id": departement}
        RecruitmentNeed.objects.create(year=year, family=family, basin=basin, **row)
    text = text_of(client, SHEET)
    assert "En 2024" in text and "100 recrutements" in text and "60 % jugés difficiles" in text
    assert "sont des minimums" in text and "rapprochée du métier par son nom" in text


def test_our_own_words_stand_apart_and_two_editors_do_not_undo_each_other(client: Client, job: Occupation) -> None:
    keeper = a_keeper()
    client.force_login(keeper)
    address = "/espace/registre/metiers/J1501/"
    assert client.post(address, {"version": "0", "text": "Un métier <b>vivant</b>."}).status_code == 302
    text = text_of(client, SHEET)
    assert "Le mot de la rédaction" in text and "Un métier &lt;b&gt;vivant&lt;/b&gt;." in text
    late = client.post(address, {"version": "0", "text": "Autre chose"})
    assert late.status_code == 422 and "Quelqu’un a écrit" in late.content.decode()
    assert "Autre chose" in late.content.decode()
    assert write_note(job, text="  ", version=1, by=keeper) is None
    page_cache.shelf.looked_at = float("-inf")
    assert "Le mot de la rédaction" not in text_of(client, SHEET)


def test_the_sheet_asks_no_more_of_the_database_for_more_trainings(
    client: Client, job: Occupation, django_assert_max_num_queries: object
) -> None:
    campus = a_campus()
    for _ in range(3):
        a_training(campus)
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        client.get(SHEET)


def test_keepers_read_what_became_of_each_source(client: Client) -> None:
    client.force_login(a_keeper())
    assert "jamais chargée" in text_of(client, "/espace/registre/sources/")
    assert client.get("/espace/registre/sources/lune/").status_code == 404
