"""Who stands before a project or a practice: strangers get 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cmq.campuses.models import Campus
from cmq.projects.models import Project, ProjectOwner
from cmq.web.espace.access import campus_for


def project_for(request: HttpRequest, slug: str, pk: int, *, asked: bool = False) -> tuple[Campus, Project]:
    """The campus and one of its projects; with `asked`, also one that it is asked to own. Raises Http404."""
    campus = campus_for(request, slug)
    owners = ProjectOwner.objects.filter(campus=campus)
    mine = (owners if asked else owners.accepted()).values("project")
    rows = Project.objects.filter(pk__in=mine).select_related("campus", "inspired_by__campus")
    return campus, get_object_or_404(rows, pk=pk)


def practice_for(request: HttpRequest, slug: str, pk: int) -> tuple[Campus, Project]:
    """The campus and a practice that it may read, its own too. Raises Http404."""
    campus = campus_for(request, slug)
    rows = Project.objects.practices().with_people().filter(campus__is_demo=campus.is_demo)
    return campus, get_object_or_404(rows.select_related("inspired_by__campus"), pk=pk)
