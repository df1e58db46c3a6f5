"""The second factors of a person on one page, their recovery codes; and what allauth's own pages do not ask."""

import functools
import json
from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.internal.flows.add import redirect_if_add_not_allowed
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn import views as keys
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from cmq.accounts import recovery
from cmq.accounts.models import User
from cmq.web.espace.access import READ, READ_AND_ACT, View, logged_in, page, person_of
from cmq.web.espace.gates import MAIN, owes_second_factor
from cmq.web.espace.proconnect_views import is_strong

# Codes just made, encrypted, until the next page shows them.
TO_SHOW = "recovery_codes"
# The secret of an application whose first code is awaited, encrypted.
WAITING = "application_secret"
_proven: Callable[[View], View] = reauthentication_required(app="allauth.mfa")


@logged_in(*READ)
def overview(request: HttpRequest) -> HttpResponse:
    """The application, the keys, the recovery codes of this person; and whether one is owed."""
    person = person_of(request)
    own = list(Authenticator.objects.filter(user=person).order_by("pk"))
    codes = next((each for each in own if each.type == Authenticator.Type.RECOVERY_CODES), None)
    totp = next((each for each in own if each.type == Authenticator.Type.TOTP), None)
    context = {
        "application": totp,
        "may_remove": totp and get_adapter().can_delete_authenticator(totp),
        "keys": [each for each in own if each.type == Authenticator.Type.WEBAUTHN],
        "left": recovery.codes_left(codes) if codes else 0,
        "are_former": codes and recovery.is_former(codes),
        "is_owed": owes_second_factor(person, came_strongly=is_strong(request)),
        "has_one": any(each.type in MAIN for each in own),
    }
    return page(request, "mfa/index.html", context)


class _ApplicationView(ActivateTOTPView):  # type: ignore[misc]
    """Add an application, or put one in the place of another: who has lost a telephone has no other factor to keep."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without allauth’s way to the page that removes the one there is. The secret that waits for its first code is
        kept in the session as it will be in the database: encrypted."""
        session = request.session
        waiting = session.pop(WAITING, None)
        if waiting:
            session[SECRET_SESSION_KEY] = decrypt(waiting)
        response: HttpResponse = FormView.dispatch(self, request, *args, **kwargs)  # type: ignore[assignment]
        secret = session.pop(SECRET_SESSION_KEY, None)
        if secret:
            session[WAITING] = encrypt(secret)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether one is replaced."""
        return {**super().get_context_data(**kwargs), "replaces": self._present().exists()}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        """The former one goes as the new one comes."""
        self._present().delete()
        answer: HttpResponse = super().form_valid(form)
        return answer

    def _present(self) -> "QuerySet[Authenticator]":
        found: QuerySet[Authenticator] = Authenticator.objects.filter(
            user=self.request.user, type=Authenticator.Type.TOTP
        )
        return found


application: View = redirect_if_add_not_allowed(_proven(_ApplicationView.as_view()))


@logged_in(*READ_AND_ACT)
def remove_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a key, unless it is the last factor of a person who must have one."""
    key = get_object_or_404(Authenticator, pk=pk, user=person_of(request), type=Authenticator.Type.WEBAUTHN)
    if not get_adapter().can_delete_authenticator(key):
        messages.error(request, get_adapter().error_messages["cannot_delete_authenticator"])
        return redirect("mfa_index")
    return keys.remove_webauthn(request, pk=pk)  # type: ignore[no-any-return]


@never_cache
@logged_in(*READ)
@_proven
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes just made, shown this once; then how many are left."""
    kept = request.session.pop(TO_SHOW, None) if request.method == "GET" else None
    codes = json.loads(decrypt(kept)) if kept else []
    context = {"codes": codes, "file": "\r\n".join(codes) + "\r\n", "left": _left(person_of(request))}
    return page(request, "mfa/recovery_codes/index.html", context)


@logged_in(*READ_AND_ACT)
@_proven
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make ten others, for who has something that they may stand for."""
    person = person_of(request)
    if not _main_factors(person):
        messages.error(request, get_adapter().error_messages["cannot_generate_recovery_codes"])
        return redirect("mfa_index")
    if request.method != "POST":
        return page(request, "mfa/recovery_codes/generate.html", {"left": _left(person)})
    answer = _made_codes(request, person)
    get_adapter().send_notification_mail("mfa/email/recovery_codes_generated", person)
    return answer


def then_codes(view: View) -> View:
    """Whoever adds a first factor is shown recovery codes next."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        person = person_of(request)
        before = _main_factors(person)
        response = view(request, *args, **kwargs)
        is_first = not before and _main_factors(person) > 0
        return _made_codes(request, person) if is_first else response

    return wrapper


def _made_codes(request: HttpRequest, person: User) -> HttpResponse:
    request.session[TO_SHOW] = encrypt(json.dumps(recovery.make_codes(person)))
    return redirect("mfa_view_recovery_codes")


def _main_factors(person: User) -> int:
    return int(Authenticator.objects.filter(user=person, type__in=MAIN).count())


def _left(person: User) -> int:
    codes = Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).first()
    return recovery.codes_left(codes) if codes else 0
