"""Headers that bound what a browser may do with our pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cmq.core import proconnect

IGN_TILES = "https://data.geopf.fr"


def content_security_policy(*, scripts: str = "'self'", ancestors: str = "'none'") -> str:
    """Our own files only; no inline script or style, no frame, no plug-in.

    Args:
        scripts: whose scripts run; ancestors: who may show the page in a frame. Both as the header writes it.
    """
    agents = proconnect.origin()
    images = "'self' data:" + (f" {IGN_TILES}" if settings.MAP_TILES == "ign" else "")
    parts = {
        "default-src": "'none'",
        "script-src": scripts,
        "style-src": "'self'",
        "img-src": images,
        "font-src": "'self'",
        "connect-src": "'self'",
        # Forms of ours that lead to ProConnect, to log in there and to leave it, are redirected to its host.
        "form-action": f"'self' {agents}".strip(),
        "base-uri": "'none'",
        "frame-ancestors": ancestors,
        "manifest-src": "'self'",
    }
    if settings.HTTPS:
        parts["upgrade-insecure-requests"] = ""
    return "; ".join(f"{name} {value}".strip() for name, value in parts.items())


def headers() -> dict[str, str]:
    """Every header that Django's own middleware does not set."""
    return {
        "Content-Security-Policy": content_security_policy(),
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=(), interest-cohort=()",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }


class SecurityHeadersMiddleware:
    """Put the headers on every answer; nothing is kept by a proxy unless the page cache says so afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = headers()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers."""
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
