"""Projects of several campuses: another is asked, accepts, refuses, leaves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.projects import actions
from cmq.projects.models import ProjectOwner
from cmq.web.espace.access import ACT, READ_AND_ACT, done, logged_in, page, person_of, posted, press, submit
from cmq.web.espace.projects.doors import project_for
from cmq.web.espace.projects.forms import OwnerForm


@logged_in(*READ_AND_ACT)
def ask(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask another campus to own the project too."""
    (campus, found), person = project_for(request, slug, pk), person_of(request)
    form = OwnerForm(posted(request), project=found)

    def act(data: dict[str, Any]) -> None:
        actions.ask_owner(found, data["campus"], by=person)

    if submit(request, form, act):
        return done(request, "Proposé : l’autre campus doit accepter.", "espace_project", campus.slug, found.pk)
    context = {"campus": campus, "project": found, "act_title": "Porter le projet à plusieurs", "button": "Proposer"}
    return page(request, "espace/projects/act.html", context, form=form)


@logged_in(*ACT)
def accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """This campus owns the project too."""
    (campus, found), person = project_for(request, slug, pk, asked=True), person_of(request)
    owner = get_object_or_404(ProjectOwner.objects.select_related("campus"), project=found, campus=campus)
    message = "Votre campus porte aussi ce projet ; il reste compté une seule fois."
    return press(
        request, lambda: actions.accept_owner(owner, by=person), message, "espace_project", campus.slug, found.pk
    )


@logged_in(*ACT)
def end(request: HttpRequest, slug: str, pk: int, owner: int) -> HttpResponse:
    """Refuse a project or leave it; or take back what was asked of another campus."""
    (campus, found), person = project_for(request, slug, pk, asked=True), person_of(request)
    ended = get_object_or_404(ProjectOwner.objects.select_related("project", "campus"), pk=owner, project=found)
    is_mine = ended.campus_id == campus.pk
    act = lambda: actions.end_owner(ended, by=person)  # noqa: E731
    if is_mine and campus.pk != found.campus_id:
        return press(request, act, "Votre campus ne porte pas ce projet.", "espace_projects", campus.slug)
    return press(request, act, "Proposition retirée.", "espace_project", campus.slug, found.pk)
