"""The second factors of a person on one page; and what allauth's own page for removing a key does not ask."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as keys
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cmq.web.espace.access import READ, READ_AND_ACT, logged_in, page, person_of
from cmq.web.espace.gates import MAIN, owes_second_factor
from cmq.web.espace.proconnect_views import is_strong


@logged_in(*READ)
def overview(request: HttpRequest) -> HttpResponse:
    """The application, the keys, the recovery codes of this person; and whether one is owed."""
    person = person_of(request)
    own = list(Authenticator.objects.filter(user=person).order_by("pk"))
    recovery = next((each.wrap() for each in own if each.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "application": next((each for each in own if each.type == Authenticator.Type.TOTP), None),
        "keys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
        "recovery": recovery and len(recovery.get_unused_codes()),
        "is_owed": owes_second_factor(person, came_strongly=is_strong(request)),
        "has_one": any(each.type in MAIN for each in own),
    }
    return page(request, "mfa/index.html", context)


@logged_in(*READ_AND_ACT)
def remove_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a key, unless it is the last factor of a person who must have one."""
    key = get_object_or_404(Authenticator, pk=pk, user=person_of(request), type=Authenticator.Type.WEBAUTHN)
    if not get_adapter().can_delete_authenticator(key):
        messages.error(request, get_adapter().error_messages["cannot_delete_authenticator"])
        return redirect("mfa_index")
    return keys.remove_webauthn(request, pk=pk)  # type: ignore[no-any-return]
