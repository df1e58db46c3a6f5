"""Practices: offered by one campus, read and taken up by the others."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.projects import actions, rules
from cmq.projects.models import Project, ProjectOwner, ProjectPicture, ProjectQuerySet
from cmq.web import pictures
from cmq.web.espace.access import ACT, READ, campus_for, logged_in, page, person_of, press
from cmq.web.espace.projects.doors import practice_for, project_for
from cmq.web.espace.projects.forms import PracticeFilterForm

PER_PAGE = 20


@logged_in(*READ)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The library of practices of all campuses, narrowed as asked; what has no meaning narrows nothing."""
    campus, form = campus_for(request, slug), PracticeFilterForm(request.GET)
    form.is_valid()
    found = _narrowed(form.cleaned_data).filter(campus__is_demo=campus.is_demo)
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    taken = set(Project.objects.of(campus).values_list("inspired_by", flat=True))
    context = {"campus": campus, "filters": form, "page": listed, "taken": taken}
    return page(request, "espace/projects/practices.html", context)


def _narrowed(asked: dict[str, str]) -> ProjectQuerySet:
    rows = Project.objects.practices().with_people().annotate(taken_up=Count("inspired", distinct=True))
    if q := asked.get("q"):
        rows = rows.filter(Q(title__icontains=q) | Q(objective__icontains=q) | Q(reusable__icontains=q))
    owners = ProjectOwner.objects.accepted()
    if filiere := asked.get("filiere"):
        rows = rows.filter(pk__in=owners.filter(campus__filiere__slug=filiere).values("project"))
    if region := asked.get("region"):
        rows = rows.filter(pk__in=owners.filter(campus__region__slug=region).values("project"))
    if audience := asked.get("public"):
        rows = rows.filter(audiences__audience=audience)
    return rows.order_by("-practice_since", "pk")


@logged_in(*READ)
def practice(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One practice: what can be reused, who thanks for it."""
    campus, found = practice_for(request, slug, pk)
    mine = Project.objects.of(campus).filter(inspired_by=found).first()
    context = {
        "campus": campus,
        "project": found,
        "results": [(row, rules.reached_share(row.target, row.reached)) for row in found.results.all()],
        "thanked_by": [(each, each.campus) for each in found.inspired.select_related("campus")],
        "mine": mine,
        "is_own": any(owner.campus_id == campus.pk for owner in found.accepted_owners),  # type: ignore[attr-defined]
    }
    return page(request, "espace/projects/practice.html", context)


@logged_in(*READ)
def picture(request: HttpRequest, slug: str, pk: int, picture: int) -> HttpResponse:
    """A picture of a practice."""
    _, found = practice_for(request, slug, pk)
    return pictures.shown(get_object_or_404(ProjectPicture, pk=picture, project=found))


@logged_in(*ACT)
def take_up(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Start a project of mine from a practice."""
    (campus, found), person, made = practice_for(request, slug, pk), person_of(request), list[Project]()
    answer = press(
        request,
        lambda: made.append(actions.take_up(found, campus, by=person)),
        "Projet commencé à partir de cette pratique : complétez-le. Vos remerciements y sont liés.",
        "espace_practice",
        campus.slug,
        found.pk,
    )
    if made:
        answer["Location"] = f"/espace/campus/{campus.slug}/projets/{made[0].pk}/"
    return answer


@logged_in(*ACT)
def publish(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Offer a project to the other campuses."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    message = "Les autres campus peuvent maintenant lire et reprendre cette pratique."
    return press(
        request, lambda: actions.publish_practice(found, by=person), message, "espace_project", campus.slug, found.pk
    )


@logged_in(*ACT)
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Offer it no longer."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    act = lambda: actions.withdraw_practice(found, by=person)  # noqa: E731
    return press(request, act, "Retiré des pratiques.", "espace_project", campus.slug, found.pk)
