"""One form of words for the index and for the questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.text import fold
from cmq.reference.geo import distance_km
from cmq.search import engine, words
from cmq.search.cells import cells_around, cells_of
from cmq.search.spelling import Spellings

assert engine.SCHEMA_VERSION


@pytest.mark.parametrize(
    "forms",
    [
        ("infirmier", "Infirmière", "INFIRMIERS", "infirmie\u0300res"),
        ("aide-soignant", "aide soignante", "Aides-soignantes", "AIDE SOIGNANT", "l’aide-soignante"),
        ("coiffeur", "coiffeuse", "coiffeuses"),
        ("éducateur", "educatrice", "Éducatrices"),
        ("directeur", "directrice"),
        ("boulanger", "boulangère"),
        ("technicien", "technicienne", "Techniciennes"),
        ("employé de l’étage", "employée d'étage"),
        ("sportif", "sportive"),
        ("professionnel", "professionnelles"),
        ("cœur", "coeur"),
    ],
)
def test_forms_of_one_word_meet(forms: tuple[str, ...]) -> None:
    assert len({words.key(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("boulanger", "boulon"), ("coiffeur", "coffreur")])
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert words.key(one) != words.key(other)


def test_words_that_only_bind_are_left_out() -> None:
    assert words.telling("Infirmier (h/f) à l’hôpital de la mer") == ["infirmier", "hopital", "mer"]


@given(st.text(max_size=80))
def test_words_are_those_of_the_house_s_folding(text: str) -> None:
    joined = "".join(words.words(text))
    assert joined == fold(text).replace(" ", "") or not text.isascii()
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words.words(text))


def test_a_text_folds_as_the_rest_of_the_site_does() -> None:
    for text in (
        "L’Île-d'Yeu",
        "Œnologue & caviste",
        "BAC+2 / BTS",
        "Saint-Étienne (42)",
        "½ journée",
        "agent\u00a0n° 3",
    ):
        assert " ".join(words.words(text)) == fold(text)


@given(st.floats(-21, 51), st.floats(-62, 56), st.sampled_from((2, 5, 10, 30, 50, 100)), st.data())
def test_a_circle_of_squares_is_right_to_400_metres(lat: float, lon: float, radius: int, data: st.DataObject) -> None:
    squares = set(cells_around(lat, lon, radius))
    shift = st.floats(-1.3 * radius / 111, 1.3 * radius / 111)
    other_lat, other_lon = lat + data.draw(shift), lon + data.draw(shift)
    distance = distance_km(lat, lon, other_lat, other_lon)
    if abs(distance - radius) > 0.42:
        assert bool(squares.intersection(cells_of(other_lat, other_lon))) == (distance <= radius)


def test_a_large_circle_needs_few_squares() -> None:
    assert len(cells_around(50.4, 1.6, 30)) < 1_500
    assert len(cells_around(50.4, 1.6, 100)) < 5_000


KNOWN = Spellings([("infirmier", 90), ("infirmiere", 30), ("maçon", 1), ("macon", 5), ("aide", 50), ("soignant", 40)])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("infimier", "infirmier"), ("infrimier", "infirmier"), ("infirmierr", "infirmier"), ("macn", "macon")],
)
def test_slips_find_the_closest_word(typed: str, meant: str) -> None:
    assert KNOWN.close(typed)[:1] == [meant]


@pytest.mark.parametrize("typed", ["mac", "ide", "x9j12", "", "boulanger"])
def test_short_words_figures_and_strangers_are_not_guessed(typed: str) -> None:
    assert KNOWN.close(typed) == []


def test_two_words_written_as_one_are_parted() -> None:
    assert KNOWN.parted("aidesoignant") == ("aide", "soignant")
    assert KNOWN.parted("aidemachin") is None


def test_beginnings_give_the_most_used_first() -> None:
    assert KNOWN.beginning("inf") == ["infirmier", "infirmiere"]
