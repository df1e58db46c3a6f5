"""`/etat/`: how the site is doing, for readers who wonder whether it is them or us."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.service import standing
from cmq.service.models import ServiceNotice
from cmq.web.public.common import read_only

PAST = 10


@read_only
def status(request: HttpRequest) -> HttpResponse:
    """Each part now, what is going on, what is announced, what is over."""
    at = timezone.now()
    parts = standing.parts(at)
    notices = ServiceNotice.objects
    context = {
        "at": at,
        "parts": parts,
        "is_good": all(part.state == standing.State.GOOD for part in parts),
        "current": notices.current(at),
        "coming": notices.coming(at).order_by("starts_at"),
        "past": notices.filter(ends_at__lte=at)[:PAST],
    }
    return render(request, "public/status.html", context)
