"""Leaving for ProConnect, coming back, leaving it."""

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import logout as allauth_logout
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache

from cmq.accounts.models import User
from cmq.campuses.agents import Credentials, recognise
from cmq.core import proconnect
from cmq.core.errors import Refusal, require
from cmq.web import errors, security_log
from cmq.web.espace.access import ACT, READ, logged_in, page

# Whoever sits down next finds nothing in the browser.
CLEARED = '"cache", "storage"'
ASKED, LOGGED_IN, LEFT = "proconnect_asked", "proconnect", "proconnect_left"


@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Send the person to ProConnect; `encore` asks someone who is logged in to prove it anew."""
    if request.method not in ACT:
        return errors.method_not_allowed(request, list(ACT))
    if not proconnect.is_on():
        return errors.not_found(request, None)
    next_url = request.POST.get("next", "")
    next_url = next_url if get_adapter(request).is_safe_url(next_url) else ""
    try:
        asking, url = proconnect.ask(next_url, is_again="encore" in request.POST and request.user.is_authenticated)
    except Refusal as refusal:
        return _refused(request, str(refusal))
    request.session[ASKED] = asking.as_dict()
    return redirect(url)


@logged_in(*READ)
def prove_again(request: HttpRequest) -> HttpResponse:
    """The page from which somebody who is logged in goes to prove it anew."""
    return page(request, "account/proconnect_again.html", {"next": request.GET.get("next", "")})


@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Who is back from ProConnect is logged in, when we know them; an answer serves once."""
    if request.method not in READ:
        return errors.method_not_allowed(request, list(READ))
    asked = request.session.pop(ASKED, None)
    if not proconnect.is_on() or asked is None:
        return _refused(request, proconnect.FAILED)
    asking = proconnect.Asking(**asked)
    try:
        agent = proconnect.answer(asking, request.GET.dict())
        person = recognise(Credentials(agent.issuer, agent.subject, agent.email, agent.name))
        if asking.is_again:
            return _proven_again(request, person, asking, agent)
    except Refusal as refusal:
        return _refused(request, str(refusal))
    request.session[LOGGED_IN] = {
        "person": person.pk,
        "id_token": agent.id_token,
        "is_strong": agent.is_strong,
    }
    record_authentication(request, person, method="proconnect", uid=agent.subject)
    login = Login(user=person, redirect_url=asking.next_url or None, email=person.email)
    response: HttpResponse = perform_login(request, login)
    return response


@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """As allauth does; who came by ProConnect leaves it too, by way of its own page."""
    came_by, person = _came_by(request), request.user.pk
    response: HttpResponse = allauth_logout(request)
    if request.method != "POST":
        return response
    security_log.note(request, "logged out", person=person)
    if came_by and proconnect.is_on():
        state, url = proconnect.leave(came_by["id_token"])
        if url:
            request.session[LEFT] = state
            response = redirect(url)
    response.headers["Clear-Site-Data"] = CLEARED
    return response


@never_cache
def left(request: HttpRequest) -> HttpResponse:
    """Back from ProConnect, logged out of both."""
    if request.method not in READ:
        return errors.method_not_allowed(request, list(READ))
    state = request.session.pop(LEFT, "")
    if state and constant_time_compare(request.GET.get("state", ""), state):
        messages.success(request, "Vous êtes déconnecté, de ProConnect aussi.")
    return redirect(settings.LOGOUT_REDIRECT_URL)


def is_strong(request: HttpRequest) -> bool:
    """Whether this session was opened by ProConnect with a second factor."""
    came_by = _came_by(request)
    return came_by is not None and bool(came_by["is_strong"])


def _came_by(request: HttpRequest) -> dict[str, Any] | None:
    """What was noted when this very person came: a log-in left half-way may have been somebody else's."""
    noted: dict[str, Any] | None = request.session.get(LOGGED_IN)
    return noted if noted and noted["person"] == request.user.pk else None


def _proven_again(
    request: HttpRequest, person: User, asking: proconnect.Asking, agent: proconnect.Agent
) -> HttpResponse:
    require(request.user == person, "ProConnect a reconnu quelqu’un d’autre : reprenez avec votre propre compte.")
    # The page proposes it to nobody who has a factor; a request may come without the page.
    require(not is_mfa_enabled(person), "Votre compte a un second facteur : prouvez que c’est vous par lui.")
    # A provider that answers from a session of before has proven nothing now.
    is_old = agent.authenticated_at is not None and agent.authenticated_at < asking.asked_at - 60
    require(not is_old, "ProConnect n’a pas redemandé qui vous êtes. Recommencez.")
    record_authentication(request, person, method="proconnect", reauthenticated=True, at_provider=time.time())
    return redirect(asking.next_url or settings.LOGIN_REDIRECT_URL)


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("espace" if request.user.is_authenticated else "account_login")
