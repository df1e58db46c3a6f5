"""Articles are found from the hour of their publication to that of their withdrawal, and by what they say."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from cmq.editorial.actions import publishing
from cmq.editorial.models import Article
from cmq.reference.models import Filiere, Region
from cmq.search import folders, suggesting
from cmq.search.answering import Answer, answer
from cmq.search.asking import Ask
from tests import newsrooms
from tests.factories import a_campus

from .things import caught_up, indexed, tell

pytestmark = pytest.mark.django_db


def ask(text: str = "", **options: object) -> Answer:
    folders.forget_reader()
    return answer(Ask(q=text, kind="article", **options))  # type: ignore[arg-type]


def urls(found: Answer) -> list[str]:
    return [hit.row.url for section in found.sections for hit in section.hits]


def a_published_article(title: str, **fields: object) -> Article:
    article = publishing.publish(newsrooms.an_agreed_article(title), by=newsrooms.an_editor())
    Article.objects.filter(pk=article.pk).update(**fields)
    return article


def test_an_article_is_found_by_what_it_says_from_its_hour_to_its_withdrawal() -> None:
    editor, later = newsrooms.an_editor(), timezone.now() + dt.timedelta(hours=1)
    article = newsrooms.an_agreed_article("Les charpentes du canal")
    draft = newsrooms.an_article("Les charpentes en rédaction")
    publishing.publish(article, at=later, by=editor)
    indexed()
    assert urls(ask("charpente")) == []
    # Its hour has come, and no line of the feed says so.
    Article.objects.filter(pk=article.pk).update(publish_at=timezone.now())
    caught_up()
    found = ask("charpentes")
    assert urls(found) == [article.get_absolute_url()] and draft.slug not in str(urls(found))
    article.refresh_from_db()
    publishing.withdraw(article, reason="Une erreur.", by=editor)
    # At once on the page, out of the index at its next reading.
    assert urls(ask("charpentes")) == []
    caught_up()
    assert ask("charpentes").counts == {}


def test_facets_scope_and_suggestions() -> None:
    wood, sea = Filiere.objects.order_by("pk")[:2]
    brittany = Region.objects.get(slug="bretagne")
    campus = a_campus("Bois et mer")
    told = a_published_article("Une charpente retrouvée", filiere=wood, region=brittany)
    other = a_published_article("Une charpente perdue", filiere=sea, region=brittany)
    news = a_published_article("Une charpente fêtée", campus=campus, is_national=False)
    indexed()
    found = ask("charpente")
    counts = {facet.name: {each.value: each.count for each in facet.values} for facet in found.facets}
    assert counts["region"]["bretagne"] >= 2 and counts["filiere"][wood.slug] >= 1
    assert urls(ask("charpente", tags={"filiere": (sea.slug,)})) == [other.get_absolute_url()]
    assert urls(ask(campus=campus.slug)) == [news.get_absolute_url()]
    assert [each.url for each in suggesting.suggest("une charpente retr")] == [told.get_absolute_url()]
    campus.name = "Verre et grès"
    campus.save()
    tell(campus)
    caught_up()
    assert urls(ask("grès")) == [news.get_absolute_url()]


def test_the_page_shows_articles_and_says_when_they_came(client: Client) -> None:
    article = a_published_article("La passerelle tient")
    indexed()
    page = client.get("/recherche/?q=passerelle").content.decode()
    day = timezone.localtime(article.publish_at)
    assert article.get_absolute_url() in page and f"publié le {day.day} " in page and 'id="type-article"' in page
