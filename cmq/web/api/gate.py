"""What stands before every call of the API: methods, token, rate, form; and what every answer bears."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from cmq.core import rates
from cmq.core.rates import Rate
from cmq.opendata.actions import find_token
from cmq.opendata.models import ApiToken
from cmq.web import callers, page_cache
from cmq.web.api import changelog
from cmq.web.api.problems import IN_CLEAR, METHOD, NO_TOKEN, NOT_ACCEPTABLE, TOO_MANY, ApiError, answer
from cmq.web.rate_limits import WINDOW, rate_headers

JSON = "application/json"
METHODS = "GET, HEAD, OPTIONS"
_EXPOSED = "ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset"
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": _EXPOSED}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Authorization, Accept, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
    "Allow": METHODS,
}
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="API des campus"'}
# Read by other sites' pages: what they get is public.
_CROSS = {"Cross-Origin-Resource-Policy": "cross-origin"}
_UNLISTED = {"X-Robots-Tag": "noindex"}

View = Callable[..., HttpResponse]


def api(*, media_type: str = JSON, needs_token: bool = False) -> Callable[[View], View]:
    """Make a view one of the API. It gets the request, whose `api_token` is the caller's or None, and may raise
    `ApiError`."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method == "OPTIONS":
                    response = HttpResponse(status=204, headers=_PREFLIGHT)
                else:
                    response = _guarded(view, request, media_type, needs_token, *args, **kwargs)
            except ApiError as error:
                response = answer(request, error)
            return _with_headers(request, response, is_private=needs_token, **kwargs)

        return wrapper

    return decorate


def _guarded(
    view: View, request: HttpRequest, media_type: str, needs_token: bool, *args: Any, **kwargs: Any
) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise ApiError(METHOD, f"L’API se lit seulement : {METHODS}.", headers={"Allow": METHODS})
    _check_is_secret(request)
    claimed = request.META.get("HTTP_AUTHORIZATION", "")
    token = _token_of(claimed) if claimed else None
    rate = _rate_of(request, token)
    request.api_rate = rate  # type: ignore[attr-defined]
    request.api_token = token  # type: ignore[attr-defined]
    if rate.is_over:
        detail = f"{rate.limit} requêtes par minute au plus. Attendez {rate.reset} s, ou prenez le fichier entier."
        raise ApiError(TOO_MANY, detail, headers={"Retry-After": str(rate.reset)})
    if claimed and token is None:
        challenge = f'{_CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'
        detail = "Ce jeton est inconnu, expiré ou révoqué, ou votre rôle a pris fin."
        raise ApiError(NO_TOKEN, detail, headers={"WWW-Authenticate": challenge})
    if needs_token and token is None:
        raise ApiError(NO_TOKEN, "Envoyez votre jeton par l’en-tête Authorization: Bearer.", headers=_CHALLENGE)
    if request.META.get("HTTP_ACCEPT") and request.get_preferred_type([media_type, JSON]) is None:
        raise ApiError(
            NOT_ACCEPTABLE, f"L’API ne parle que {media_type}. Les fichiers ont d’autres formes (/donnees/)."
        )
    return view(request, *args, **kwargs)


def _check_is_secret(request: HttpRequest) -> None:
    # A program that is led to HTTPS without a word goes on sending its token in clear first.
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        detail = f"Demandez {settings.SITE_URL}{request.path}. Un jeton envoyé en clair est à révoquer."
        raise ApiError(IN_CLEAR, detail)


def conditional(request: HttpRequest, body: bytes, *, etag: str, modified: int | None, media_type: str) -> HttpResponse:
    """The answer, or 304 for who has it already; `modified` in seconds of the epoch."""
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = page_cache.cache_control()
    response.headers["ETag"] = etag
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    found = get_conditional_response(request, etag=etag, last_modified=modified, response=response)
    return found or response


def _token_of(claimed: str) -> ApiToken | None:
    """The token that a call bears; None for one that opens nothing."""
    scheme, _, text = claimed.partition(" ")
    return find_token(text.strip(), at=timezone.now()) if scheme.lower() == "bearer" and len(text) < 200 else None


def _rate_of(request: HttpRequest, token: ApiToken | None) -> Rate:
    if token is not None:
        return rates.hit(f"api-token:{token.pk}", limit=settings.API_PER_MINUTE_WITH_TOKEN, seconds=WINDOW)
    return callers.hit(request, "api", limit=settings.API_PER_MINUTE, seconds=WINDOW)


def _with_headers(request: HttpRequest, response: HttpResponse, *, is_private: bool, **kwargs: Any) -> HttpResponse:
    rate: Rate | None = getattr(request, "api_rate", None)
    shared = {} if is_private else {**_CORS, **_CROSS}
    for name, value in {**_UNLISTED, **shared, **(rate_headers(rate) if rate else {})}.items():
        response.headers[name] = value
    if is_private:
        # For programs on machines. A page of another site that held a token would show it to everybody.
        response.headers.pop("Access-Control-Allow-Origin")
    patch_vary_headers(response, ["Accept", "Authorization"])
    if "slug" in kwargs:
        changelog.say_leaving(response, kwargs["slug"])
    return response
