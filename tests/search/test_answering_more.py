"""The one search among other things than those of `test_answering.py`: many of a kind, a campus, no index."""

import random
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.offers.selection import offers_of, parsed, tally
from cmq.search import names
from cmq.search.answering import answer
from cmq.search.around import offers_around
from cmq.search.asking import parse
from cmq.search.suggesting import suggest
from cmq.trainings.models import Training
from tests.factories import a_campus, an_organisation
from tests.search.test_answering import ETAPLES, ask, titles
from tests.search.things import BERCK, LILLE, LYON, a_course, a_job, an_offer, indexed

pytestmark = pytest.mark.django_db


def test_of_two_alike_the_nearest_comes_first() -> None:
    for commune in (LILLE, ETAPLES, BERCK):
        an_offer("Boulanger", commune)
    indexed()
    near = ask("q=boulanger&type=offre&lieu=Berck (62)&rayon=100")
    assert [round(hit.distance or 0) for hit in near.hits][:2] == [0, 13]
    assert len(near.hits) == 2 or near.hits[2].row.context.endswith("Lille (59)")


def test_a_rare_word_is_doubted_not_replaced() -> None:
    for _ in range(60):
        an_offer("Soudeur")
    an_offer("Soudeux")
    indexed()
    found = ask("soudeux")
    assert found.understood.guess == "soudeur" and found.total == 1


def test_without_the_index_the_database_answers_and_it_is_said() -> None:
    a_job("J1501", "Aide-soignant / Aide-soignante")
    an_offer("Aide-soignante de nuit", BERCK)
    an_offer("Aide-soignante de jour", LYON)
    found = ask("q=aide-soignante&lieu=Berck (62)")
    assert found.is_degraded and found.counts == {"metier": 1, "offre": 1}
    assert [hit.row.title for hit in found.hits] == ["Aide-soignant / Aide-soignante", "Aide-soignante de nuit"]
    assert ask("type=offre&q=soignante").total == 2
    assert suggest("aide") == []


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


@given(st.text(max_size=60), st.sampled_from(["", "offre", "metier", "campus"]), st.booleans())
def test_no_text_makes_it_fail(text: str, kind: str, is_near: bool) -> None:
    read, _ = parse({"q": [text], "type": [kind], "lieu": ["Lille" if is_near else ""]})
    assert answer(read).total >= 0
