"""One training in several sources is one row, and each field says where it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.catalogue.merging import CAMPUS, INSERJEUNES, ONISEP, PARCOURSUP, SCHOOLS, Statement, merge
from cmq.catalogue.naming import short_form

VALUES = st.one_of(st.none(), st.just(""), st.integers(0, 9), st.text(max_size=3))
STATEMENTS = st.lists(
    st.builds(
        Statement,
        st.sampled_from([CAMPUS, SCHOOLS, ONISEP, PARCOURSUP, INSERJEUNES]),
        st.just("titre"),
        st.sampled_from(["", "2024", "2025-01-01"]),
        st.dictionaries(st.sampled_from(["title", "places", "latitude", "longitude", "by_school"]), VALUES),
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    "names",
    [
        ("BTS - Production - Electrotechnique", "BTS électrotechnique"),
        ("BAC PRO METIERS DU FROID", "baccalauréat professionnel métiers du froid", "Bac pro Métier du froid"),
        ("Brevet de technicien supérieur agricole Productions animales", "BTSA productions animales"),
        ("DE aide-soignant", "Diplôme d'État d'aide-soignant"),
        ("BTS - Services - Tourisme - en apprentissage", "BTS tourisme"),
    ],
)
def test_one_training_has_one_form(names: tuple[str, ...]) -> None:
    assert len({short_form(name) for name in names}) == 1


def test_two_trainings_have_two_forms() -> None:
    names = ["CAP cuisine", "Bac pro cuisine", "CAP pâtissier", "BTS tourisme", "Licence professionnelle tourisme"]
    assert len({short_form(name) for name in names}) == len(names)


def test_who_gives_it_knows_best_but_the_annuaire_knows_the_place() -> None:
    campus = Statement(CAMPUS, "Campus", "2026-01-01", {"title": "Froid", "places": 20, "place_name": "Le lycée"})
    school = Statement(
        SCHOOLS, "Annuaire", "2026-05-27", {"place_name": "Lycée Pasteur", "latitude": 50.0, "longitude": 3.0}
    )
    parcoursup = Statement(PARCOURSUP, "Parcoursup", "2025", {"title": "BTS Froid", "places": 24, "access_rate": 59})
    values, origins = merge([parcoursup, school, campus])
    assert values == {
        **{"title": "Froid", "places": 20, "place_name": "Lycée Pasteur", "latitude": 50.0, "longitude": 3.0},
        "access_rate": 59,
    }
    assert origins["places"] == [CAMPUS, "Campus", "2026-01-01"] and origins["access_rate"][0] == PARCOURSUP


def test_a_place_never_lies_between_two_sources() -> None:
    half = Statement(ONISEP, "Onisep", "", {"latitude": 50.0})
    other = Statement(PARCOURSUP, "Parcoursup", "", {"longitude": 3.0})
    assert merge([half, other]) == ({}, {})


def test_ways_add_up() -> None:
    school = Statement(PARCOURSUP, "P", "2025", {"by_school": True, "by_apprenticeship": False})
    apprentice = Statement(PARCOURSUP, "P", "2025", {"by_school": False, "by_apprenticeship": True})
    values, _ = merge([school, apprentice])
    assert values == {"by_school": True, "by_apprenticeship": True}


@given(STATEMENTS)
def test_every_value_was_said_by_the_source_that_is_named_and_order_does_not_count(said: list[Statement]) -> None:
    values, origins = merge(said)
    assert set(values) == set(origins)
    for name, value in values.items():
        told = [each for each in said if each.origin == origins[name] and each.fields.get(name) not in (None, "", [])]
        assert told and (name == "by_school" or value in [each.fields[name] for each in told])
    assert set(merge(said[::-1])[0]) == set(values)
