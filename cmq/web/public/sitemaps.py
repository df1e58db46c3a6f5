"""The sitemap (sitemaps.org, protocol 0.9): an index, and parts that are written row by row as they are read.

A section is a kind of page. The great ones are read from the database in the order of their keys, so many rows a part;
the last change of each row is that of the change feed, or the row's own instant where it keeps one.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.catalogue.models import Course
from cmq.core.feed import changed_at
from cmq.core.models import Change
from cmq.editorial.models import Article
from cmq.evidence.models import AnnualReport
from cmq.newsletter.models import Issue
from cmq.offers.models import JobOffer
from cmq.opendata import freshness
from cmq.opendata.datasets import DATASETS
from cmq.projects.models import Project
from cmq.search.directory import load_choices
from cmq.statistics.territories import Level, all_of
from cmq.tours.models import Stop, Tour
from cmq.trainings.models import Training
from cmq.web.public import changes
from cmq.web.public.common import read_only
from cmq.web.public.statistics.views import STATISTICS

# The protocol allows 50 000 addresses and 50 MiB a part: at this many, an address may take 2 600 bytes.
PER_PART = 20_000
_CHUNK = 500
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MEDIA_TYPE = "application/xml; charset=utf-8"
_PAGES = (
    *("home", "search", "directory", "map", "filieres", "regions", "agenda", "indicators", "statistics"),
    *("filiere_jobs", "territories", "open_data", "verify", "projects", "courses", "occupations", "job_offers"),
    *("job_offer_post", "articles", "newsletter", "newsletter_archive", "about", "legal", "privacy", "accessibility"),
    *("cookies", "terms", "site_map", "api_page", "embeds"),
)

Page = tuple[str, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Section:
    """A kind of page of the database.

    rows: what is public and not invented, with what an address is made of.
    pages: path and last change of each of some rows.
    """

    rows: Callable[[], "QuerySet[Any]"]
    pages: Callable[[list[Any]], Iterable[Page]]

    @property
    def size(self) -> int:
        """How many rows it has."""
        return self.rows().count()

    def part(self, number: int) -> Iterator[Page]:
        """The pages of a part, from 1; what is in memory does not grow with it."""
        first = (number - 1) * PER_PART
        rows = self.rows().order_by("pk")[first : first + PER_PART].iterator(chunk_size=_CHUNK)
        while chunk := list(islice(rows, _CHUNK)):
            yield from self.pages(chunk)


def _as_told(rows: list[Any]) -> Iterator[Page]:
    """Rows of one model, as the change feed dates them."""
    moved = changed_at(type(rows[0]), [row.pk for row in rows])
    return ((row.get_absolute_url(), moved.get(str(row.pk))) for row in rows)


def _campuses(rows: list[Any]) -> Iterator[Page]:
    moved = changes.of_campuses()
    return ((row.get_absolute_url(), moved.get(row.pk)) for row in rows)


def _reports(rows: list[Any]) -> Iterator[Page]:
    return ((reverse("annual_report", args=[row.campus.slug, row.year]), row.published_at) for row in rows)


def _articles() -> "QuerySet[Article]":
    return Article.objects.published(timezone.now()).real().only("slug", "updated_at", "publish_at")


def _offers() -> "QuerySet[JobOffer]":
    return JobOffer.objects.live(timezone.now()).filter(is_demo=False).only("title", "modified_at")


def _trainings() -> "QuerySet[Training]":
    offered = Training.objects.on_offer(timezone.localdate()).filter(campus__is_demo=False)
    return offered.select_related("campus").only("title", "campus__slug")


def _stops() -> "QuerySet[Stop]":
    return Stop.objects.public().filter(tour__campus__is_demo=False).select_related("tour").only("tour__slug")


def _reports_rows() -> "QuerySet[AnnualReport]":
    listed = AnnualReport.objects.exclude(published_at=None).filter(campus__is_demo=False)
    return listed.select_related("campus").only("year", "published_at", "campus__slug")


SECTIONS = {
    "campus": Section(lambda: Campus.objects.real().only("slug"), _campuses),
    "articles": Section(
        _articles, lambda rows: ((row.get_absolute_url(), row.updated_at or row.publish_at) for row in rows)
    ),
    "formations": Section(lambda: Course.objects.filter(is_demo=False).only("title"), _as_told),
    "formations-des-campus": Section(_trainings, _as_told),
    "metiers": Section(lambda: Occupation.objects.filter(is_obsolete=False).only("slug"), _as_told),
    "offres": Section(_offers, lambda rows: ((row.get_absolute_url(), row.modified_at) for row in rows)),
    "tournees": Section(lambda: Tour.objects.public().filter(campus__is_demo=False).only("slug"), _as_told),
    "etapes": Section(_stops, _as_told),
    "projets": Section(lambda: Project.objects.public().filter(campus__is_demo=False).only("slug"), _as_told),
    "rapports": Section(_reports_rows, _reports),
    "lettres": Section(
        lambda: Issue.objects.public().filter(is_demo=False),
        lambda rows: ((row.get_absolute_url(), row.started_at) for row in rows),
    ),
}


def _fixed() -> Iterator[Page]:
    """The lists, and the pages of what changes once in years: they move with anything of the register."""
    newest = Change.objects.public().order_by("-position").values_list("at", flat=True).first()
    choices = load_choices()
    yield from ((reverse(name), newest) for name in _PAGES)
    yield from ((reverse("filiere", args=[each.slug]), newest) for each in choices.filieres)
    yield from ((reverse("region", args=[each.slug]), newest) for each in choices.regions)
    yield from ((reverse("dataset", args=[name]), freshness.last_changed(each)) for name, each in DATASETS.items())
    yield from ((reverse("statistic", args=[name]), newest) for name in STATISTICS)
    yield from ((each.get_absolute_url(), newest) for level in Level for each in all_of(level))


@read_only
def index(request: HttpRequest) -> Any:
    """The index of the parts that have something."""
    sizes = {"pages": 1, **{name: each.size for name, each in SECTIONS.items()}}
    paths = (
        reverse("sitemap_part", args=[name, number])
        for name, size in sizes.items()
        for number in range(1, -(-size // PER_PART) + 1)
    )
    at = freshness.moved_at()
    return _streamed(_written("sitemapindex", "sitemap", ((path, at) for path in paths)))


@read_only
def part(request: HttpRequest, name: str, number: int) -> Any:
    """Some pages of a section. Raises Http404 for a part that the index does not name."""
    if name == "pages" and number == 1:
        return _streamed(_written("urlset", "url", _fixed()))
    section = SECTIONS.get(name)
    if section is None or not 1 <= number <= -(-section.size // PER_PART):
        raise Http404
    return _streamed(_written("urlset", "url", section.part(number)))


def _streamed(pieces: Iterator[str]) -> Any:
    # Robots ask again and again; the clock alone may show an article or end an offer.
    kept = {"Cache-Control": "public, max-age=300"}
    return StreamingHttpResponse(pieces, content_type=_MEDIA_TYPE, headers=kept)


def _written(root: str, element: str, pages: Iterable[Page]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n'
    for path, at in pages:
        moved = f"<lastmod>{timezone.localtime(at).isoformat(timespec='seconds')}</lastmod>" if at else ""
        yield f"<{element}><loc>{escape(settings.SITE_URL + path)}</loc>{moved}</{element}>\n"
    yield f"</{root}>\n"
