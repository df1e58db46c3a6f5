"""Trainings at places: narrowed, near, each fact with its source."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from cmq.careers.models import Occupation
from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import Course
from tests.catalogue.test_courses import TITLE, a_training, lycee, sources  # noqa: F401
from tests.factories import a_campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(sources: None) -> None:  # noqa: F811
    build_courses()


def text_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", "3 formations"),
        ("q=froid+energies", "1 formation"),
        ("voie=scolaire", "3 formations"),
        ("voie=apprentissage", "0 formation"),
        ("niveau=4", "1 formation"),
        ("metier=i1306", "1 formation"),
        ("region=hauts-de-france", "3 formations"),
        ("region=bretagne", "0 formation"),
        ("lieu=Lille&rayon=10", "3 formations à 10 km au plus de Lille"),
        ("lieu=Brest&rayon=100", "0 formation"),
    ],
)
def test_what_answers(client: Client, built: None, query: str, count: str) -> None:
    Occupation.objects.create(code="I1306", title="Frigoriste", slug="i1306")
    assert count in text_of(client, f"/formations/?{query}")


def test_a_part_without_meaning_is_said_and_left_out(client: Client, built: None) -> None:
    text = text_of(client, "/formations/?niveau=12&voie=radio&region=lune&metier=Z1&lieu=xyzxyz&rayon=3000", 400)
    assert text.count("n’existe pas") == 2 and "Le niveau va de 3 à 8" in text and "3 formations" in text


def test_a_training_says_where_each_fact_comes_from(client: Client, built: None) -> None:
    course = Course.objects.get(rncp_code="RNCP38878")
    text = text_of(client, course.get_absolute_url())
    assert "52 %" in text and "Taux d’emploi : part des sortants" in text and "licence ODbL" in text
    assert '"@type": "Course"' in text
    other = f"/formations/{course.pk}-autre/"
    assert client.get(other)["Location"] == course.get_absolute_url()
    assert client.get("/formations/999999-rien/").status_code == 404


def test_secret_and_unknown_are_told_apart(client: Client, built: None) -> None:
    secret, unknown = (Course.objects.get(folded_title__contains=word) for word in ("cuisine", "tourisme"))
    assert "couvert par le secret statistique" in text_of(client, secret.get_absolute_url())
    assert "aucune source chargée n’a compté" in text_of(client, unknown.get_absolute_url())


def test_open_days_of_yesterday_are_not_shown(client: Client, sources: None, lycee: object) -> None:  # noqa: F811
    training = a_training(a_campus(), lycee)  # type: ignore[arg-type]
    today = timezone.localdate()
    training.open_days.create(day=today, note="toute la journée")
    training.open_days.create(day=today.replace(year=today.year - 1), note="passée")
    build_courses()
    text = text_of(client, Course.objects.get(training=training).get_absolute_url())
    assert "toute la journée" in text and "passée" not in text and TITLE in text


def test_the_list_asks_no_more_for_more_rows(
    client: Client, built: None, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get("/formations/?lieu=Lille&rayon=10")
