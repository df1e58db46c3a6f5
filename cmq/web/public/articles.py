"""The articles that everyone reads: listed with facets, one by one, by campus, as feeds, with their pictures."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.editorial import body, cards, clock
from cmq.editorial.models import Article, ArticleAddress, IllustrationRendition, Rubric, Tag
from cmq.reference.models import Filiere, Region
from cmq.web import articles as drawing
from cmq.web import atom, sharing
from cmq.web.page_cache import valid_until
from cmq.web.public.common import public

PER_PAGE, IN_FEED, ON_CAMPUS, AT_HOME = 12, 30, 3, 3
# Name in the address → path of the slug, title.
FACETS = {
    "rubrique": ("rubric__slug", "Rubrique"),
    "filiere": ("filiere__slug", "Filière"),
    "region": ("region__slug", "Région"),
    "mot": ("tags__slug", "Mot-clé"),
}


@public
def articles(request: HttpRequest) -> HttpResponse:
    """The articles that answer the address, newest first; 400 for a value without meaning, 404 past the end."""
    at = timezone.now()
    valid_until(request, *clock.next_moves(at))
    labels = _labels()
    chosen, problems = _chosen(request, labels)
    everything = Article.objects.published(at).national()
    found = _narrowed(everything, chosen).for_list().order_by("-publish_at", "-pk")
    paginator, number = Paginator(found, PER_PAGE), request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number[:6]) <= paginator.num_pages:
        raise Http404
    context = {
        "chosen": chosen,
        "problems": [{"message": each} for each in problems],
        "facets": [(name, FACETS[name][1], _counted(everything, labels, name, chosen)) for name in FACETS],
        "page": paginator.page(int(number[:6])),
        "canonical": urlencode(chosen),
        "heading": ", ".join(labels[name][value] for name, value in chosen.items()),
    }
    return render(request, "public/articles/list.html", context, status=400 if problems else 200)


@public
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article; an old address leads to the new one; one that was taken off says why (410)."""
    at = timezone.now()
    rows = Article.objects.for_list().prefetch_related("tags")
    found = rows.filter(slug=slug).first()
    if found is None:
        old = get_object_or_404(ArticleAddress.objects.select_related("article"), slug=slug)
        return redirect(old.article, permanent=True)
    if found.is_withdrawn(at):
        return render(request, "public/articles/withdrawn.html", {"article": found}, status=410)
    if not found.is_published(at):
        raise Http404
    context = shown(found, at=at)
    valid_until(request, *filter(None, [found.withdraw_at]), *cards.ends(context["read"].named, at=at))
    valid_until(request, *clock.next_moves(at))
    return render(request, "public/articles/article.html", context)


def shown(found: Article, *, at: dt.datetime, address: drawing.Address = drawing.public_address) -> dict[str, Any]:
    """All that the page of an article draws; also for the preview of a draft."""
    read = body.read(found.body)
    return {
        "article": found,
        "read": read,
        "blocks": drawing.blocks(read, at=at, address=address),
        "figure": drawing.figure(found.picture, address=address) if found.picture else None,
        "contents": [each for each in read.headings if each.level == 2] if len(read.headings) > 3 else [],
        "related": found.related.published(at).for_list().order_by("-publish_at") if found.pk else [],
        "json_ld": _json_ld(found, read),
        "offers_url": _offers_url(found),
    }


def _offers_url(found: Article) -> str:
    """Where the offers of what an article is about are; empty when it is about nothing in particular."""
    if found.campus:
        return f"{reverse('job_offers')}?{urlencode({'campus': found.campus.slug})}"
    subjects = {"region": found.region, "filiere": found.filiere}
    about = {name: subject.slug for name, subject in subjects.items() if subject}
    return f"{reverse('search')}?{urlencode({'type': 'offre', **about})}" if about else ""


@public
def sharing_image(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture that social networks show of a published article."""
    found = get_object_or_404(Article.objects.published(timezone.now()).for_list(), slug=slug)
    valid_until(request, *filter(None, [found.withdraw_at]))
    return HttpResponse(sharing.sharing_picture(found), content_type="image/png")


@public
def illustration(request: HttpRequest, pk: int, width: int) -> HttpResponse:
    """A picture of a text that was agreed, in one of its widths."""
    return rendition(
        get_object_or_404(IllustrationRendition, illustration=pk, width=width, illustration__is_public=True)
    )


def rendition(found: IllustrationRendition) -> HttpResponse:
    """The file of a rendition, of the type that we wrote, where nothing can run. Raises Http404."""
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    with content:
        answer = HttpResponse(content.read(), content_type="image/webp")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@public
def feed(request: HttpRequest) -> HttpResponse:
    """The newest articles as Atom (RFC 4287), narrowed by rubric, filière, region or word; 400 for nonsense."""
    at, labels = timezone.now(), _labels()
    chosen, problems = _chosen(request, labels)
    found = _narrowed(Article.objects.published(at).national(), chosen)
    title = " – ".join(["Articles", *(labels[name][value] for name, value in chosen.items())])
    page = "/articles/" + (f"?{urlencode(chosen)}" if chosen else "")
    return _atom(request, found, title=title, page=page, status=400 if problems else 200)


@public
def campus_news(request: HttpRequest, slug: str) -> HttpResponse:
    """The news of one campus, promoted or not."""
    at = timezone.now()
    campus = get_object_or_404(Campus.objects.select_related("region"), slug=slug)
    valid_until(request, *clock.next_moves(at))
    found = Article.objects.published(at).of_campus(campus).for_list().order_by("-publish_at", "-pk")
    paginator, number = Paginator(found, PER_PAGE), request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number[:6]) <= paginator.num_pages:
        raise Http404
    context = {"campus": campus, "page": paginator.page(int(number[:6]))}
    return render(request, "public/articles/campus_news.html", context)


@public
def campus_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The news of one campus as Atom."""
    campus = get_object_or_404(Campus, slug=slug)
    found = Article.objects.published(timezone.now()).of_campus(campus)
    return _atom(request, found, title=f"Actualités – {campus.name}", page=f"{campus.get_absolute_url()}actualites/")


def section(request: HttpRequest, campus: Campus, *, at: dt.datetime) -> dict[str, Any]:
    """The part « Actualités » of the campus page; empty when it has published nothing."""
    valid_until(request, *clock.next_moves(at))
    found = Article.objects.published(at).of_campus(campus).for_list().order_by("-publish_at", "-pk")
    return {"campus_news": list(found[:ON_CAMPUS])}


def at_home(request: HttpRequest) -> list[Article]:
    """The newest articles of the national list, those of the demonstration after all others."""
    at = timezone.now()
    valid_until(request, *clock.next_moves(at))
    found = Article.objects.published(at).national().for_list().order_by("is_demo", "-publish_at", "-pk")
    return list(found[:AT_HOME])


def _atom(
    request: HttpRequest, found: "QuerySet[Article]", *, title: str, page: str, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    valid_until(request, *clock.next_moves(at))
    rows = found.select_related("rubric", "campus").order_by("-publish_at", "-pk")[:IN_FEED]
    return atom.respond(request, [_entry(row) for row in rows], title=title, page=page, status=status)


def _entry(article: Article) -> atom.Entry:
    assert article.publish_at
    return atom.Entry(
        atom.marked(article.title, is_demo=article.is_demo),
        article.get_absolute_url(),
        updated=article.updated_at or article.publish_at,
        published=article.publish_at,
        summary=article.standfirst,
        # Its address may change, not its number.
        key=f"/articles/#{article.pk}",
        author=article.byline,
        categories=((article.rubric.slug, str(article.rubric)),),
    )


def _labels() -> dict[str, dict[str, str]]:
    return {
        "rubrique": dict(Rubric.objects.values_list("slug", "name")),
        "filiere": dict(Filiere.objects.order_by("position").values_list("slug", "name")),
        "region": dict(Region.objects.order_by("name").values_list("slug", "name")),
        "mot": dict(Tag.objects.values_list("slug", "name")),
    }


def _chosen(request: HttpRequest, labels: dict[str, dict[str, str]]) -> tuple[dict[str, str], list[str]]:
    """What the address chooses, and what in it has no meaning."""
    asked = {name: request.GET.get(name, "") for name in FACETS}
    problems = [
        f"« {value[:60]} » n’est pas un choix : {FACETS[name][1]}."
        for name, value in asked.items()
        if value and value not in labels[name]
    ]
    return {name: value for name, value in asked.items() if value in labels[name]}, problems


def _narrowed(found: Any, chosen: dict[str, str], *, but: str = "") -> Any:
    for name, value in chosen.items():
        if name != but:
            found = found.filter(**{FACETS[name][0]: value})
    return found


def _counted(
    everything: Any, labels: dict[str, dict[str, str]], name: str, chosen: dict[str, str]
) -> list[tuple[str, str, int, int]]:
    """Each value of a facet with how many articles answer it beside the other choices: real ones, then fictional."""
    path = FACETS[name][0]
    rows = _narrowed(everything, chosen, but=name).order_by().values(path)
    rows = rows.annotate(real=Count("pk", filter=Q(is_demo=False)), demo=Count("pk", filter=Q(is_demo=True)))
    numbers = {row[path]: (row["real"], row["demo"]) for row in rows if row[path]}
    kept = {chosen.get(name), *numbers}
    return [(value, label, *numbers.get(value, (0, 0))) for value, label in labels[name].items() if value in kept]


def _json_ld(found: Article, read: body.Body) -> dict[str, Any]:
    """schema.org: what search engines may say of the article."""
    url = f"{settings.SITE_URL}{found.get_absolute_url()}"
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "mainEntityOfPage": url,
        "headline": found.title,
        "description": found.standfirst,
        "inLanguage": "fr",
        "articleSection": found.rubric.name,
        "wordCount": read.words,
        "image": [f"{url}partage.png"],
        "publisher": {"@type": "Organization", "name": settings.SITE_OWNER or settings.SITE_NAME},
    }
    if found.byline:
        described["author"] = {"@type": "Person" if found.campus is None else "Organization", "name": found.byline}
    if found.publish_at:
        described["datePublished"] = found.publish_at.isoformat()
        described["dateModified"] = (found.updated_at or found.publish_at).isoformat()
    if found.pk and (words := [tag.name for tag in found.tags.all()]):
        described["keywords"] = words
    return described
