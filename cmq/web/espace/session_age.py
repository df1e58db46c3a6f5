"""How long a session lasts, and under which key: over after some hours whatever is done, sooner when nothing is.

NIST SP 800-63B-4 (AAL2): who one is is proven again after twelve hours, or after an hour without a sign of life. A new
proof within a session gives it a new key, so that a key stolen before is worth nothing after.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from cmq.web import security_log
from cmq.web.page_cache import has_session

BEGAN, SEEN = "began", "seen"
# Writing down each sign of life would write at each page.
NOTED_EVERY = 300  # seconds
LEEWAY = 60  # seconds between the clocks of two machines
# Where people prove who they are.
_PROVING = ("/compte/", "/espace/invitation/")
# An open page asks it by itself: no sign of life.
_BY_ITSELF = "/presence/"


class SessionAgeMiddleware:
    """Log out who came too long ago; note signs of life; give a session that was proven anew another key."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, for a visitor when the session is over."""
        if has_session(request) and request.user.is_authenticated:
            _end_or_note(request)
        if not request.path_info.startswith(_PROVING):
            return self.get_response(request)
        before = len(_proofs(request))
        response = self.get_response(request)
        proofs = _proofs(request)
        method = proofs[-1]["method"] if len(proofs) > before else None
        is_in = bool(request.user.is_authenticated)
        # What was refused before it was looked at is a refusal, not a failed proof.
        if response.status_code < 400:
            security_log.note_proof(request, method=method, person=_person(request), is_in=is_in)
        if method and is_in:
            _begin_or_renew(request)
        return response


def _proofs(request: HttpRequest) -> list[dict[str, Any]]:
    return request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []


def _person(request: HttpRequest) -> int | None:
    """Who is logged in, or has given a first proof and owes a second one."""
    found = request.user.pk or request.session.get("account_authentication_methods_user")
    return int(found) if found else None


def _end_or_note(request: HttpRequest) -> None:
    session, now = request.session, time.time()
    began = session.get(BEGAN)
    if began is None:
        return
    idle = settings.IDLE_MINUTES * 60
    # A clock that was ahead must not make a session last until it is caught up with.
    is_ahead = max(began, session[SEEN]) > now + LEEWAY
    if is_ahead or now - began > settings.SESSION_COOKIE_AGE or (idle and now - session[SEEN] > idle):
        security_log.note(request, "session over", person=request.user.pk)
        auth.logout(request)
        messages.info(request, "Votre connexion a pris fin, faute d’activité ou par sa durée. Reconnectez-vous.")
    elif now - session[SEEN] > NOTED_EVERY and _BY_ITSELF not in request.path_info:
        session[SEEN] = int(now)
        # Pages are read while the primary is away; this sign of life is noted the next time.
        with suppress(DatabaseError, UpdateError):
            session.save()
        session.modified = False


def _begin_or_renew(request: HttpRequest) -> None:
    session, now = request.session, int(time.time())
    if BEGAN not in session:
        # Just logged in: Django has changed the key.
        session[BEGAN] = session[SEEN] = now
        return
    former = session.session_key
    session.cycle_key()
    session[SEEN] = now
    UserSession.objects.filter(session_key=former).update(session_key=session.session_key)
