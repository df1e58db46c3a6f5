"""Where keepers say which jobs are of which filière."""

from django.http import HttpRequest, HttpResponse

from cmq.statistics import rules
from cmq.statistics.actions import set_jobs
from cmq.statistics.models import FiliereJobs
from cmq.web.espace.access import READ_AND_ACT, allow, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.statistics.forms import FiliereJobsForm


@logged_in(*READ_AND_ACT)
def filiere_jobs(request: HttpRequest) -> HttpResponse:
    """The rows in force, and a form to say otherwise; the balance is made again at once."""
    allow(rules.can_set_jobs(request.user), "Cette page est réservée aux gardiens du registre.")
    form = FiliereJobsForm(posted(request))
    if submit(request, form, lambda said: set_jobs(by=person_of(request), **said)):
        return done(request, "C’est enregistré, et le bilan est recalculé.", "registre_filiere_jobs")
    rows = FiliereJobs.objects.filter(until=None).select_related("filiere", "decided_by")
    return page(request, "espace/statistics/jobs.html", {"rows": rows}, form=form)
