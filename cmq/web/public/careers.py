"""Job sheets: the list by domain and name, and each sheet with where to learn the job and who recruits."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from cmq.careers.domains import DOMAINS
from cmq.careers.linked_data import rome_code
from cmq.careers.models import JobTitle, LinkKind, Occupation, TraitKind
from cmq.catalogue.models import Course
from cmq.certifications.models import Certification
from cmq.core.text import asked_words, fold
from cmq.labour.queries import needs_for
from cmq.offers.models import JobOffer
from cmq.trainings.models import Training
from cmq.web.public.common import public

PER_PAGE = 30
SHOWN_TITLES = 30
SHOWN_THINGS = 10


@public
def occupations(request: HttpRequest) -> HttpResponse:
    """The jobs of the ROME by domain and words; 400 for an unknown domain, 404 past the end."""
    q, domain = asked_words(request.GET.get("q", "")), request.GET.get("domaine", "")
    is_known = not domain or domain in DOMAINS
    found = named(q)
    if domain and is_known:
        found = found.filter(code__startswith=domain)
    paginator, number = Paginator(found, PER_PAGE), request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number[:6]) <= paginator.num_pages:
        raise Http404
    context = {
        "q": q,
        "domain": domain if is_known else "",
        "domains": DOMAINS,
        "problems": [] if is_known else [{"message": f"« {domain[:20]} » n’est pas un domaine du ROME."}],
        "page": paginator.page(int(number[:6])),
    }
    return render(request, "public/careers/list.html", context, status=200 if is_known else 400)


def named(q: str) -> "QuerySet[Occupation]":
    """Jobs whose title, or one of whose names, has every word."""
    found = Occupation.objects.current()
    for word in fold(q).split():
        names = JobTitle.objects.filter(folded_name__contains=word)
        found = found.filter(Q(folded_title__contains=word) | Q(pk__in=names.values("occupation")))
    return found.order_by("folded_title", "code")


@public
def occupation(request: HttpRequest, slug: str) -> HttpResponse:
    """One job sheet. An old address of it, of before its title changed, leads to the new one."""
    job = Occupation.objects.select_related("source", "parent", "own_text").filter(slug=slug).first()
    if job is None:
        job = get_object_or_404(Occupation, code=slug[:5].upper())
        return redirect(job, permanent=True)
    titles = [title.long_name for title in job.titles.order_by("-is_main", "folded_name")]
    context = {
        "job": job,
        "domain": DOMAINS.get(job.domain, ""),
        "titles": titles[:SHOWN_TITLES],
        "more_titles": titles[SHOWN_TITLES:],
        "traits": _traits(job),
        "close": _links(job, LinkKind.CLOSE),
        "next": _links(job, LinkKind.NEXT),
        "needs": needs_for(job),
        "offers": _offers(job),
        **_trainings(job),
        "json_ld": _json_ld(job, titles),
    }
    return render(request, "public/careers/sheet.html", context)


def _traits(job: Occupation) -> list[tuple[str, list[tuple[str, list[Any]]]]]:
    """Each kind of trait with its groups; what belongs to the core of the job first."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for trait in job.traits.order_by("group", "-is_core", "name"):
        found[trait.kind][trait.group].append(trait)
    return [(str(kind.label), list(found[kind].items())) for kind in TraitKind if kind in found]


def _links(job: Occupation, kind: LinkKind) -> list[Occupation]:
    return [link.target for link in job.links.filter(kind=kind).select_related("target").order_by("target__title")]


def _trainings(job: Occupation) -> dict[str, Any]:
    """What leads to the job: certifications, trainings of campuses, trainings at places."""
    certifications = list(
        Certification.objects.active().filter(occupation_links__occupation=job).order_by("level", "title")
    )
    codes = [each.code for each in certifications]
    taught = Training.objects.on_offer(timezone.localdate()).filter(Q(romes__code=job.code) | Q(rncp_code__in=codes))
    taught = taught.for_list().order_by("campus__is_demo", "title", "pk").distinct()
    courses = Course.objects.filter(rome_codes__icontains=job.code)
    return {
        "certifications": certifications[:SHOWN_THINGS],
        "more_certifications": certifications[SHOWN_THINGS:],
        "trainings": taught[:SHOWN_THINGS],
        "campuses": _campuses(taught),
        "courses": courses.for_list().order_by("title", "pk")[:SHOWN_THINGS],
        "courses_count": courses.count(),
    }


def _campuses(taught: "QuerySet[Training]") -> list[Any]:
    return sorted({training.campus for training in taught}, key=lambda campus: (campus.is_demo, fold(campus.name)))


def _offers(job: Occupation) -> dict[str, Any]:
    live = JobOffer.objects.live(timezone.now()).filter(occupation=job)
    return {"count": live.count(), "newest": live.for_list().order_by("-published_at")[:5]}


def _json_ld(job: Occupation, titles: list[str]) -> dict[str, Any]:
    """schema.org: what search engines may say of the job."""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Occupation",
        "@id": f"{settings.SITE_URL}{job.get_absolute_url()}",
        "name": job.title,
        "occupationalCategory": rome_code(job.code),
        "occupationLocation": {"@type": "Country", "name": "France"},
    }
    if job.definition:
        described["description"] = job.definition
    if titles:
        described["alternateName"] = titles[:10]
    skills = [trait.name for trait in job.traits.filter(is_core=True)[:20]]
    if skills:
        described["skills"] = skills
    return described
