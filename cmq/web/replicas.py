"""Pages read from a replica, and never staler than what their own reader has done.

After an act its author carries, in a cookie, how far the register had then come. Their next pages come from the primary
until the replica has come as far, and for some seconds in any case, for not every row that an act writes is told in the
change feed. A page that is kept for everyone is never older than what it is kept for. A replica that is gone is done
without.
"""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signing import BadSignature, Signer
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from cmq.core import feed
from cmq.core.replicas import has_replica, is_reading_replica, reading_from_replica, replica_position
from cmq.web import page_cache

MARK = "cmq_ecrit"
CAREFUL_FOR = 10.0  # seconds after an act
REMEMBERED_FOR = 300  # seconds; a replica further behind than this is found out by its state
LOOK_EVERY = 0.5  # seconds
LEAVE_ALONE_FOR = 5.0  # seconds, after a replica did not answer
_READS = ("GET", "HEAD")
# Where reading writes too: who comes back from an identity provider is logged in by a GET.
_LOGS_IN = "/compte/"


class _Replica:
    """What is known of the replica; asked at most twice a second by each process."""

    def __init__(self) -> None:
        self.position: int | None = None
        self.next_look = float("-inf")
        self.lock = threading.Lock()

    def has_come_to(self, wanted: int) -> bool:
        with self.lock:
            now = time.monotonic()
            is_mine = now >= self.next_look
            if is_mine:
                self.next_look = now + LOOK_EVERY
        # Outside the lock: a replica that is slow to answer holds one page, not all of them.
        if is_mine:
            self.position = replica_position()
            if self.position is None:
                self.is_gone()
        return self.position is not None and self.position >= wanted

    def is_gone(self) -> None:
        """It did not answer: leave it alone for a while."""
        with self.lock:
            self.position, self.next_look = None, time.monotonic() + LEAVE_ALONE_FOR


replica = _Replica()


class ReplicaMiddleware:
    """Choose where the queries of a page go, and mark who has written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not has_replica():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, from the replica when it is good enough for this reader."""
        if request.method in _READS and not request.path_info.startswith(_LOGS_IN):
            at, position = _mark_of(request)
            wanted = max(position, page_cache.shelf.position())
            if time.time() - at < CAREFUL_FOR or not replica.has_come_to(wanted):
                return self.get_response(request)
            with reading_from_replica():
                return self.get_response(request)
        response = self.get_response(request)
        mark = Signer(salt=MARK).sign(f"{time.time():.0f}.{feed.position()}")
        response.set_cookie(
            cookie_name(),
            mark,
            max_age=REMEMBERED_FOR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Ask the primary for a page during which the replica went away: reading it again does no harm."""
        if request.method not in _READS or not isinstance(exception, OperationalError) or not is_reading_replica():
            return None
        replica.is_gone()
        match = request.resolver_match
        with reading_from_replica(False):
            return match.func(request, *match.args, **match.kwargs) if match else None


def cookie_name() -> str:
    """Of the mark, as the browser keeps it."""
    return f"{settings.COOKIE_PREFIX}{MARK}"


def _mark_of(request: HttpRequest) -> tuple[float, int]:
    """When the reader last wrote, and how far the register had then come; what was tampered with says nothing."""
    try:
        at, _, position = Signer(salt=MARK).unsign(request.COOKIES.get(cookie_name(), "")).partition(".")
        return float(at), int(position)
    except (BadSignature, ValueError):
        return 0.0, 0
