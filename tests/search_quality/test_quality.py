"""The answers are good, and stay so: a change that makes them worse fails here and says which questions suffer."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction

from cmq.search import folders, indexing, names, understanding
from tests.search_quality import corpus, scoring

# What the last release reached, less a little for ties. They only rise (`docs/search-quality.md`).
LEAST_NDCG = 0.90
LEAST_SUCCESS = 0.955


@pytest.fixture(scope="module")
def scores(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[scoring.Score]]:
    """Every question asked once of the corpus, which is gone afterwards."""
    former = settings.SEARCH_DIR
    with django_db_blocker.unblock(), transaction.atomic():
        settings.SEARCH_DIR = tmp_path_factory.mktemp("qualite")
        folders._open, names.jobs, understanding.known = folders._Open(), names._Jobs(), understanding._Known()
        corpus.build()
        indexing.rebuild()
        yield [scoring.score(query) for query in scoring.load()]
        transaction.set_rollback(True)
    settings.SEARCH_DIR = former


def test_there_are_enough_questions_and_each_can_be_answered(scores: list[scoring.Score]) -> None:
    texts = [each.query.text for each in scores]
    assert len(texts) >= 150 and len(set(texts)) == len(texts)
    assert [each.query.text for each in scores if not each.is_answerable] == []


def test_the_answers_are_as_good_as_they_were(scores: list[scoring.Score]) -> None:
    ndcg, success = scoring.means(scores)
    worst = sorted(scores, key=lambda each: each.ndcg)[:15]
    told = "\n".join(f"{each.ndcg:.2f} {each.query.text} → {'; '.join(each.shown[:3])}" for each in worst)
    assert ndcg >= LEAST_NDCG and success >= LEAST_SUCCESS, f"nDCG@10 {ndcg:.3f}, success@3 {success:.3f}\n{told}"


def test_no_question_is_left_without_an_answer(scores: list[scoring.Score]) -> None:
    assert [each.query.text for each in scores if not each.shown] == []
