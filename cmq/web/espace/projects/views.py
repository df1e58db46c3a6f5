"""The projects of a campus: listed, entered, changed, moved, measured, pictured."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.models import Change
from cmq.projects import actions, rules
from cmq.projects.models import Project, ProjectOwner, ProjectPicture, ProjectState
from cmq.web import pictures
from cmq.web.espace import history
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.projects.doors import project_for
from cmq.web.espace.projects.forms import MoveForm, PictureForm, ProjectForm, ResultsForm

PER_PAGE = 25


@logged_in(*READ)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The projects of a campus, and those that it is asked to own."""
    campus = campus_for(request, slug)
    found = Project.objects.of(campus).with_people().order_by("state", "title", "pk")
    waiting = ProjectOwner.objects.waiting().filter(campus=campus).select_related("project__campus")
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/projects/projects.html", {"campus": campus, "page": listed, "waiting": waiting})


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a project."""
    campus, person = campus_for(request, slug), person_of(request)
    partners = rules.possible_partners([campus], on=timezone.localdate())
    form, made = ProjectForm(posted(request), partners=partners), list[Project]()

    def enter(data: dict[str, Any]) -> None:
        made.append(actions.enter_project(campus, terms=form.terms(), partners=form.chosen(), by=person))

    if submit(request, form, enter):
        return done(request, "Projet inscrit.", "espace_project", campus.slug, made[0].pk)
    context = {"campus": campus, "act_title": "Inscrire un projet", "button": "Inscrire le projet"}
    return page(request, "espace/projects/act.html", context, form=form)


@logged_in(*READ)
def project(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """All of one project; what it is, for a campus that is asked to own it."""
    campus, found = project_for(request, slug, pk, asked=True)
    owners = list(found.owners.select_related("campus"))
    context = {
        "campus": campus,
        "project": found,
        "owners": owners,
        "mine": next(owner for owner in owners if owner.campus_id == campus.pk),
        "audiences": found.audiences.all(),
        "partners": found.partners.select_related("organisation"),
        "ended": rules.ended_partners(found, on=timezone.localdate()),
        "results": [(row, rules.reached_share(row.target, row.reached)) for row in found.results.all()],
        "pictures": found.pictures.all(),
        "why_not_practice": rules.why_not_practice(found),
        "thanked_by": [(each, each.campus) for each in found.inspired.select_related("campus")],
        "past": history.with_people(Change.objects.about(found)[:PER_PAGE]),
    }
    return page(request, "espace/projects/project.html", context)


@logged_in(*READ_AND_ACT)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what a project says."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    owners = [owner.campus for owner in found.owners.accepted().select_related("campus")]
    partners = rules.possible_partners(owners, on=timezone.localdate())
    form = ProjectForm(posted(request), partners=partners, project=found)

    def write(data: dict[str, Any]) -> None:
        said = {"terms": form.terms(), "partners": form.chosen(), "version": data["version"]}
        actions.change_project(found, **said, by=person)

    if submit(request, form, write):
        return done(request, "Projet enregistré.", "espace_project", campus.slug, found.pk)
    return _act(request, campus, found, form, "Modifier le projet", "Enregistrer")


@logged_in(*READ_AND_ACT)
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move a project to another state."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    form = MoveForm(posted(request), states=rules.next_states(found))

    def step(data: dict[str, Any]) -> None:
        actions.move_project(found, to=ProjectState(data["to"]), reason=data["reason"], by=person)

    if submit(request, form, step):
        return done(request, "État du projet changé.", "espace_project", campus.slug, found.pk)
    return _act(request, campus, found, form, "Changer l’état du projet", "Changer l’état")


@logged_in(*READ_AND_ACT)
def results(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the results of a project, all at once."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    form = ResultsForm(posted(request), project=found)

    def write(data: dict[str, Any]) -> None:
        actions.set_results(found, rows=data["given"], version=data["version"], by=person)

    if submit(request, form, write):
        return done(request, "Résultats enregistrés.", "espace_project", campus.slug, found.pk)
    return page(request, "espace/projects/results.html", {"campus": campus, "project": found}, form=form)


@logged_in(*READ_AND_ACT)
def add_picture(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a picture."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    form = PictureForm(posted(request), request.FILES or None)
    if submit(request, form, lambda data: actions.add_picture(found, picture=form.sent(), by=person)):
        return done(request, "Image ajoutée.", "espace_project", campus.slug, found.pk)
    return _act(request, campus, found, form, "Ajouter une image", "Ajouter l’image")


@logged_in(*READ)
def picture(request: HttpRequest, slug: str, pk: int, picture: int) -> HttpResponse:
    """The picture itself."""
    _, found = project_for(request, slug, pk, asked=True)
    return pictures.shown(get_object_or_404(ProjectPicture, pk=picture, project=found))


@logged_in(*ACT)
def remove_picture(request: HttpRequest, slug: str, pk: int, picture: int) -> HttpResponse:
    """Take a picture off."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    kept = get_object_or_404(ProjectPicture.objects.select_related("project"), pk=picture, project=found)
    act = lambda: actions.remove_picture(kept, by=person)  # noqa: E731
    return press(request, act, "Image retirée.", "espace_project", campus.slug, found.pk)


def _act(request: HttpRequest, campus: Campus, found: Project, form: Any, act_title: str, button: str) -> HttpResponse:
    context = {"campus": campus, "project": found, "act_title": act_title, "button": button}
    return page(request, "espace/projects/act.html", context, form=form)
