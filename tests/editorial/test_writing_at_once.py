"""Two people at one article at the same instant: nothing is written over, and readers get only what was read."""

from functools import partial

from cmq.editorial.actions import review, writing
from cmq.editorial.models import Article
from tests import newsrooms
from tests.procedure.test_at_once import at_once


def test_two_editors_save_at_once_and_neither_writes_over_the_other(committed_db: None) -> None:
    first, second = newsrooms.an_editor(), newsrooms.an_editor()
    article = newsrooms.an_article(by=first)
    drafts = [(newsrooms.a_draft(f"Titre {person.pk}"), person) for person in (first, second)]
    answers = at_once(*(partial(writing.save, article, draft, version=1, by=person) for draft, person in drafts))
    article.refresh_from_db()
    overtaken = [each for each in answers if isinstance(each, writing.Overtaken)]
    saved = [each for each in answers if isinstance(each, Article)]
    assert len(overtaken) == len(saved) == 1 and article.version == 2
    assert overtaken[0].theirs.title == saved[0].title == writing.newest_version(article).title


def test_agreed_to_and_changed_at_once_readers_get_only_what_was_read(committed_db: None) -> None:
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    article = review.ask_review(newsrooms.an_article("Lu", by=author), version=1, by=author)
    answers = at_once(
        partial(review.agree, article, version=1, by=other),
        partial(writing.save, article, newsrooms.a_draft("Pas lu"), version=1, by=author),
    )
    article.refresh_from_db()
    assert (article.shown_version, article.title) in [(1, "Lu"), (None, "Pas lu")]
    assert any(isinstance(each, Article) for each in answers)
