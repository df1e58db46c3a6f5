"""The trainings on offer in the network of a campus, for everyone: section, list, page."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.linked_data import rome_code
from cmq.trainings.models import Training, TrainingQuerySet
from cmq.web.public.common import public
from cmq.web.training_filters import asked, narrowed

PER_PAGE = 30
IN_SECTION = 6
COLUMNS = (
    *("intitule", "organisation", "diplome", "niveau", "rncp", "voie", "enseignement", "modalites", "publics", "rome"),
    *("modules", "colorations", "commune", "adresse", "places", "prochaine_rentree", "inscription", "debut", "fin"),
    *("campus", "confirmee_le"),
)


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The part « Formations » of the campus page; empty when none is on offer."""
    offered = Training.objects.of(campus).on_offer(on)
    shown = list(offered.for_list()[: IN_SECTION + 1])
    count = len(shown) if len(shown) <= IN_SECTION else offered.count()
    return {"trainings": shown[:IN_SECTION], "trainings_count": count}


@public
def trainings(request: HttpRequest, slug: str) -> HttpResponse:
    """The trainings of a campus that are on offer today, narrowed by what is asked."""
    campus = get_object_or_404(Campus, slug=slug)
    offered = Training.objects.of(campus).on_offer(timezone.localdate())
    wish = asked(request.GET, offered)
    found = Paginator(narrowed(offered, wish).for_list(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"campus": campus, "asked": wish, "page": found}
    return render(request, "public/trainings.html", context)


@public
def training(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One training on offer today, at the campus that holds it or at one that shares it."""
    campus, today = get_object_or_404(Campus, slug=slug), timezone.localdate()
    found = get_object_or_404(Training.objects.of(campus).on_offer(today).for_page(), pk=pk)
    context = {
        "campus": campus,
        "training": found,
        "open_days": [each for each in found.open_days.all() if each.day >= today],
        "others": [share.campus for share in found.shares.all() if share.accepted_at],
        "json_ld": _json_ld(found),
        "today": today,
    }
    return render(request, "public/training.html", context)


def csv_rows(found: TrainingQuerySet) -> Iterator[tuple[Any, ...]]:
    """Trainings in the columns of the table that one may send, and two more."""
    for each in found.for_list().prefetch_related("romes", "modules"):
        modules = list(each.modules.all())
        yield (
            *(each.title, each.organisation.name, each.diploma, each.level or "", each.rncp_code, each.kind),
            each.stage,
            " | ".join(row.way for row in each.ways.all()),
            " | ".join(row.audience for row in each.audiences.all()),
            " | ".join(row.code for row in each.romes.all()),
            " | ".join(row.title for row in modules if not row.is_coloration),
            " | ".join(row.title for row in modules if row.is_coloration),
            each.commune or "",
            *(each.address, each.capacity or "", each.next_start or "", each.apply_url),
            *(each.starts_on or "", each.ends_on or "", each.campus.name, each.confirmed_on),
        )


def _json_ld(training: Training) -> dict[str, Any]:
    """schema.org: what search engines may say of the training."""
    page = f"{settings.SITE_URL}{training.get_absolute_url()}"
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["EducationalOccupationalProgram", "Course"],
        "@id": page,
        "url": page,
        "name": training.title,
        "provider": {"@type": "EducationalOrganization", "name": training.organisation.name},
    }
    if training.diploma:
        described["educationalCredentialAwarded"] = training.diploma
    if training.next_start:
        described["startDate"] = training.next_start.isoformat()
    if training.capacity:
        described["maximumEnrollment"] = training.capacity
    if codes := [row.code for row in training.romes.all()]:
        described["occupationalCategory"] = [rome_code(code) for code in codes]
    if training.commune:
        place = {"addressLocality": training.commune.name, "addressCountry": "FR"}
        street = {"streetAddress": training.address} if training.address else {}
        address = {"@type": "PostalAddress", **place, **street}
        where = {"@type": "Place", "name": training.organisation.name, "address": address}
        described["hasCourseInstance"] = {"@type": "CourseInstance", "courseMode": "Onsite", "location": where}
    if training.apply_url:
        described["offers"] = {"@type": "Offer", "url": training.apply_url}
    return described
