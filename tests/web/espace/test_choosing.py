"""A training begun from the official lists."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.careers.actions import load_occupations
from cmq.certifications.models import Certification, CertificationOccupation, Diploma
from cmq.core.models import Source
from cmq.trainings.models import Training
from tests.factories import a_campus, a_director, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(client: Client) -> Campus:
    campus = a_campus()
    add_partner(campus, an_organisation("Lycée des Soins"))
    client.force_login(a_director(campus))
    return campus


@pytest.fixture
def lists() -> None:
    load_occupations()
    source = Source.objects.create(title="RNCP, 2026-11-27 – France compétences", url="https://exemple.fr/rncp")
    row = Certification.objects.create(
        code="RNCP40692",
        title="Aide-soignant",
        folded_title="aide soignant",
        kind="Diplôme d’État",
        level=4,
        source=source,
    )
    CertificationOccupation.objects.create(certification=row, occupation_id="J1501")
    Certification.objects.create(
        code="RNCP1", title="Aide-soignant d’avant", folded_title="aide soignant", is_active=False
    )
    Diploma.objects.create(
        code="9", title="DU de soin", folded_title="du de soin", kind="Diplôme d’université", level=2
    )


def choosing(client: Client, campus: Campus, q: str) -> str:
    response = client.get(reverse("espace_training_choose", args=[campus.slug]), {"q": q})
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_not_loaded_is_said(client: Client, campus: Campus) -> None:
    assert choosing(client, campus, "soin").count("n’est pas chargée") == 3


def test_words_and_codes_find_what_is_current(client: Client, campus: Campus, lists: None) -> None:
    text = choosing(client, campus, "AIDE soignant")
    assert "RNCP40692" in text and "d’avant" not in text and "ROME J1501" in text
    assert "RNCP40692" in choosing(client, campus, "rncp40692")
    assert "Rien sous ces mots" in choosing(client, campus, "zzz")


def test_what_is_chosen_fills_the_form_with_its_source(client: Client, campus: Campus, lists: None) -> None:
    [address] = re.findall(r'href="([^"]*rncp=RNCP40692)"', choosing(client, campus, "aide-soignant"))
    form = client.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields}
    assert (given["title"], given["level"], given["rncp_code"], given["romes"]) == (
        "Aide-soignant",
        4,
        "RNCP40692",
        "J1501",
    )
    sent = {name: value for name, value in given.items() if value not in (None, "", [])}
    response = client.post(address, {**sent, "organisation": campus.partnerships.get().organisation_id})
    assert response.status_code == 302, response.context["form"].errors
    training = Training.objects.get()
    assert (training.rncp_code, training.romes.get().code) == ("RNCP40692", "J1501")
    assert [source.title for source in training.sources.all()] == ["RNCP, 2026-11-27 – France compétences"]


@pytest.mark.parametrize("query", ["diplome=9", "metier=J1501", "rncp=RNCP0", "metier=%00", "diplome=" + "9" * 500])
def test_any_address_gives_a_form(client: Client, campus: Campus, lists: None, query: str) -> None:
    address = f"{reverse('espace_training_new', args=[campus.slug])}?{query}"
    assert client.get(address).status_code in (200, 400)
