"""Who stands before a file. Whoever may not read it is told nothing: not even that it exists."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from cmq.applications.models import LabelApplication, Section
from cmq.deliberation.rules import can_open


def file_for(request: HttpRequest, reference: str) -> LabelApplication:
    """The file, for those who may read it. Raises Http404 for everyone else."""
    files = LabelApplication.objects.select_related("campus__region", "campaign", "filiere")
    application = get_object_or_404(files, reference=reference)
    if not can_open(request.user, application):
        raise Http404
    return application


def section_of(application: LabelApplication, position: int) -> Section:
    """One part of a file. Raises Http404."""
    section = application.sections.select_related("criterion", "requirement", "updated_by").filter(position=position)
    found = section.first()
    if found is None:
        raise Http404
    found.application = application
    return found
