"""What machines read: robots.txt, sitemap.xml, security.txt."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.editorial import clock
from cmq.editorial.models import Article
from cmq.evidence.models import AnnualReport
from cmq.opendata.datasets import DATASETS
from cmq.search.directory import load_choices
from cmq.statistics.territories import Level, all_of
from cmq.tours.models import Tour
from cmq.web.page_cache import valid_until
from cmq.web.public import changes
from cmq.web.public.common import public
from cmq.web.public.statistics.views import STATISTICS

_PAGES = (
    "home",
    "search",
    "directory",
    "map",
    "filieres",
    "regions",
    "agenda",
    "indicators",
    "statistics",
    "filiere_jobs",
    "territories",
    "open_data",
    "api_page",
    "verify",
    "projects",
    "courses",
    "occupations",
    "job_offers",
    "job_offer_post",
    "articles",
    "about",
    "legal",
    "privacy",
    "accessibility",
    "cookies",
    "site_map",
)


@public
def robots_txt(request: HttpRequest) -> HttpResponse:
    """All may read the public pages; nothing else is of use to them."""
    lines = [
        "User-agent: *",
        "Disallow: /espace/",
        "Disallow: /compte/",
        "Disallow: /technique/",
        "Disallow: /campus/*/signaler/",
        "Disallow: /agenda/inscription/",
        "Disallow: /offres/employeur/",
        "Disallow: /offres/*/signaler/",
        "Disallow: /alertes/",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to say that something is unsafe (RFC 9116); valid for six months from today."""
    midnight = dt.datetime.combine(timezone.localdate() + dt.timedelta(days=182), dt.time(), tzinfo=dt.UTC)
    lines = [
        f"Contact: mailto:{settings.CONTACT_EMAIL}",
        f"Expires: {midnight:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """Every public page with the day it last changed, as the change feed tells."""
    moved = changes.of_campuses()
    newest = max(moved.values(), default=None)
    choices = load_choices()
    pages = [(reverse(name), newest) for name in _PAGES]
    pages += [(reverse("filiere", args=[each.slug]), newest) for each in choices.filieres]
    pages += [(reverse("region", args=[each.slug]), newest) for each in choices.regions]
    real = Campus.objects.real().order_by("pk").values_list("pk", "slug")
    pages += [(reverse("campus", args=[slug]), moved.get(pk)) for pk, slug in real]
    pages += [(reverse("dataset", args=[name]), newest) for name in DATASETS]
    pages += [(reverse("statistic", args=[name]), newest) for name in STATISTICS]
    pages += [(each.get_absolute_url(), newest) for level in Level for each in all_of(level)]
    tours = Tour.objects.public().filter(campus__is_demo=False).order_by("pk")
    pages += [(tour.get_absolute_url(), newest) for tour in tours]
    reports = AnnualReport.objects.exclude(published_at=None).filter(campus__is_demo=False).order_by("pk")
    pages += [
        (reverse("annual_report", args=[slug, year]), at)
        for slug, year, at in reports.values_list("campus__slug", "year", "published_at")
    ]
    now = timezone.now()
    valid_until(request, *clock.next_moves(now))
    articles = Article.objects.published(now).real().order_by("-publish_at", "-pk")[:20_000]
    pages += [(each.get_absolute_url(), each.updated_at or each.publish_at) for each in articles]
    return render(request, "public/sitemap.xml", {"pages": pages}, content_type="application/xml; charset=utf-8")
