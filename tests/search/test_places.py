"""Places named among other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.search import words
from cmq.search.places import Area, named_place
from cmq.search.selection import Near

pytestmark = pytest.mark.django_db


def read(text: str, **options: object) -> tuple[str, str, int]:
    """What is left of the text, the place, the radius."""
    found = named_place(words.words(text), **options)  # type: ignore[arg-type]
    place = found.place
    label = place.label if isinstance(place, Near | Area) else ""
    return " ".join(word for word in found.left if word not in words.SILENT), label, found.radius


@pytest.mark.parametrize(
    ("text", "left", "place", "radius"),
    [
        ("aide-soignant à 30 km de Berck", "aide soignant", "Berck (62)", 30),
        ("aide soignant 10km autour de Berck-sur-Mer", "aide soignant", "Berck (62)", 10),
        ("dans un rayon de 50 km de Lille, soudeur", "soudeur", "Lille (59)", 50),
        ("infirmier à Lille", "infirmier", "Lille (59)", 30),
        ("infirmier lille", "infirmier", "Lille (59)", 30),
        ("Lille infirmier", "infirmier", "Lille (59)", 30),
        ("infirmier près de St Omer", "infirmier", "Saint-Omer (62)", 30),
        ("plombier 62600", "plombier", "Berck (62)", 30),
        ("coiffeur 59", "coiffeur", "Nord (59)", 30),
        ("coiffeur dans le Nord", "coiffeur", "Nord (59)", 30),
        ("BTS en Bretagne", "bts", "Bretagne", 30),
        ("formation cuisine Hauts-de-France", "formation cuisine", "Hauts-de-France", 30),
        ("vendeur paca", "vendeur", "Provence-Alpes-Côte d’Azur", 30),
        ("boulanger en Alsace", "boulanger", "Alsace", 30),
        ("soudeur Saint-Nazaire 44", "soudeur", "Saint-Nazaire (44)", 30),
        ("CAP petite enfance Paris 15", "cap petite enfance", "Paris 15e Arrondissement (75)", 30),
        ("serveur à La Rochelle", "serveur", "La Rochelle (17)", 30),
        ("apprentissage sur Lyon", "apprentissage", "Lyon (69)", 30),
        ("infirmier en Corse", "infirmier", "Corse", 30),
        ("cuisinier 2A", "cuisinier", "Corse-du-Sud (2A)", 30),
    ],
)
def test_places_are_understood(text: str, left: str, place: str, radius: int) -> None:
    found = read(text)
    assert (found[0], found[1].replace("'", "’"), found[2]) == (left, place, radius)


@pytest.mark.parametrize(
    "text",
    [
        "métiers de la mer",
        "bac + 2 informatique",
        "emploi 35 heures",
        "agent de tri",
        "aide à domicile",
        "chef de rang",
        "RNCP 35513",
        "BTS 2",
        "niveau 4",
        "technicien du son",
        "CDD 6 mois",
    ],
)
def test_what_is_no_place_is_left_alone(text: str) -> None:
    assert read(text)[1] == ""


def test_a_word_of_jobs_is_no_place_unless_a_preposition_says_so() -> None:
    assert read("maçon", means_else=lambda text: text == "macon")[1] == ""
    assert read("soudeur à Mâcon", means_else=lambda text: text == "macon")[1] == "Mâcon (71)"


def test_around_me_is_noticed() -> None:
    found = named_place(words.words("serveur autour de moi"))
    assert found.around_me and found.place is None and found.left == ("serveur",)


@given(
    st.lists(
        st.sampled_from(sorted(words.listed("a de lille 59 30 km berck en nord sur mer 62600 moi bac 2 75056 x"))),
        max_size=9,
    )
)
def test_reading_never_fails_and_never_adds_a_word(typed: list[str]) -> None:
    found = named_place(typed)
    assert set(found.left) <= {*typed, "autour"}
    assert 2 <= found.radius <= 100
