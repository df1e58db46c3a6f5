"""The projects that campuses show to everyone: listed with facets, one by one, on the campus page."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from cmq.campuses.models import Campus
from cmq.core.text import asked_words, fold
from cmq.projects import rules
from cmq.projects.models import Project, ProjectPicture, ProjectState
from cmq.reference.audiences import Audience
from cmq.reference.models import Filiere, Region
from cmq.web import pictures
from cmq.web.public.common import public

PER_PAGE = 20
ON_CAMPUS = 6
TITLES = {"region": "Région", "filiere": "Filière", "etat": "État", "public": "Public"}


@dataclass(frozen=True)
class Row:
    """A project as it is narrowed."""

    project: Project
    text: str
    facets: dict[str, frozenset[str]]

    def answers(self, chosen: dict[str, str], q: str, *, but: str = "") -> bool:
        """Whether it answers every choice, leaving out the facet `but`."""
        fits = all(value in self.facets[name] for name, value in chosen.items() if name != but)
        return fits and all(word in self.text for word in fold(q).split())


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The part « Projets » of the campus page; empty when nothing is shown."""
    shown = list(Project.objects.public().of(campus).with_people().order_by("state", "title", "pk")[: ON_CAMPUS + 1])
    return {"public_projects": shown[:ON_CAMPUS], "has_more_projects": len(shown) > ON_CAMPUS}


@public
def projects(request: HttpRequest) -> HttpResponse:
    """The public projects that answer the address; 400 for a value without meaning, 404 past the end."""
    labels = labels_of_choices()
    q, chosen, problems = read(request.GET.dict(), labels)
    rows = _rows()
    found = [row.project for row in rows if row.answers(chosen, q)]
    paginator = Paginator(found, PER_PAGE)
    number = request.GET.get("page", "1")
    if not number.isdecimal() or not 1 <= int(number[:6]) <= paginator.num_pages:
        raise Http404
    context = {
        "q": q,
        "chosen": chosen,
        "problems": [{"message": each} for each in problems],
        "facets": [(name, TITLES[name], _counted(rows, labels, name, chosen, q)) for name in TITLES],
        "page": paginator.page(int(number[:6])),
        "national": shown_in_france(),
        "demos": sum(project.campus.is_demo for project in found),
        "canonical": urlencode({**({"q": q} if q else {}), **chosen}),
    }
    return render(request, "public/projects.html", context, status=400 if problems else 200)


def read(given: Mapping[str, str], labels: dict[str, dict[str, str]]) -> tuple[str, dict[str, str], list[str]]:
    """The words, the choices, and a French problem for each value that is no choice."""
    asked = {name: given.get(name, "") for name in TITLES}
    problems = [
        f"« {value[:60]} » n’est pas un choix : {TITLES[name]}."
        for name, value in asked.items()
        if value and value not in labels[name]
    ]
    chosen = {name: value for name, value in asked.items() if value in labels[name]}
    return asked_words(given.get("q", "")), chosen, problems


def answering(q: str, chosen: dict[str, str]) -> list[Project]:
    """The public projects that answer."""
    return [row.project for row in _rows() if row.answers(chosen, q)]


def shown_in_france() -> dict[str, int]:
    """How many projects campuses show, and how many of these several campuses own; each once, no demonstration."""
    counted = Project.objects.public().counted()
    return {"all": counted.count(), "joint": counted.joint().count()}


@public
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """One public project; an internal one answers like one that is not there."""
    rows = Project.objects.public().with_people().select_related("campus", "inspired_by__campus")
    found = get_object_or_404(rows.prefetch_related("partners__organisation", "results"), slug=slug)
    source = found.inspired_by
    context = {
        "project": found,
        "results": [(row, rules.reached_share(row.target, row.reached)) for row in found.results.all()],
        "source": source if source and source.is_public else None,
        "thanked_by": [each for each in found.inspired.select_related("campus") if each.is_public],
        "json_ld": _json_ld(found),
    }
    return render(request, "public/project.html", context)


@public
def picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A picture of a public project."""
    found = get_object_or_404(ProjectPicture, pk=pk, project__slug=slug, project__is_public=True)
    return pictures.shown(found)


def _rows() -> list[Row]:
    shown = Project.objects.public().with_people().order_by("campus__is_demo", "title", "pk")
    return [_row(project) for project in shown]


def _row(project: Project) -> Row:
    campuses = [owner.campus for owner in project.accepted_owners]  # type: ignore[attr-defined]
    said = (project.title, project.objective, project.reusable, *(campus.name for campus in campuses))
    return Row(
        project,
        fold(" ".join(said)),
        {
            "region": frozenset(campus.region.slug for campus in campuses),
            "filiere": frozenset(campus.filiere.slug for campus in campuses if campus.filiere),
            "etat": frozenset([project.state]),
            "public": frozenset(each.audience for each in project.audiences.all()),
        },
    )


def labels_of_choices() -> dict[str, dict[str, str]]:
    """For each choice: its values with their labels."""
    return {
        "region": dict(Region.objects.order_by("name").values_list("slug", "name")),
        "filiere": dict(Filiere.objects.order_by("position").values_list("slug", "name")),
        "etat": {state.value: str(state.label) for state in ProjectState},
        "public": {audience.value: str(audience.label) for audience in Audience},
    }


def _counted(
    rows: list[Row], labels: dict[str, dict[str, str]], name: str, chosen: dict[str, str], q: str
) -> list[tuple[str, str, int, int]]:
    """Each value of a facet with how many projects would answer it beside the other choices: those that the national
    count counts, then those of the demonstration."""
    answering = [row for row in rows if row.answers(chosen, q, but=name)]
    real, demo = (
        Counter(value for row in answering if row.project.campus.is_demo is is_demo for value in row.facets[name])
        for is_demo in (False, True)
    )
    kept = {chosen.get(name), *real, *demo}
    return [(value, label, real[value], demo[value]) for value, label in labels[name].items() if value in kept]


def _json_ld(project: Project) -> dict[str, Any]:
    """schema.org: what search engines may say of the project."""
    campuses = [owner.campus for owner in project.accepted_owners]  # type: ignore[attr-defined]
    return {
        "@context": "https://schema.org",
        "@type": "Project",
        "@id": f"{settings.SITE_URL}{project.get_absolute_url()}",
        "url": f"{settings.SITE_URL}{project.get_absolute_url()}",
        "name": project.title,
        "description": project.objective,
        "parentOrganization": [
            {
                "@type": "EducationalOrganization",
                "name": f"Campus des métiers et des qualifications {campus}",
                "url": f"{settings.SITE_URL}{campus.get_absolute_url()}",
            }
            for campus in campuses
        ],
    }
