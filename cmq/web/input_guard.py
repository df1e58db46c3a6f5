"""What no page of ours ever needs in an address or a form is refused before any view sees it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException

from cmq.web import errors

MAX_QUERY = 4_000  # characters of an address's query
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class InputGuardMiddleware:
    """Refuse control characters and over-long queries with a clear 400, what is too large to be sent with a 413."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The refusal, or the page."""
        if _is_too_large(request):
            return errors.too_large(request, most=settings.MAX_ATTACHMENT_BYTES)
        reason = _refusal(request)
        return errors.bad_request(request, reason=reason) if reason else self.get_response(request)


def _is_too_large(request: HttpRequest) -> bool:
    # Told by the announced length, before a byte of it is kept; a document's form weighs a little more than it.
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > settings.MAX_ATTACHMENT_BYTES + 1024 * 1024


def _refusal(request: HttpRequest) -> str:
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        return "L’adresse demandée est trop longue. Raccourcissez votre recherche."
    if _CONTROL.search(request.path_info) or _has_control(request.GET.lists()):
        return "L’adresse contient des caractères de commande, qu’aucune recherche n’utilise."
    if request.method == "POST" and _has_control(_posted(request)):
        return "Le formulaire contient des caractères de commande. Collez votre texte sans mise en forme."
    return ""


def _posted(request: HttpRequest) -> list[tuple[str, list[str]]]:
    try:
        return list(request.POST.lists())
    except RawPostDataException:
        return []


def _has_control(lists: object) -> bool:
    return any(
        _CONTROL.search(name) or any(_CONTROL.search(value) for value in values)
        for name, values in lists  # type: ignore[attr-defined]
    )
