"""Pages for what went wrong, in French and with the right status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None, *, reason: str = "") -> HttpResponse:
    """400."""
    return render(request, "errors/400.html", {"reason": reason}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was not opened on this site, or was opened too long ago."""
    return render(request, "errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "errors/404.html", status=404)


def method_not_allowed(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """405 with the methods that the page knows."""
    response = render(request, "errors/405.html", status=405)
    response["Allow"] = ", ".join(allowed)
    return response


def too_large(request: HttpRequest, *, most: int) -> HttpResponse:
    """413; `most` in bytes. The connection is closed: the rest of the body is not read."""
    response = render(request, "errors/413.html", {"megabytes": most // 1024 // 1024}, status=413)
    response["Connection"] = "close"
    return response


def too_many(request: HttpRequest, *, retry_after: int) -> HttpResponse:
    """429; `retry_after` in seconds."""
    response = render(request, "errors/429.html", {"minutes": -(-retry_after // 60)}, status=429)
    response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, drawn without the database, which may be the cause."""
    return render(request, "errors/500.html", status=500)
