"""The log of who proved who they are, who failed to, and what was refused: `cmq.security`, always written.

No name, no address of anybody: people are told by their number, what was typed and where it came from by digests that
say the same for the same, and nothing without the site's key. What people do once inside is in the journal.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from cmq.web.callers import address_of, digest_of
from cmq.web.page_cache import has_session

log = logging.getLogger("cmq.security")

REFUSALS = (400, 401, 403, 413, 429)
# Views where somebody proves who they are: a POST (a return, from ProConnect) either gives a proof or fails to.
_ENTRANCES = {"account_login", "mfa_login_webauthn", "mfa_authenticate"}
_AGAIN = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
_RETURNS = {"proconnect_return"}


def note(request: HttpRequest, what: str, *, person: int | None = None, **said: Any) -> None:
    """Write a line: `what` in two words, who, from where, on which page."""
    told = {"page": _page(request), "person": person, "caller": _digest(address_of(request)), **said}
    log.info(what, extra={name: value for name, value in told.items() if value is not None})


def note_proof(request: HttpRequest, *, method: str | None, person: int | None, is_in: bool) -> None:
    """Write whether somebody proved who they are.

    Args:
        method: how they did, None when they did not; person: whose account it is about, when that is known; is_in:
            whether they are logged in now.
    """
    page = _page(request)
    tried = (request.method == "POST" and page in (_AGAIN if is_in else _ENTRANCES)) or page in _RETURNS
    if method:
        note(request, "proof given", person=person, method=method, is_in=is_in)
    elif tried:
        typed = request.POST.get("login", "").strip().lower()
        note(request, "proof refused", person=person, account=_digest(typed) if typed else None)


class RefusalLogMiddleware:
    """Write what was refused, and what somebody logged in looked for where there is nothing for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer as it is."""
        response = self.get_response(request)
        status, person = response.status_code, None
        if status in REFUSALS or status == 404:
            person = number_of(request)
        is_guess = status == 404 and person is not None and request.path_info.startswith("/espace/")
        if status in REFUSALS or is_guess:
            note(request, "refused", person=person, status=status, method=request.method)
        return response


def number_of(request: HttpRequest) -> int | None:
    """The number of the account that asks: the helper's own while somebody helps; None for a visitor."""
    who = getattr(request, "helper", None) or getattr(request, "user", None)
    return who.pk if who is not None and has_session(request) and who.is_authenticated else None


def _page(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.view_name or "unnamed") if match else "none"


def _digest(text: str) -> str:
    return digest_of(text)[:16]
