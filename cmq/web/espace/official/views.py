"""What keepers see of official sources, and what they write beside them."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.careers import rules
from cmq.careers.actions import write_note
from cmq.careers.models import Occupation
from cmq.core.text import asked_words, fold
from cmq.official import standing
from cmq.official.models import OfficialRun
from cmq.official.sources import IMPORTERS
from cmq.web.espace.access import READ, READ_AND_ACT, allow, done, keeper_of, logged_in, page, person_of, posted, submit
from cmq.web.espace.official.forms import JobNoteForm

RUNS = 20
PER_PAGE = 25
_FOR_KEEPERS = "Cette page est réservée aux gardiens du registre."


@logged_in(*READ)
def sources(request: HttpRequest) -> HttpResponse:
    """Every source: what is loaded, from when, what is stale, what failed."""
    keeper_of(request)
    found = standing.of_all(IMPORTERS.values(), at=timezone.now())
    return page(request, "espace/official/sources.html", {"standings": found})


@logged_in(*READ)
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: its last loadings, with what was refused and what changed in the last one."""
    keeper_of(request)
    if slug not in IMPORTERS:
        raise Http404
    runs = list(OfficialRun.objects.filter(importer=slug).select_related("source")[:RUNS])
    return page(request, "espace/official/source.html", {"importer": IMPORTERS[slug], "runs": runs})


@logged_in(*READ)
def job_notes(request: HttpRequest) -> HttpResponse:
    """The jobs that have a text of ours; with words, those to write on."""
    allow(rules.can_write_note(request.user), _FOR_KEEPERS)
    q = asked_words(request.GET.get("q", ""))
    jobs = Occupation.objects.select_related("own_text")
    jobs = jobs.exclude(own_text=None) if not q else jobs.filter(Q(folded_title__contains=fold(q)) | Q(code=q.upper()))
    found = Paginator(jobs.order_by("folded_title", "code"), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/official/job_notes.html", {"q": q, "page": found})


@logged_in(*READ_AND_ACT)
def job_note(request: HttpRequest, code: str) -> HttpResponse:
    """Write what our editors say of a job."""
    allow(rules.can_write_note(request.user), _FOR_KEEPERS)
    job = get_object_or_404(Occupation.objects.select_related("own_text"), code=code)
    note = getattr(job, "own_text", None)
    initial = {"version": note.version if note else 0, "text": note.text if note else ""}
    form = JobNoteForm(posted(request), initial=initial)
    if submit(request, form, lambda data: write_note(job, by=person_of(request), **data)):
        return done(request, "Le texte est enregistré.", "registre_job_notes")
    return page(request, "espace/official/job_note.html", {"job": job}, form=form)
