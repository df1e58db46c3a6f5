"""Acts that bind an institution ask who is there once more, unless that was proven a few minutes ago."""

import functools
import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from cmq.web.espace.access import View


def freshly_proven(page: str = "", *, is_a_list: bool = False) -> Callable[[View], View]:
    """An act for someone who proved a short while ago who they are; others prove it first, then come back.

    Args:
        page: name of the page that holds the act's form, when the act has none of its own.
        is_a_list: that page has the forms of many things, and is not told which.
    What was typed is not kept: a signature is given after the proof, never replayed by it.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if is_fresh(request):
                return view(request, *args, **kwargs)
            query = QueryDict(mutable=True)
            query["next"] = _place(request, page, *(() if is_a_list else (args, kwargs)))
            return redirect(f"{reverse('account_reauthenticate')}?{query.urlencode(safe='/')}")

        wrapper.asks_again = True  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _place(request: HttpRequest, page: str, args: Any = (), kwargs: Any = None) -> str:
    return reverse(page, args=args, kwargs=kwargs) if page else request.path


def is_fresh(request: HttpRequest) -> bool:
    """Whether the last proof, at log-in or after, is younger than the setting says; always when it says nothing."""
    if not settings.STEP_UP_MINUTES:
        return True
    proofs = get_authentication_records(request, request.user)
    # A proof from the future was dated by a clock that was wrong: it would stay fresh for as long as that had jumped.
    return bool(proofs) and abs(time.time() - float(proofs[-1]["at"])) < settings.STEP_UP_MINUTES * 60
