"""Articles of the newsroom and news of the campuses."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import Q, QuerySet

from cmq.campuses.models import AreaKind
from cmq.core.models import Change
from cmq.editorial import body
from cmq.editorial.models import Article
from cmq.search.engine import Document
from cmq.search.kinds.base import Kind, Row, Stale, by_key, geography, spot

_SEATED = (AreaKind.SEAT, AreaKind.PLACE)


class Articles(Kind):
    """What is published at an instant, national or not; the news of a campus stand where that campus does."""

    slug, number, label, plural = "article", 6, "Article", "Articles"
    is_dated = True
    tags = ("region", "filiere")

    title_field, place_paths = "slug", ("campus__areas__commune__",)

    def public(self, at: dt.datetime) -> "QuerySet[Article]":
        """Those that everyone may read."""
        return Article.objects.published(at)

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All that are published."""
        articles = self._with_subjects(at)
        if only is not None:
            articles = articles.filter(pk__in=list(only))
        for article in articles.order_by("pk"):
            yield _document(article)

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """With rubric, author's campus and day."""
        articles = self._with_subjects(at).filter(pk__in=numbers).order_by()
        return {
            article.pk: Row(
                kind=self,
                number=article.pk,
                title=article.title,
                url=article.get_absolute_url(),
                context=", ".join(filter(None, (article.rubric.name, str(article.campus or "")))),
                document=_document(article),
                badges=(article.filiere.name,) if article.filiere else (),
                published=article.publish_at,
                text=article.standfirst,
                is_demo=article.is_demo,
            )
            for article in articles
        }

    def _with_subjects(self, at: dt.datetime) -> "QuerySet[Article]":
        articles = Article.objects.published(at)
        return articles.select_related(
            "rubric", "filiere", "region", "campus__filiere", "campus__region"
        ).prefetch_related("tags", "campus__areas__commune")

    def newest(self, at: dt.datetime, *, limit: int, offset: int) -> list[int] | None:
        """By the day of publication."""
        newest = Article.objects.published(at).order_by("-publish_at", "-pk")
        return list(newest.values_list("pk", flat=True)[offset : offset + limit])

    def stale(self, changes: Sequence[Change]) -> Stale:
        """Those that lines name, and those of a campus that changed."""
        campuses = by_key(changes, "campuses.campus").numbers
        theirs = Article.objects.filter(campus__in=campuses).values_list("pk", flat=True) if campuses else []
        return Stale(numbers=by_key(changes, "editorial.article").numbers.union(theirs))

    def moved_by_time(self, since: dt.datetime, at: dt.datetime) -> Collection[int]:
        """Those whose hour of publication or withdrawal has come."""
        came = Q(publish_at__gt=since, publish_at__lte=at) | Q(withdraw_at__gt=since, withdraw_at__lte=at)
        return Article.objects.filter(came).values_list("pk", flat=True)


def _document(article: Article) -> Document:
    campus = article.campus
    communes = [area.commune for area in campus.areas.all() if area.kind in _SEATED] if campus else []
    region = article.region or (campus.region if campus else None)
    filiere = article.filiere or (campus.filiere if campus else None)
    published = article.publish_at
    assert published is not None
    return Document(
        kind=Articles.slug,
        kind_number=Articles.number,
        number=article.pk,
        title=article.title,
        names=" ".join(tag.name for tag in article.tags.all()),
        body=" ".join((article.standfirst, body.plain(article.body), campus.name if campus else "", article.byline)),
        place=" ".join((region.name if region else "", *(geography().words(commune) for commune in communes))),
        spots=tuple(where for commune in communes for where in spot(None, commune)),
        published=int(published.timestamp()),
        tags={
            "region": [region.slug] if region else [],
            "departement": [commune.departement_id for commune in communes if commune],
            "filiere": [filiere.slug] if filiere else [],
            "campus": [campus.slug] if campus else [],
        },
    )
