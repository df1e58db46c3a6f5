"""What machines ask of this one: is it alive, may it be sent readers, what does it count.

Answered before anything else: a balancer asks by the machine's own address and without HTTPS, which readers may not,
and a supervisor must learn that the process lives whatever else fails.
"""

import hmac
from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from cmq.core import feed
from cmq.core.models import OutgoingMail
from cmq.search import indexing
from cmq.service import running, standing
from cmq.service.measures import exposition
from cmq.web.closing import closing_now
from cmq.web.public.common import read_only


@read_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at, so that no supervisor kills it for a database’s fault."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether a balancer may send readers here: 200, or 503 with why (`database`, `migrations`)."""
    why = standing.is_ready()
    body = {"ready": not why, "why": why, "closing": closing_now().closing if not why else "", "theme": settings.THEME}
    return JsonResponse(body, status=503 if why else 200)


@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Measures in Prometheus’s form, for who shows the token; without one set, there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    if not hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        response = HttpResponse(status=401)
        response["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    at = timezone.now()
    body, content_type = exposition(
        {
            "cmq_letters_waiting": OutgoingMail.objects.waiting().count(),
            "cmq_search_lines_behind": indexing.behind(),
            "cmq_feed_position": feed.position(),
            "cmq_tasks_overdue": len(running.overdue(at)),
            "cmq_tasks_queued": running.queued(),
        }
    )
    return HttpResponse(body, content_type=content_type)


class HealthMiddleware:
    """Answer these three before any other middleware."""

    _VIEWS: ClassVar[dict[str, Callable[[HttpRequest], HttpResponse]]] = {
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The machine's answer, or the site's."""
        return self._VIEWS.get(request.path, self.get_response)(request)
