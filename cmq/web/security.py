"""Headers that bound what a browser may do with our pages."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cmq.core import proconnect

IGN_TILES = "https://data.geopf.fr"
# Where browsers say what they refused (`public.refusal_hooks`).
REPORTS = "/rapports-csp/"
# Pages of Django's own, whose jQuery 3 writes HTML as strings.
_TEAM = "/technique/"
# What a page may use of the device: only what a page of ours uses. What browsers
# know besides is denied, but for sharing, which is closed to frames anyway and not known everywhere.
_USED = ("clipboard-write", "geolocation", "publickey-credentials-create", "publickey-credentials-get")
_DENIED = """accelerometer autoplay browsing-topics camera
    compute-pressure display-capture encrypted-media fullscreen gamepad gyroscope hid identity-credentials-get
    idle-detection keyboard-map local-fonts magnetometer microphone midi otp-credentials payment picture-in-picture
    screen-wake-lock serial storage-access sync-xhr usb window-management xr-spatial-tracking"""


def nonce_of(request: HttpRequest) -> str:
    """The number that lets the scripts of this one answer run; the policy then names it in the place of « self »."""
    found: str | None = getattr(request, "csp_nonce", None)
    if found is None:
        found = request.csp_nonce = secrets.token_urlsafe(18)  # type: ignore[attr-defined]
    return found


def content_security_policy(*, scripts: str = "'self'", ancestors: str = "'none'", trusted_types: bool = True) -> str:
    """Our own files only; no inline script or style, no frame, no plug-in; no HTML made of strings by a script.

    Args:
        scripts: whose scripts run; ancestors: who may show the page in a frame. Both as the header writes it.
        trusted_types: whether scripts may put no bare string where HTML or a script's address goes.
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
    if trusted_types:
        # The one policy, of the map that moves: `static/cmq/trusted.js`.
        parts |= {"require-trusted-types-for": "'script'", "trusted-types": "default"}
    parts["report-uri"] = REPORTS
    if settings.HTTPS:
        # The newer way works on HTTPS only, and who knows it no longer looks at the older one.
        parts |= {"report-to": "csp", "upgrade-insecure-requests": ""}
    return "; ".join(f"{name} {value}".strip() for name, value in parts.items())


def headers() -> dict[str, str]:
    """Every header that Django's own middleware does not set."""
    features = [f"{name}=()" for name in _DENIED.split()] + [f"{name}=(self)" for name in _USED]
    return {
        "Content-Security-Policy": content_security_policy(),
        "Reporting-Endpoints": f'csp="{REPORTS}"',
        "Permissions-Policy": ", ".join(sorted(features)),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Origin-Agent-Cluster": "?1",
        "X-Permitted-Cross-Domain-Policies": "none",
    }


def protect(request: HttpRequest, response: HttpResponse, said: dict[str, str] | None = None) -> HttpResponse:
    """The answer with its headers; those that it has already stay.

    Args:
        said: what `headers` gives, when it is known already.
    """
    if request.path_info.startswith(_TEAM):
        response.headers.setdefault("Content-Security-Policy", content_security_policy(trusted_types=False))
    elif hasattr(request, "csp_nonce"):
        policy = content_security_policy(scripts=f"'nonce-{nonce_of(request)}'")
        response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in (said or headers()).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


class SecurityHeadersMiddleware:
    """Put the headers on every answer; nothing is kept by a proxy unless the page cache says so afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = headers()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with its headers."""
        return protect(request, self.get_response(request), self.headers)
