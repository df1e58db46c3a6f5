"""Which other articles an article may lead to: those that share its subjects."""

import datetime as dt

from cmq.editorial.models import Article

_OF_TAG, _OF_FILIERE, _OF_REGION, _OF_RUBRIC = 3, 2, 1, 1
_LOOKED_AT = 400


def proposals(article: Article, *, at: dt.datetime, limit: int = 8) -> list[Article]:
    """Published articles of the national list that share words, filière, region or rubric, the nearest first."""
    tags = {tag.pk for tag in article.tags.all()}
    others = Article.objects.published(at).national().exclude(pk=article.pk).filter(is_demo=article.is_demo)
    rows = others.select_related("rubric").prefetch_related("tags").order_by("-publish_at", "-pk")[:_LOOKED_AT]
    scored = [(_shared(article, other, tags), other) for other in rows]
    near = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [other for _, other in near[:limit]]


def _shared(article: Article, other: Article, tags: set[int]) -> int:
    score = _OF_TAG * len(tags & {tag.pk for tag in other.tags.all()})
    score += _OF_FILIERE * (article.filiere_id is not None and article.filiere_id == other.filiere_id)
    score += _OF_REGION * (article.region_id is not None and article.region_id == other.region_id)
    return score + _OF_RUBRIC * (article.rubric_id == other.rubric_id)
