"""The outside addresses that shown texts lead to, and what they answered."""

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.utils import timezone

from cmq.core.feed import action
from cmq.core.links import Answer
from cmq.editorial import body
from cmq.editorial.models import Article, WatchedLink


@action
def list_links(*, at: dt.datetime | None = None) -> int:
    """Bring the list of watched addresses in line with what published articles say. Returns how many are watched."""
    found: dict[str, set[int]] = defaultdict(set)
    for pk, text in Article.objects.published(at or timezone.now()).values_list("pk", "body"):
        for link in body.read(text).links:
            if link.url.startswith(("http://", "https://")) and not link.url.startswith(f"{settings.SITE_URL}/"):
                found[link.url[:1000]].add(pk)
    WatchedLink.objects.exclude(url__in=found).delete()
    known = {each.url: each for each in WatchedLink.objects.prefetch_related("articles")}
    for url, articles in found.items():
        watched = known.get(url) or WatchedLink.objects.create(url=url)
        if {each.pk for each in watched.articles.all()} != articles:
            watched.articles.set(articles)
    return len(found)


@action
def note_answers(answers: dict[str, Answer], *, at: dt.datetime | None = None) -> int:
    """Write down what addresses answered. Returns how many fail."""
    at = at or timezone.now()
    links = list(WatchedLink.objects.select_for_update().filter(url__in=answers).order_by("pk"))
    for link in links:
        answer = answers[link.url]
        link.checked_at, link.status, link.problem = at, answer.status, answer.problem[:200]
        link.failing_since = (link.failing_since or at) if answer.problem else None
    WatchedLink.objects.bulk_update(links, ["checked_at", "status", "problem", "failing_since"], batch_size=200)
    return sum(bool(link.problem) for link in links)
