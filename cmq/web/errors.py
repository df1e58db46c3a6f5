"""Pages for what went wrong, in French and with the right status; for a program, a problem document instead."""

import sys
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cmq.core import tracing
from cmq.core.errors import is_passing
from cmq.core.object_store import FilesUnavailable
from cmq.web.api import problems
from cmq.web.api.problems import is_api, problem

TRY_AGAIN: Final = 120  # seconds


def bad_request(request: HttpRequest, exception: Exception | None = None, *, reason: str = "") -> HttpResponse:
    """400."""
    if is_api(request):
        return problem(request, problems.BAD_REQUEST, reason or "Cette requête ne peut pas être lue.")
    return render(request, "errors/400.html", {"reason": reason}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    if is_api(request):
        return problem(request, problems.FORBIDDEN, str(exception or "") or "Cette adresse vous est fermée.")
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was not opened on this site, or was opened too long ago; the API takes no form at all."""
    if is_api(request):
        return method_not_allowed(request, ["GET", "HEAD", "OPTIONS"])
    return render(request, "errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if is_api(request):
        return problem(request, problems.NOT_FOUND, "Il n’y a rien à cette adresse de l’API.")
    return render(request, "errors/404.html", status=404)


def method_not_allowed(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """405 with the methods that the page knows."""
    if is_api(request):
        return problem(request, problems.METHOD, f"Ici, on ne sait que {', '.join(allowed)}.", Allow=", ".join(allowed))
    response = render(request, "errors/405.html", status=405)
    response["Allow"] = ", ".join(allowed)
    return response


def too_large(request: HttpRequest, *, most: int) -> HttpResponse:
    """413; `most` in bytes. The connection is closed: the rest of the body is not read."""
    if is_api(request):
        return problem(request, problems.TOO_LARGE, "L’API ne lit aucun corps de requête.", Connection="close")
    response = render(request, "errors/413.html", {"megabytes": most // 1024 // 1024}, status=413)
    response["Connection"] = "close"
    return response


def too_many(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """429; `retry_after` in seconds."""
    if is_api(request):
        detail = f"Attendez {retry_after} s."
        return problem(request, problems.TOO_MANY, detail, **{"Retry-After": str(retry_after)})
    response = render(request, "errors/429.html", {"minutes": -(-retry_after // 60)}, status=429)
    response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when what the site stands on failed; drawn without the database, which may be the cause."""
    # Django calls this while it handles the exception.
    if is_passing(sys.exc_info()[1]):
        return _unavailable(request)
    if is_api(request):
        return problem(request, problems.BROKEN, "Une erreur du site a empêché de répondre. Réessayez plus tard.")
    return render(request, "errors/500.html", {"number": tracing.current.get()}, status=500)


def _unavailable(request: HttpRequest, reason: str = "Sa base de données ou son disque manque.") -> HttpResponse:
    if is_api(request):
        detail = f"{reason} Réessayez dans {TRY_AGAIN} s."
        return problem(request, problems.UNAVAILABLE, detail, **{"Retry-After": str(TRY_AGAIN)})
    context = {"reason": reason, "has_sent": request.method == "POST"}
    response = render(request, "errors/unavailable.html", context, status=503)
    response["Retry-After"] = str(TRY_AGAIN)
    return response


class FilesMiddleware:
    """503 for a page that wants a file of a store that does not answer; a form that sends one says so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django asks this of what a view raised."""
        return _unavailable(request, str(exception)) if isinstance(exception, FilesUnavailable) else None
