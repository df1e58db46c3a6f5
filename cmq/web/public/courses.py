"""Trainings at places: the list with its facets and map, and each training with where each fact is from."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from cmq.careers.models import Occupation
from cmq.catalogue import listing
from cmq.catalogue.listing import Found
from cmq.catalogue.models import Course
from cmq.certifications.models import Certification, CertificationSuccession
from cmq.core.partial_dates import PartialDate
from cmq.reference.models import Region
from cmq.web import maps
from cmq.web.public.common import public

PER_PAGE = 20
# In the order of the page; what no source says is not shown.
SAID = (
    ("diploma", "Diplôme"),
    ("level", "Niveau"),
    ("rncp_code", "Fiche RNCP"),
    ("cfd_code", "Code scolarité"),
    ("by_school", "Voie scolaire ou étudiante"),
    ("by_apprenticeship", "Apprentissage"),
    ("by_continuing", "Formation continue"),
    ("places", "Places"),
    ("next_start", "Prochaine rentrée"),
    ("access_rate", "Taux d’accès sur Parcoursup"),
    ("further_study", "Poursuite d’études"),
    ("employed_6_months", "En emploi six mois après la sortie"),
)
_RATES = ("access_rate", "further_study", "employed_6_months")
# What InserJeunes counts, as its publisher defines it.
METHOD = (
    "Taux d’emploi : part des sortants qui ont un emploi salarié en France six mois après, parmi ceux qui ne "
    "poursuivent pas d’études. Poursuite d’études : part des inscrits de dernière année qui en poursuivent."
)


@public
def courses(request: HttpRequest) -> HttpResponse:
    """The trainings that answer the address; 400 for a part without meaning."""
    choice = listing.parse(request.GET.dict())
    found = listing.select(choice)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = _shown(list(page.object_list))
    context = {
        "choice": choice,
        "problems": [{"message": problem} for problem in choice.problems],
        "counts": listing.counts(choice),
        "regions": Region.objects.all(),
        "radii": listing.RADII,
        "page": page,
        "shown": shown,
        "map": _map([course for course, _ in shown], title="Carte des formations de cette page"),
    }
    return render(request, "public/courses/list.html", context, status=400 if choice.problems else 200)


@public
def course(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One training at one place; the address of before its title changed leads to today’s."""
    found = get_object_or_404(Course.objects.for_list(), pk=pk)
    if request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    today = timezone.localdate().isoformat()
    jobs = Occupation.objects.filter(code__in=found.rome_codes).order_by("title")
    context = {
        "course": found,
        "said": _said(found),
        "method": METHOD if found.rates_period else "",
        "open_days": [_open_day(day) for day in found.open_days if day["day"] >= today],
        "certification": Certification.objects.filter(code=found.rncp_code).first() if found.rncp_code else None,
        "replaced_by": _replacing(found.rncp_code),
        "jobs": jobs,
        "elsewhere": _elsewhere(found),
        "sources": sorted({(title, _day(day)) for _, title, day in found.provenance.values() if title}),
        "map": _map([found], title=f"Carte : {found.place_name}", links=False),
        "json_ld": _json_ld(found),
    }
    return render(request, "public/courses/course.html", context)


def _shown(found: Sequence[Found]) -> list[tuple[Course, float | None]]:
    rows = Course.objects.for_list().in_bulk([each.pk for each in found])
    return [(rows[each.pk], each.distance) for each in found if each.pk in rows]


def _said(course: Course) -> list[tuple[str, str, str, str]]:
    """Label, value, source and day of each fact that a source gives."""
    said = []
    for name, label in SAID:
        value = getattr(course, name)
        if value is None or value is False or value == "":
            continue
        _, title, day = course.provenance.get(name, ["", "", ""])
        said.append((label, _told(name, value), title, _day(day)))
    return said


def _day(iso: str) -> str:
    """The day of a statement as it is read: « 28 novembre 2026 », « 2025 », or the words of the source."""
    try:
        return str(PartialDate.parse(iso)) if iso else ""
    except ValueError:
        return iso


def _told(name: str, value: Any) -> str:
    if name in _RATES:
        return f"{value} %"
    if value is True:
        return "oui"
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value)


def _open_day(day: dict[str, str]) -> tuple[dt.date, str]:
    return dt.date.fromisoformat(day["day"]), day.get("note", "")


def _replacing(code: str) -> list[str]:
    return (
        list(CertificationSuccession.objects.filter(old_code=code).values_list("new_code", flat=True)) if code else []
    )


def _elsewhere(course: Course) -> Any:
    """The same training at other places."""
    if not course.rncp_code:
        return Course.objects.none()
    others = Course.objects.for_list().filter(rncp_code=course.rncp_code).exclude(pk=course.pk)
    return others.order_by("is_demo", "place_name", "pk")[:6]


def _map(shown: Sequence[Course], *, title: str, links: bool = True) -> maps.Map | None:
    marks = []
    for each in shown:
        spot = each if each.latitude is not None else each.commune
        lat, lon = (spot.latitude, spot.longitude) if spot else (None, None)
        if lat is not None and lon is not None:
            address = each.get_absolute_url() if links else ""
            marks.append(maps.Mark(lat, lon, f"{each.title}, {each.place_name}", url=address, kind="en-cours"))
    return maps.around(marks, key="formations", title=title)


def _json_ld(course: Course) -> dict[str, Any]:
    """schema.org: what search engines may say of the training."""
    page = f"{settings.SITE_URL}{course.get_absolute_url()}"
    provider: dict[str, Any] = {"@type": "EducationalOrganization", "name": course.place_name}
    if course.commune:
        provider["address"] = {
            "@type": "PostalAddress",
            "addressLocality": course.commune.name,
            "addressCountry": "FR",
        }
    instance: dict[str, Any] = {"@type": "CourseInstance", "courseMode": "Onsite", "location": provider}
    if course.next_start:
        instance["startDate"] = course.next_start.isoformat()
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": page,
        "url": page,
        "name": course.title,
        "description": f"{course.title}, {course.place_name}",
        "provider": provider,
        "hasCourseInstance": instance,
    }
    if course.diploma:
        described["educationalCredentialAwarded"] = course.diploma
    return described
