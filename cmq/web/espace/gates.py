"""What a person must have done before the workspace opens: one list, for every page of it."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cmq.accounts.models import User
from cmq.web.espace.proconnect_views import is_strong

GUARDED = ("/espace/", "/technique/")
# Whoever comes by an invitation has done nothing yet; whoever only wants their data, or to leave, needs no application
# for it (RGPD, article 12-2).
OPEN = ("/espace/invitation/", "/espace/conditions/", "/espace/compte/donnees/", "/espace/compte/effacer/")
# What is asked for after a password; recovery codes alone are not.
MAIN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def owes_second_factor(person: User, *, came_strongly: bool = False) -> bool:
    """Whether this person must have a second factor with us: everyone, whatever their roles (ASVS 5.0, 6.3.3), except
    who has no password here and came by a provider that asked for a second factor itself (`came_strongly`).

    The accounts of the demonstration, which a public site does not have, need none.
    """
    if not settings.SECOND_FACTOR or person.is_demo:
        return False
    return person.has_usable_password() or not came_strongly


class GatesMiddleware:
    """Send a person to the page where what is missing is done; everyone else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the way to what must be done first."""
        path = request.path_info
        is_guarded = path.startswith(GUARDED) and not path.startswith(OPEN) and not hasattr(request, "helper")
        if is_guarded and isinstance(request.user, User):
            gate = _closed_gate(request, request.user)
            if gate:
                return redirect(gate)
        return self.get_response(request)


def _closed_gate(request: HttpRequest, person: User) -> str:
    if settings.ASKS_TERMS and person.terms_version != settings.TERMS_VERSION:
        return "espace_terms"
    if owes_second_factor(person, came_strongly=is_strong(request)) and not is_mfa_enabled(person, MAIN):
        return "mfa_index"
    return ""
