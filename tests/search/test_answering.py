"""The one search: what a reader types finds what they mean, says why, and never leads to a dead end."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict
from django.test.utils import override_settings
from django.utils import timezone

from cmq.campuses.actions import add_area
from cmq.campuses.models import AreaKind
from cmq.reference.models import Commune
from cmq.search import folders
from cmq.search.answering import Answer, answer
from cmq.search.asking import Ask, Order, parse
from cmq.search.suggesting import suggest
from tests.conftest import committed
from tests.factories import a_campus
from tests.search.things import BERCK, LILLE, LYON, a_course, a_job, an_offer, indexed, long_ago

pytestmark = pytest.mark.django_db
ETAPLES = "62318"


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A little of everything around Berck, Lille and Lyon, set once for all tests of this module, and its index."""
    folder = tmp_path_factory.mktemp("recherche")
    with committed(django_db_blocker), override_settings(SEARCH_DIR=folder):
        a_town()
        yield folder


@pytest.fixture(autouse=True)
def town(built: Path, _fresh_memories: None, settings: Any, tmp_path: Path) -> None:
    """Each test asks, and makes anew, a copy of the index."""
    settings.SEARCH_DIR = shutil.copytree(built, tmp_path / "recherche")


def a_town() -> None:
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


def test_one_box_answers_with_every_kind_near_a_place() -> None:
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
def test_what_people_type_finds_what_they_mean(query: str, first: str) -> None:
    assert titles(query)[:1] == [first]


def test_a_word_that_only_texts_have_may_be_the_beginning_of_a_name() -> None:
    """« soi » stands in somebody's sentence: who typed « aide-soi » has not finished « aide-soignant »."""
    an_offer("Animateur", LYON, text="Une aide à soi comme aux autres.")
    indexed()
    assert titles("aide-soi")[0] == "Aide-soignant / Aide-soignante"


def test_a_place_alone_shows_what_is_there_and_no_job_sheet() -> None:
    found = ask("Berck")
    assert "metier" not in found.counts
    assert {hit.row.kind.slug for hit in found.hits} == {"formation", "campus", "offre"}


def test_a_place_can_be_taken_for_a_word() -> None:
    a_course("BTS Lille aux trésors", LYON)
    indexed()
    assert "BTS Lille aux trésors" not in titles("q=lille")
    assert "BTS Lille aux trésors" in titles("q=lille&mot=1")


def test_facets_count_and_narrow() -> None:
    found = ask("type=offre")
    facets = {facet.name: {each.value: each.count for each in facet.values} for facet in found.facets}
    assert facets["nature"] == {"emploi": 3, "alternance": 1, "stage": 1}
    assert facets["contrat"] == {"CDI": 2, "CDD": 1, "APP": 1}
    narrowed = ask("type=offre&contrat=CDI&contrat=CDD")
    again = {facet.name: {each.value: each.count for each in facet.values} for facet in narrowed.facets}
    assert narrowed.total == 3
    # A facet keeps the other choices, not its own.
    assert again["contrat"] == {"CDI": 2, "CDD": 1, "APP": 1} and again["nature"] == {"emploi": 3}


def test_orders() -> None:
    assert titles("type=offre&tri=date")[:2] == ["Aide-soignante de nuit", "Soignant en EHPAD"]
    assert titles("q=soignant&type=offre&tri=date") == ["Aide-soignante de nuit", "Soignant en EHPAD"]
    near_etaples = "q=soignant&type=offre&lieu=Étaples (62)&tri="
    assert titles(f"{near_etaples}distance") == ["Soignant en EHPAD", "Aide-soignante de nuit"]
    assert ask("type=offre&lieu=Étaples (62)").order is Order.DISTANCE
    assert ask("type=offre").order is Order.NEWEST and ask("type=offre&q=soignant").order is Order.RELEVANCE


def test_results_say_why_they_are_there() -> None:
    why = {hit.row.title: hit.why for hit in ask("AS").hits}
    assert why["Aide-soignant / Aide-soignante"] == ("même métier que « as »",)
    assert why["Diplôme d’État d’aide-soignant"] == ("mène au métier « as »",)
    assert ask("infirmiere").hits[0].why == ("« infirmiere » dans l’intitulé",)
    assert ask("auxiliaire de vie").hits[0].why == ("aussi appelé « auxiliaire vie »",)
    assert all(hit.why for hit in ask("aide-soignant à 30 km de Berck").hits)


def test_a_correction_is_said() -> None:
    assert ask("infimier").understood.corrected == (("infimier", "infirmier"),)
    assert ask("infirmier").understood.corrected == ()


# --- never a dead end ------------------------------------------------------------------------------------------------


def test_too_far_gives_the_nearest() -> None:
    found = ask("q=maçon&type=offre&lieu=Berck (62)&rayon=10")
    assert found.total == 0 and found.given_up == "dans toute la France"
    assert {hit.row.title for hit in found.hits} == {"Apprenti maçon", "Stage de maçonnerie"}
    wider = ask("q=infirmier&type=offre&lieu=Arras (62)&rayon=5")
    assert wider.given_up == "à moins de 50 km" and titles("q=infirmier&type=offre&lieu=Arras (62)&rayon=5")


def test_one_word_too_many_gives_what_has_the_others() -> None:
    found = ask("maçon cryogénique")
    assert found.total == 0 and found.given_up == "avec une partie des mots"
    assert found.hits[0].row.title == "Maçon / Maçonne"


def test_a_filter_too_many_can_be_dropped() -> None:
    found = ask("q=infirmier&type=offre&contrat=CDD")
    assert found.total == 0
    assert [(way.label, way.count) for way in found.ways_out] == [("Sans « CDD »", 1)]


def test_a_word_that_nothing_has_is_said_plainly() -> None:
    found = ask("xyzzyx")
    assert found.total == 0 and not found.hits and not found.given_up and not found.alike


def test_words_that_look_alike_are_proposed_when_nothing_comes_near() -> None:
    assert ask("soinnnent").alike[:1] == ("soignant",)


# --- addresses ------------------------------------------------------------------------------------------------------


def test_an_address_reads_back_as_it_is_written() -> None:
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
def test_hostile_questions_are_only_words(text: str) -> None:
    found = answer(Ask(q=text))
    assert 0 <= found.total <= 12 and not found.is_degraded


# --- completion -----------------------------------------------------------------------------------------------------


def test_completion_proposes_names_that_begin_so() -> None:
    proposed = [(each.label, each.kind) for each in suggest("aide soi")]
    assert proposed[:2] == [
        ("Aide-soignant / Aide-soignante", "Métier"),
        ("Diplôme d’État d’aide-soignant", "Formation"),
    ]
    assert [each.label for each in suggest("régi")] == ["Régisseur / Régisseuse du son"]
    assert [each.label for each in suggest("longev")] == ["Autonomie, Longévité, Santé"]
    assert suggest("a") == [] and suggest("") == [] and suggest("xyzzyx") == []


def test_offers_to_come_are_open_on_the_day_they_open() -> None:
    tomorrow = timezone.now() + dt.timedelta(days=400)
    assert answer(Ask(kind="offre"), at=tomorrow).hits
