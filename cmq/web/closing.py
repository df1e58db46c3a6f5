"""A site that is closed, or that can only be read, for the time of a maintenance."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cmq.service.models import Closing, ServiceNotice
from cmq.web.security import protect

LOOK_EVERY = 2.0  # seconds
# What answers all the same: the state told to readers, and what that page is drawn with.
_ALWAYS = ("/etat/", "/static/")
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Closed:
    """What is closed now, and for how long: seconds to wait before trying again."""

    closing: str = Closing.OPEN
    title: str = ""
    retry_after: int = 300


class _Known:
    """Looked at once every two seconds by each process, not at each page."""

    def __init__(self) -> None:
        self.looked_at = float("-inf")
        self.closed = Closed()
        self.lock = threading.Lock()


known = _Known()


def closing_now() -> Closed:
    """What the notices of the instant close; what was last known when the database does not answer."""
    now = time.monotonic()
    with known.lock:
        if now - known.looked_at >= LOOK_EVERY:
            known.looked_at = now
            # Pages kept in memory still answer without a database: nothing is closed by its fault alone.
            with contextlib.suppress(DatabaseError):
                known.closed = _look()
    return known.closed


def _look() -> Closed:
    at = timezone.now()
    severity = [Closing.OPEN, Closing.READ_ONLY, Closing.CLOSED]
    notices = ServiceNotice.objects.current(at).exclude(closing=Closing.OPEN)
    worst = max(notices, key=lambda each: severity.index(Closing(each.closing)), default=None)
    if worst is None:
        return Closed()
    left = int((worst.ends_at - at).total_seconds()) + 1 if worst.ends_at else 300
    return Closed(worst.closing, worst.title, max(1, left))


class ClosingMiddleware:
    """503 with `Retry-After` for what a maintenance closes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or when to come back."""
        if request.path.startswith(_ALWAYS):
            return self.get_response(request)
        closed = closing_now()
        if closed.closing == Closing.CLOSED or (closed.closing == Closing.READ_ONLY and request.method not in _READS):
            context = {"closed": closed, "minutes": -(-closed.retry_after // 60)}
            response = render(request, "errors/503.html", context, status=503)
            response["Retry-After"] = str(closed.retry_after)
            response["Cache-Control"] = "no-store"
            # Said here: the middleware that says it elsewhere comes after.
            return protect(request, response)
        return self.get_response(request)
