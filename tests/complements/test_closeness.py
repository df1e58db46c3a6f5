"""Titles that say the same thing: the pairs on both sides of the threshold, and what no wording changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.complements.closeness import are_close, close_pairs, names, words_of

SAME = [
    ("Domotique pour l’aide à domicile", "Aide à domicile : domotique"),
    ("Domotique", "Bases de la domotique"),
    ("SÉCURITÉ AU DOMICILE", "Sécurité à domicile"),
    ("Soins infirmiers", "Soin infirmier"),
    ("Prévention des chutes", "Chutes : prévention"),
    ("Ergonomie du poste de travail", "Ergonomie des postes de travail"),
    ("Accompagnement de la personne âgée", "Accompagnement des personnes âgées"),
    ("Maintenance éolienne en mer", "Maintenance d’éoliennes en mer"),
    ("Construction bois", "Construction en bois"),
    ("Domotque pour l’aide à domicile", "Domotique pour l’aide à domicile"),
]
OTHER = [
    ("Domotique", "Aide à domicile : domotique"),
    ("Aide à domicile : domotique", "Aide à domicile : nutrition"),
    ("Sécurité alimentaire", "Sécurité informatique"),
    ("Sécurité", "Sécurité alimentaire"),
    ("Électronique", "Électrotechnique"),
    ("Soudage", "Sondage"),
    ("Dessin", "Design"),
    ("Menuiserie", "Menuisier"),
    ("Horticulture", "Viticulture"),
    ("Biologie", "Géologie"),
    ("Anglais 1", "Anglais 2"),
    ("Travail du chai", "Travail du bois"),
    ("Charpente bois", "Charpente métal"),
    ("Module", "Formation"),
]
_TITLES = st.lists(
    st.sampled_from(
        ["domotique", "domotiques", "aide", "aides", "à", "domicile", "la", "de", "soin", "soins", "1", "2", "boisé"]
    ),
    max_size=6,
).map(" ".join)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_thing_in_other_words(one: str, other: str) -> None:
    assert are_close(one, other) and are_close(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_only_resembles(one: str, other: str) -> None:
    assert not are_close(one, other) and not are_close(other, one)


@given(_TITLES, _TITLES, st.randoms())
def test_neither_the_order_nor_the_side_matters(one: str, other: str, random: object) -> None:
    words = one.split()
    random.shuffle(words)  # type: ignore[attr-defined]
    assert are_close(one, " ".join(words).upper()) is bool(words_of(one))
    assert are_close(one, other) is are_close(other, one)
    pairs = set(close_pairs([one, "Bois"], [other, "bois"]))
    assert pairs == set(close_pairs([other, "bois"], [one, "Bois"]))
    assert (tuple(sorted((one, other))) in pairs) is are_close(one, other) and ("Bois", "bois") in pairs


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_compared(one: str, other: str) -> None:
    assert are_close(one, other) is are_close(other, one)


def test_a_text_names_what_it_says_whole() -> None:
    assert names("Nous cherchons un module de domotique pour dix apprentis", "La domotique")
    assert not names("Nous cherchons un module de domotique", "Domotique : aide à domicile")
    assert not names("Cherche un module", "Module")
