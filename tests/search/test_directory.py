"""The directory: what a reader types finds the right campuses, and never leads to a dead end."""

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.actions import add_area, add_name, add_partner, state_fact
from cmq.campuses.models import AreaKind, Campus, CampusField, NameKind, PartnerRole
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.labels.states import LabelState
from cmq.reference.models import Academie, Commune
from cmq.search.directory import Selection, Sort, load_choices, load_rows, parse, select
from tests.conftest import committed
from tests.factories import a_campus, an_organisation

pytestmark = pytest.mark.django_db
TODAY = dt.date(2024, 6, 21)


@pytest.fixture(scope="module")
def committed_register(django_db_setup: None, django_db_blocker: object) -> Iterator[dict[str, Campus]]:
    """Set once for all tests of this module."""
    with committed(django_db_blocker):
        yield a_register()


@pytest.fixture(autouse=True)
def register(committed_register: dict[str, Campus]) -> dict[str, Campus]:
    """What each test may add to."""
    return deepcopy(committed_register)


def a_register() -> dict[str, Campus]:
    """Four campuses that resemble real ones."""
    als = a_campus("Autonomie, Longévité, Santé", region="32", filiere="services-a-la-personne-bien-etre")
    state_fact(als, field=CampusField.ACRONYM, value="CMQE ALS")
    state_fact(als, field=CampusField.CATEGORY, value="excellence")
    add_area(als, kind=AreaKind.ACADEMIE, place=Academie.objects.get(code="09"))
    add_area(als, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code="62108"))
    add_partner(als, an_organisation("Lycée Jan Lavezzari"), role=PartnerRole.HOST)
    record_decision(
        kind=DecisionKind.AWARDED, decided_on=PartialDate(2022, 1, 10), campus=als, terms=Terms(duration_years=5)
    )
    aero = a_campus(
        "Aéronautique et spatial", region="76", filiere="mobilite-aeronautique-transports-terrestres-et-maritimes"
    )
    add_area(aero, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="31069"))
    record_decision(kind=DecisionKind.AWARDED, decided_on=PartialDate(2016), campus=aero)
    wood = a_campus("Forêt-Bois", region="84", filiere="infrastructures-batiment-eco-construction")
    add_name(wood, name="Campus du bois durable", kind=NameKind.FORMER)
    project = a_campus("Tourisme", region="44", filiere="tourisme-gastronomie")
    record_decision(kind=DecisionKind.PROJECT, decided_on=PartialDate(2023), campus=project)
    return {"als": als, "aero": aero, "wood": wood, "project": project}


def found(query: str, *, on: dt.date = TODAY) -> list[str]:
    """Slugs of what an address finds, in order."""
    choices = load_choices()
    selection, problems = parse(dict(QueryDict(query).lists()), choices)
    assert not problems
    results = select(load_rows(on=selection.held_on or on), selection, choices)
    return [hit.row.slug for hit in results.hits]


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("q=aeronotique", "aeronautique-et-spatial"),
        ("q=AÉRONAUTIQUE", "aeronautique-et-spatial"),
        ("q=aero", "aeronautique-et-spatial"),
        ("q=sante autonomie", "autonomie-longevite-sante"),
        ("q=ALS", "autonomie-longevite-sante"),
        ("q=campus des métiers ALS", "autonomie-longevite-sante"),
        ("q=lavezzari", "autonomie-longevite-sante"),
        ("q=Lile santé", "autonomie-longevite-sante"),
        ("q=berck", "autonomie-longevite-sante"),
        ("q=éco construction", "foret-bois"),
        ("q=bois durable", "foret-bois"),
        ("q=occitanie", "aeronautique-et-spatial"),
    ],
)
def test_text_finds_in_spite_of_accents_case_and_slips(register: dict[str, Campus], query: str, slug: str) -> None:
    assert found(query)[:1] == [slug]


def test_every_word_must_be_found(register: dict[str, Campus]) -> None:
    assert found("q=sante") and found("q=occitanie")
    assert found("q=sante occitanie") == []


def test_short_words_are_not_guessed(register: dict[str, Campus]) -> None:
    assert found("q=alt") == []


def test_words_without_any_sense_of_their_own_find_everything_and_signs_nothing(register: dict[str, Campus]) -> None:
    assert len(found("q=campus")) == 4
    assert found("q=<>") == []


def test_the_name_counts_more_than_the_region(register: dict[str, Campus]) -> None:
    a_campus("Occitanie durable", region="76")
    assert found("q=occitanie")[0] == "occitanie-durable"


def test_facets_narrow_and_several_values_of_one_add_up(register: dict[str, Campus]) -> None:
    assert found("region=occitanie") == ["aeronautique-et-spatial"]
    assert len(found("region=occitanie&region=hauts-de-france")) == 2
    assert found("academie=lille") == ["autonomie-longevite-sante"]
    assert found("categorie=excellence") == ["autonomie-longevite-sante"]
    assert found("etat=en-cours") == ["autonomie-longevite-sante"]
    assert found("etat=en-creation") == ["tourisme"]
    assert found("etat=a-verifier&region=occitanie") == ["aeronautique-et-spatial"]


def test_facet_counts_keep_the_other_choices_but_not_their_own(register: dict[str, Campus]) -> None:
    choices = load_choices()
    results = select(load_rows(on=TODAY), Selection(region=("occitanie",)), choices)
    regions = {each.value: each.count for each in results.facets["region"]}
    states = {each.value: each.count for each in results.facets["etat"]}
    assert (regions["occitanie"], regions["hauts-de-france"]) == (1, 1)
    assert (states["a-verifier"], states["en-cours"]) == (1, 0)


def test_around_a_commune(register: dict[str, Campus]) -> None:
    assert found("lieu=Berck") == ["autonomie-longevite-sante"]
    assert found("lieu=62600&rayon=2") == ["autonomie-longevite-sante"]
    assert found("lieu=Toulouse&rayon=15") == ["aeronautique-et-spatial"]
    assert found("lieu=Toulouse&rayon=2") == []
    # The label of a commune, as completion gives it and addresses keep it, finds that commune again.
    assert found("lieu=Berck (62)") == ["autonomie-longevite-sante"]


def test_who_held_the_label_on_a_day(register: dict[str, Campus]) -> None:
    assert found("le=2022-01-09") == ["aeronautique-et-spatial"]
    assert found("le=2022-01-10") == ["aeronautique-et-spatial", "autonomie-longevite-sante"]
    held = {row.slug: row.held for row in load_rows(on=dt.date(2022, 1, 10))}
    assert held["autonomie-longevite-sante"] == "certain"
    assert held["aeronautique-et-spatial"] == "peut-etre"
    assert held["foret-bois"] == ""


def test_orders(register: dict[str, Campus]) -> None:
    assert found("tri=nom")[0] == "aeronautique-et-spatial"
    assert found("tri=region")[0] == "foret-bois"
    by_distance = found("lieu=Berck&rayon=100&tri=distance")
    assert by_distance == ["autonomie-longevite-sante"]


def test_an_address_reads_back_as_it_is_written(register: dict[str, Campus]) -> None:
    choices = load_choices()
    asked = "q=sante&region=hauts-de-france&region=occitanie&etat=en-cours&lieu=Berck&rayon=50&tri=nom&page=2&vue=carte"
    selection, problems = parse(dict(QueryDict(asked).lists()), choices)
    again, _ = parse(dict(QueryDict(selection.query(page=2)).lists()), choices)
    assert not problems
    assert again == selection
    assert selection.sort is Sort.NAME and selection.radius == 50 and selection.page == 2


def test_defaults_do_not_show_in_the_address() -> None:
    assert Selection().query() == ""
    assert Selection(region=("occitanie", "bretagne")).query() == "region=bretagne&region=occitanie"
    assert Selection(page=3).query(q="x") == "q=x"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("filiere=magie", "filiere"),
        ("region=atlantide", "region"),
        ("academie=x", "academie"),
        ("categorie=or", "categorie"),
        ("etat=mort", "etat"),
        ("rayon=0", "rayon"),
        ("rayon=100000", "rayon"),
        ("rayon=²", "rayon"),
        ("lieu=Atlantide-sur-Mer-Morte", "lieu"),
        ("le=hier", "le"),
        ("le=0001-01-01", "le"),
        ("le=2024-02-30", "le"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=deux", "page"),
        ("tri=hasard", "tri"),
        ("vue=dessus", "vue"),
        ("q=" + "a" * 300, "q"),
    ],
)
def test_what_has_no_meaning_is_said_and_left_out(query: str, name: str) -> None:
    selection, problems = parse(dict(QueryDict(query).lists()), load_choices())
    assert [problem.name for problem in problems] == [name]
    assert selection.pairs() == []


@given(
    st.dictionaries(
        st.sampled_from(["q", "filiere", "rayon", "le", "page", "tri", "vue", "etat"]),
        st.lists(st.text(max_size=30), max_size=3),
    )
)
def test_reading_an_address_never_fails(parameters: dict[str, list[str]]) -> None:
    selection, _ = parse(parameters, load_choices())
    assert 2 <= selection.radius <= 100
    assert selection.page >= 1


def test_no_result_shows_which_choice_to_drop_and_what_is_near(register: dict[str, Campus]) -> None:
    choices = load_choices()
    rows = load_rows(on=TODAY)
    results = select(rows, Selection(q="aeronautique", region=("hauts-de-france",)), choices)
    assert results.total == 0
    assert {(way.label, way.count) for way in results.ways_out} == {("Sans la région", 1), ("Sans le texte cherché", 1)}
    assert [hit.row.slug for hit in results.nearest] == ["aeronautique-et-spatial"]


def test_when_no_single_choice_is_to_blame_each_is_offered_alone(register: dict[str, Campus]) -> None:
    choices = load_choices()
    asked = Selection(q="aeronautique", region=("hauts-de-france",), etat=("en-creation",))
    results = select(load_rows(on=TODAY), asked, choices)
    assert {way.label for way in results.ways_out} == {
        "Avec la région seulement",
        "Avec l’état du label seulement",
        "Avec le texte cherché seulement",
    }
    assert all(way.count == 1 for way in results.ways_out)


def test_far_from_everything_the_nearest_campus_is_shown(register: dict[str, Campus]) -> None:
    choices = load_choices()
    selection, _ = parse({"lieu": ["Ajaccio"], "rayon": ["2"]}, choices)
    results = select(load_rows(on=TODAY), selection, choices)
    assert results.total == 0
    assert results.nearest[0].row.slug == "aeronautique-et-spatial"
    assert results.nearest[0].distance > 300


def test_rows_follow_the_register_at_once(register: dict[str, Campus]) -> None:
    assert len(load_rows(on=TODAY)) == 4
    a_campus("Un de plus")
    assert len(load_rows(on=TODAY)) == 5


def test_reading_the_register_takes_as_many_queries_with_two_rows_more(django_assert_num_queries: object) -> None:
    a_campus("Premier", filiere="tourisme-gastronomie")
    with django_assert_num_queries(8):
        assert len(load_rows(on=TODAY)) == 5
    for name in ("Deuxième", "Troisième"):
        campus = a_campus(name, filiere="tourisme-gastronomie")
        add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code="62108"))
        add_partner(campus, an_organisation(), role=PartnerRole.HOST)
    with django_assert_num_queries(8):
        assert len(load_rows(on=TODAY)) == 7
    # Read once per state of the register: the second time, only its position is asked.
    with django_assert_num_queries(1):
        load_rows(on=TODAY)


def test_the_state_of_a_row_is_that_of_the_day(register: dict[str, Campus]) -> None:
    states = {row.slug: row.state for row in load_rows(on=TODAY)}
    assert states["autonomie-longevite-sante"] is LabelState.CURRENT
    later = {row.slug: row.state for row in load_rows(on=dt.date(2026, 6, 21))}
    assert later["autonomie-longevite-sante"] is LabelState.TO_RENEW


def test_names_stand_in_the_order_of_a_dictionary(register: dict[str, Campus]) -> None:
    regions = [region.name for region in load_choices().regions]
    assert regions.index("Hauts-de-France") < regions.index("Île-de-France") < regions.index("La Réunion")
    a_campus("Énergies")
    names = [row.name for row in load_rows(on=TODAY)]
    assert names.index("Énergies") < names.index("Forêt-Bois")
