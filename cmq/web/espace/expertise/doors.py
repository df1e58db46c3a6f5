"""Who stands before an expertise. A recused expert is answered like a stranger: as if there were nothing."""

from django.http import Http404, HttpRequest

from cmq.applications.models import LabelApplication
from cmq.campaigns.rules import is_secretary
from cmq.expertise.models import Assignment, Expert
from cmq.expertise.rules import readable_assignments
from cmq.web.espace.access import allow
from cmq.web.espace.files.doors import file_for


def expertise_for(request: HttpRequest, pk: int) -> Assignment:
    """My expertise. Raises Http404 for everyone else, and once I am recused."""
    mine = readable_assignments(request.user).filter(pk=pk)
    related = ("expert__person", "application__campus__region", "application__campaign__specification")
    found = mine.select_related(*related, "application__filiere").first()
    if found is None:
        raise Http404
    return found


def managed_file(request: HttpRequest, reference: str) -> LabelApplication:
    """The file, for the secretariat. Raises Http404 for strangers to the file, PermissionDenied for its readers."""
    application = file_for(request, reference)
    allow(is_secretary(request.user), "Les experts d’un dossier se gèrent au secrétariat des autorités.")
    return application


def assignment_of(application: LabelApplication, pk: int) -> Assignment:
    """One expertise of a file. Raises Http404."""
    found = application.assignments.select_related("expert__person").filter(pk=pk).first()
    if found is None:
        raise Http404
    found.application = application
    return found


def expert_of(pk: int) -> Expert:
    """One expert. Raises Http404."""
    found = Expert.objects.select_related("person", "employer", "region").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
