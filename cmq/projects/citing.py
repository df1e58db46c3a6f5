"""Where projects cite organisations, for the partners that have left."""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db.models import Exists, OuterRef

from cmq.campuses.models import Campus, Partnership
from cmq.network.citing import Citation
from cmq.organisations.models import Organisation
from cmq.projects.models import Project, ProjectOwner, ProjectPartner, ProjectState


def taking_part(campus: Campus, organisations: Collection[Organisation], on: dt.date) -> Iterator[Citation]:
    """Open projects of a campus in which they take part, members of no other campus that owns the project."""
    owners = ProjectOwner.objects.accepted().filter(project=OuterRef(OuterRef("project"))).values("campus")
    elsewhere = Partnership.objects.active(on).filter(organisation=OuterRef("organisation"), campus__in=owners)
    running = Project.objects.of(campus).filter(state__in=[ProjectState.IDEA, ProjectState.RUNNING])
    rows = ProjectPartner.objects.filter(project__in=running, organisation__in=organisations)
    for partner in rows.exclude(Exists(elsewhere)).select_related("organisation", "project"):
        project = partner.project
        yield Citation(partner.organisation, project, f"projet « {project} »", f"projets/{project.pk}/")
