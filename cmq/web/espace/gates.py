"""What a person must have done before the workspace opens: one list, for every page of it."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cmq.accounts.models import User
from cmq.campuses.rules import acts_for_an_institution
from cmq.web.espace.proconnect_views import is_strong

GUARDED = ("/espace/", "/technique/")
# Whoever comes by an invitation has no role yet.
OPEN = ("/espace/invitation/", "/espace/conditions/")


def owes_second_factor(person: User, *, came_strongly: bool = False) -> bool:
    """Whether this person must have a second factor with us: whoever acts for an institution does, except who has no
    password here and came by a provider that asked for a second factor itself (`came_strongly`).

    The accounts of the demonstration, which a public site does not have, need none.
    """
    if not settings.SECOND_FACTOR or person.is_demo or (came_strongly and not person.has_usable_password()):
        return False
    return acts_for_an_institution(person)


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
    if owes_second_factor(person, came_strongly=is_strong(request)) and not is_mfa_enabled(person):
        return "mfa_index"
    return ""
