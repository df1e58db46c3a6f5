"""The one search: what a reader types finds what they mean, says why, and never leads to a dead end."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.actions import add_area
from cmq.campuses.models import AreaKind
from cmq.offers.selection import offers_of, parsed, tally
from cmq.reference.models import Commune
from cmq.search import folders, names
from cmq.search.answering import Answer, answer
from cmq.search.around import offers_around
from cmq.search.asking import Ask, Order, parse
from cmq.search.suggesting import suggest
from cmq.trainings.models import Training
from tests.factories import a_campus, an_organisation
from tests.search.things import BERCK, LILLE, LYON, a_course, a_job, an_offer, indexed, long_ago

pytestmark = pytest.mark.django_db
ETAPLES = "62318"


@pytest.fixture
def town() -> None:
    """A little of everything around Berck, Lille and Lyon."""
    aide = a_job("J1501", "Aide-soignant / Aide-soignante", "Aide-soignant / Aide-soignante en gériatrie")
    infirmier = a_job("J1506", "Infirmier / Infirmière en soins généraux (IDE)")
    a_job("K1304", "Employé familial / Employée familiale", "Aide à domicile", "Auxiliaire de vie")
    a_job("F1703", "Maçon / Maçonne")
    a_job("L1508", "Régisseur / Régisseuse du son")
    a_course("Diplôme d’État d’aide-soignant", BERCK, level=4, rome_codes=["J1501"], by_school=True)
    a_course("BTS diététique", LILLE, level=5, by_apprenticeship=True)
    an_offer("Aide-soignante de nuit", BERCK, occupation=aide, contract="CDI")
    an_offer("Soignant en EHPAD", ETAPLES, occupation=aide, contract="CDD", published_at=long_ago(2))
    an_offer("Infirmier libéral", LILLE, occupation=infirmier, contract="CDI", published_at=long_ago(3))
    an_offer("Apprenti maçon", LYON, kind="alternance", contract="APP", published_at=long_ago(4))
    an_offer("Stage de maçonnerie", LYON, kind="stage", published_at=long_ago(5))
    campus = a_campus("Autonomie, Longévité, Santé", region="32", filiere="services-a-la-personne-bien-etre")
    add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code=BERCK))
    indexed()


def ask(query: str) -> Answer:
    """The answer to an address."""
    read, problems = parse(dict(QueryDict(query if "=" in query else f"q={query}").lists()))
    assert not problems
    folders.forget_reader()
    return answer(read)


def titles(query: str) -> list[str]:
    return [hit.row.title for hit in ask(query).hits]


def test_one_box_answers_with_every_kind_near_a_place(town: None) -> None:
    found = ask("aide-soignant à 30 km de Berck")
    assert [section.kind.slug for section in found.sections] == ["metier", "formation", "offre"]
    assert [hit.row.title for hit in found.hits] == [
        "Aide-soignant / Aide-soignante",
        "Diplôme d’État d’aide-soignant",
        "Aide-soignante de nuit",
        "Soignant en EHPAD",
    ]
    assert [round(hit.distance) for hit in found.hits if hit.distance is not None] == [0, 0, 13]
    assert found.radius == 30 and getattr(found.where, "label", "") == "Berck (62)"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("infirmiere", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("INFIRMIÈRES", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("infimier", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("aidesoignante", "Aide-soignant / Aide-soignante"),
        ("AS", "Aide-soignant / Aide-soignante"),
        ("ide", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("auxiliaire de vie", "Employé familial / Employée familiale"),
        ("AVS", "Employé familial / Employée familiale"),
        ("aide-soignante gériatrie", "Aide-soignant / Aide-soignante"),
        ("maçon", "Maçon / Maçonne"),
        ("régisseur du son", "Régisseur / Régisseuse du son"),
        ("J1506", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("dieteti", "BTS diététique"),
        ("campus santé", "Autonomie, Longévité, Santé"),
        ("formation aide-soignant", "Diplôme d’État d’aide-soignant"),
        ("stage maçon", "Stage de maçonnerie"),
        ("alternance lyon", "Apprenti maçon"),
    ],
)
def test_what_people_type_finds_what_they_mean(town: None, query: str, first: str) -> None:
    assert titles(query)[:1] == [first]


def test_a_word_that_only_texts_have_may_be_the_beginning_of_a_name(town: None) -> None:
    """« soi » stands in somebody's sentence: who typed « aide-soi » has not finished « aide-soignant »."""
    an_offer("Animateur", LYON, text="Une aide à soi comme aux autres.")
    indexed()
    assert titles("aide-soi")[0] == "Aide-soignant / Aide-soignante"


def test_a_place_alone_shows_what_is_there_and_no_job_sheet(town: None) -> None:
    found = ask("Berck")
    assert "metier" not in found.counts
    assert {hit.row.kind.slug for hit in found.hits} == {"formation", "campus", "offre"}


def test_a_place_can_be_taken_for_a_word(town: None) -> None:
    a_course("BTS Lille aux trésors", LYON)
    indexed()
    assert "BTS Lille aux trésors" not in titles("q=lille")
    assert "BTS Lille aux trésors" in titles("q=lille&mot=1")


def test_facets_count_and_narrow(town: None) -> None:
    found = ask("type=offre")
    facets = {facet.name: {each.value: each.count for each in facet.values} for facet in found.facets}
    assert facets["nature"] == {"emploi": 3, "alternance": 1, "stage": 1}
    assert facets["contrat"] == {"CDI": 2, "CDD": 1, "APP": 1}
    narrowed = ask("type=offre&contrat=CDI&contrat=CDD")
    again = {facet.name: {each.value: each.count for each in facet.values} for facet in narrowed.facets}
    assert narrowed.total == 3
    # A facet keeps the other choices, not its own.
    assert again["contrat"] == {"CDI": 2, "CDD": 1, "APP": 1} and again["nature"] == {"emploi": 3}


def test_orders(town: None) -> None:
    assert titles("type=offre&tri=date")[:2] == ["Aide-soignante de nuit", "Soignant en EHPAD"]
    assert titles("q=soignant&type=offre&tri=date") == ["Aide-soignante de nuit", "Soignant en EHPAD"]
    near_etaples = "q=soignant&type=offre&lieu=Étaples (62)&tri="
    assert titles(f"{near_etaples}distance") == ["Soignant en EHPAD", "Aide-soignante de nuit"]
    assert ask("type=offre&lieu=Étaples (62)").order is Order.DISTANCE
    assert ask("type=offre").order is Order.NEWEST and ask("type=offre&q=soignant").order is Order.RELEVANCE


def test_of_two_alike_the_nearest_comes_first() -> None:
    for commune in (LILLE, ETAPLES, BERCK):
        an_offer("Boulanger", commune)
    indexed()
    near = ask("q=boulanger&type=offre&lieu=Berck (62)&rayon=100")
    assert [round(hit.distance or 0) for hit in near.hits][:2] == [0, 13]
    assert len(near.hits) == 2 or near.hits[2].row.context.endswith("Lille (59)")


def test_results_say_why_they_are_there(town: None) -> None:
    why = {hit.row.title: hit.why for hit in ask("AS").hits}
    assert why["Aide-soignant / Aide-soignante"] == ("même métier que « as »",)
    assert why["Diplôme d’État d’aide-soignant"] == ("mène au métier « as »",)
    assert ask("infirmiere").hits[0].why == ("« infirmiere » dans l’intitulé",)
    assert ask("auxiliaire de vie").hits[0].why == ("aussi appelé « auxiliaire vie »",)
    assert all(hit.why for hit in ask("aide-soignant à 30 km de Berck").hits)


def test_a_correction_is_said(town: None) -> None:
    assert ask("infimier").understood.corrected == (("infimier", "infirmier"),)
    assert ask("infirmier").understood.corrected == ()


def test_a_rare_word_is_doubted_not_replaced() -> None:
    for _ in range(60):
        an_offer("Soudeur")
    an_offer("Soudeux")
    indexed()
    found = ask("soudeux")
    assert found.understood.guess == "soudeur" and found.total == 1


# --- never a dead end ------------------------------------------------------------------------------------------------


def test_too_far_gives_the_nearest(town: None) -> None:
    found = ask("q=maçon&type=offre&lieu=Berck (62)&rayon=10")
    assert found.total == 0 and found.given_up == "dans toute la France"
    assert {hit.row.title for hit in found.hits} == {"Apprenti maçon", "Stage de maçonnerie"}
    wider = ask("q=infirmier&type=offre&lieu=Arras (62)&rayon=5")
    assert wider.given_up == "à moins de 50 km" and titles("q=infirmier&type=offre&lieu=Arras (62)&rayon=5")


def test_one_word_too_many_gives_what_has_the_others(town: None) -> None:
    found = ask("maçon cryogénique")
    assert found.total == 0 and found.given_up == "avec une partie des mots"
    assert found.hits[0].row.title == "Maçon / Maçonne"


def test_a_filter_too_many_can_be_dropped(town: None) -> None:
    found = ask("q=infirmier&type=offre&contrat=CDD")
    assert found.total == 0
    assert [(way.label, way.count) for way in found.ways_out] == [("Sans « CDD »", 1)]


def test_a_word_that_nothing_has_is_said_plainly(town: None) -> None:
    found = ask("xyzzyx")
    assert found.total == 0 and not found.hits and not found.given_up and not found.alike


def test_words_that_look_alike_are_proposed_when_nothing_comes_near(town: None) -> None:
    assert ask("soinnnent").alike[:1] == ("soignant",)


# --- without the index ----------------------------------------------------------------------------------------------


def test_without_the_index_the_database_answers_and_it_is_said() -> None:
    a_job("J1501", "Aide-soignant / Aide-soignante")
    an_offer("Aide-soignante de nuit", BERCK)
    an_offer("Aide-soignante de jour", LYON)
    found = ask("q=aide-soignante&lieu=Berck (62)")
    assert found.is_degraded and found.counts == {"metier": 1, "offre": 1}
    assert [hit.row.title for hit in found.hits] == ["Aide-soignant / Aide-soignante", "Aide-soignante de nuit"]
    assert ask("type=offre&q=soignante").total == 2
    assert suggest("aide") == []


# --- addresses ------------------------------------------------------------------------------------------------------


def test_an_address_reads_back_as_it_is_written(town: None) -> None:
    query = "q=x&type=offre&contrat=CDD&contrat=CDI&region=bretagne&lieu=Berck (62)&rayon=50&mot=1&tri=date&page=3"
    read, problems = parse(dict(QueryDict(query).lists()))
    again, _ = parse(dict(QueryDict(read.query(page=3)).lists()))
    assert not problems and again == read
    assert Ask().query() == "" and read.query(q="y").startswith("q=y&type=offre")
    here, _ = parse({"autour": ["50.40812,1.59233"]})
    assert here.query() == "autour=50.408%2C1.592"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("type=poney", "type"),
        ("contrat=ABC", "contrat"),
        ("region=atlantide", "region"),
        ("departement=00", "departement"),
        ("niveau=12", "niveau"),
        ("campus=inconnu", "campus"),
        ("autour=91,0", "autour"),
        ("autour=nan,inf", "autour"),
        ("autour=50", "autour"),
        ("autour=1e400,2", "autour"),
        ("lieu=Atlantide-sur-Mer-Morte", "lieu"),
        ("rayon=0", "rayon"),
        ("tri=hasard", "tri"),
        ("page=0", "page"),
        ("page=51", "page"),
        ("q=" + "a" * 300, "q"),
    ],
)
def test_what_has_no_meaning_is_said_and_left_out(query: str, name: str) -> None:
    read, problems = parse(dict(QueryDict(query).lists()))
    assert [problem.name for problem in problems] == [name]
    assert read.pairs() == []


HOSTILE = [
    "'; DROP TABLE offers; --",
    "title:infirmier AND (kind:offre OR *)",
    '"infirmier',
    "infirm* ~2 ^3 [a TO z] {",
    "<script>alert(1)</script>",
    "a" * 200,
    "é" * 200,
    "mot " * 50,
    "\u202e\u0000\x1b[31m",
    "🦄 🦄",
    '-+!(){}[]^"~*?:\\/&&||',
    "%00%0a../../etc/passwd",
    "²³¼ ١٢٣ Ⅷ",
    "0 km de",
    "à à à à",
    "99999999999999999999 km de Lille",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_questions_are_only_words(town: None, text: str) -> None:
    found = answer(Ask(q=text))
    assert 0 <= found.total <= 12 and not found.is_degraded


@given(st.text(max_size=60), st.sampled_from(["", "offre", "metier", "campus"]), st.booleans())
def test_no_text_makes_it_fail(text: str, kind: str, is_near: bool) -> None:
    read, _ = parse({"q": [text], "type": [kind], "lieu": ["Lille" if is_near else ""]})
    assert answer(read).total >= 0


def test_queries_are_bounded_whatever_is_found() -> None:
    aide = a_job("J1501", "Aide-soignant / Aide-soignante")
    for number in range(25):
        an_offer(f"Aide-soignante {number}", BERCK, occupation=aide)
        a_course(f"Aide-soignant {number}", BERCK, rome_codes=["J1501"])
    indexed()
    names.jobs.refresh("before")
    for query in ("aide-soignant à 30 km de Berck", "q=aide-soignant&type=offre", "q=aide-soignant&type=formation"):
        ask(query)
        with CaptureQueriesContext(connection) as captured:
            assert ask(query).total >= 20
        assert len(captured) <= 14, query
        # Rows by their keys, in no order: with one, SQLite reads a whole index for twenty rows.
        by_keys = [each["sql"] for each in captured if " IN (" in each["sql"] and "_offer" in each["sql"]]
        assert not [sql for sql in by_keys if "ORDER BY" in sql]


# --- completion -----------------------------------------------------------------------------------------------------


def test_completion_proposes_names_that_begin_so(town: None) -> None:
    proposed = [(each.label, each.kind) for each in suggest("aide soi")]
    assert proposed[:2] == [
        ("Aide-soignant / Aide-soignante", "Métier"),
        ("Diplôme d’État d’aide-soignant", "Formation"),
    ]
    assert [each.label for each in suggest("régi")] == ["Régisseur / Régisseuse du son"]
    assert [each.label for each in suggest("longev")] == ["Autonomie, Longévité, Santé"]
    assert suggest("a") == [] and suggest("") == [] and suggest("xyzzyx") == []


def test_offers_to_come_are_open_on_the_day_they_open(town: None) -> None:
    tomorrow = timezone.now() + dt.timedelta(days=400)
    assert answer(Ask(kind="offre"), at=tomorrow).hits


# --- within a campus, or a filière ----------------------------------------------------------------------------------


def test_within_a_campus_or_a_filiere_are_its_trainings_their_jobs_and_the_offers_of_its_region() -> None:
    job, other = a_job("J1501", "Aide-soignant / Aide-soignante"), a_job("F1703", "Maçon / Maçonne")
    campus = a_campus("Autonomie", region="32", filiere="services-a-la-personne-bien-etre")
    organisation = an_organisation("Lycée d’essai")
    training = Training.objects.create(
        campus=campus, organisation=organisation, title="Aide-soignant", confirmed_on="2024-01-01"
    )
    a_course("Diplôme d’aide-soignant", BERCK, rome_codes=["J1501"], training=training)
    a_course("CAP maçon", BERCK, rome_codes=["F1703"])
    an_offer("Aide-soignante de nuit", BERCK, occupation=job)
    an_offer("Aide-soignante de jour", LYON, occupation=job)
    an_offer("Maçon", BERCK, occupation=other)
    an_offer("Gouvernante", LYON, campus=campus)
    indexed()
    theirs = {"Aide-soignant / Aide-soignante", "Diplôme d’aide-soignant", "Autonomie"}
    theirs |= {"Aide-soignante de nuit", "Gouvernante"}
    assert set(titles(f"campus={campus.slug}")) == theirs
    assert set(titles("filiere=services-a-la-personne-bien-etre")) == theirs
    assert ask(f"campus={campus.slug}&q=macon").total == 0
    facets = {facet.name for facet in ask("type=campus&filiere=services-a-la-personne-bien-etre").facets}
    assert "filiere" in facets


def test_the_list_of_offers_around_a_place_is_that_of_the_database() -> None:
    draw = random.Random(3)
    for number in range(60):
        spot = {"latitude": 50.4 + draw.gauss(0, 0.2), "longitude": 1.6 + draw.gauss(0, 0.3)}
        an_offer(f"Offre {number}", contract="CDI" if number % 3 else "CDD", **spot)
    indexed()
    at = timezone.now()
    for query in ("", "&tri=distance", "&tri=distance&contrat=CDI", "&nature=stage"):
        choice = parsed(f"lieu=Berck 62&rayon=50{query}")
        whole = [offer.pk for offer in offers_of(choice, at=at)]
        paged: list[int] = []
        for page in range(1, max(1, -(-len(whole) // 20)) + 1):
            found = offers_around(replace(choice, page=page), at=at)
            assert found is not None and (found.total, found.counts) == tally(choice, at=at)
            paged += [offer.pk for offer in found.shown]
        # The newest of one second stand in any order in the index.
        assert paged == whole if "distance" in query else sorted(paged) == sorted(whole)
    assert offers_around(parsed("lieu=Berck 62&q=soudeur"), at=at) is None
    assert offers_around(parsed("contrat=CDI"), at=at) is None
