"""How much one reader may ask in a minute, by kind of request: by person when logged in, else by address.

What the page cache answers from memory never comes here: it costs less than counting it would. The API counts by
itself (`api.gate`), for its answers bear the count; public forms also count by the hour (`public.guard`), and allauth
each log-in by the address that is tried.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cmq.core import rates
from cmq.core.rates import Rate
from cmq.web import errors
from cmq.web.callers import address_of, digest_of, is_this_machine
from cmq.web.page_cache import has_session

WINDOW = 60  # seconds
# Of a limit, what each process may count by itself before it tells the others: a tenth, nothing for a small limit.
_ALONE = 10
_READS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Kind:
    """A kind of request: which methods and paths it has. The first one that fits is the one."""

    name: str
    path: re.Pattern[str]
    reads: bool
    has_files: bool = False

    def fits(self, request: HttpRequest) -> bool:
        """Whether a request is of this kind."""
        if (request.method in _READS) != self.reads or not self.path.match(request.path_info):
            return False
        return not self.has_files or request.META.get("CONTENT_TYPE", "").startswith("multipart/")


_ANY = re.compile(r"/")
KINDS = (
    Kind("search", re.compile(r"(?:/espace)?/recherche/|/communes\.json$|.*/chercher/$"), True),
    # What has an ending is a file; pictures come with their page.
    Kind("files", re.compile(r"\A(?!.*\.(?:webp|png|svg|txt|xml)$).*(?:\.[a-z]{2,8}$|/telechargement/)"), True),
    Kind("pages", _ANY, True),
    Kind("login", re.compile(r"/compte/|/espace/invitation/|/technique/login/"), False),
    Kind("reports", re.compile(r"/rapports-csp/"), False),
    Kind("uploads", _ANY, False, has_files=True),
    Kind("forms", _ANY, False),
)


class RateLimitMiddleware:
    """429 with `Retry-After` for who asks too much. Stands where the person is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or when to come back."""
        rate = count(request)
        if rate is None or not rate.is_over:
            return self.get_response(request)
        response = errors.too_many(request, retry_after=rate.reset)
        for name, value in {**rate_headers(rate), "Cache-Control": "no-store"}.items():
            response.headers[name] = value
        return response


def count(request: HttpRequest) -> Rate | None:
    """How much the one who asks has asked of this kind in this minute; None for what is not counted here."""
    if request.path_info.startswith("/api/v1/"):
        return None
    address = address_of(request)
    # One count for everyone would close the site instead of sharing it.
    if not address or is_this_machine(address):
        return None
    kind = next(each for each in KINDS if each.fits(request))
    for_address, for_person = settings.LIMITS[kind.name]
    who, limit = f"a{digest_of(address)}", for_address
    if has_session(request) and request.user.is_authenticated:
        who, limit = f"p{request.user.pk}", for_person
    if not limit:
        return None
    return rates.hit(f"{kind.name}:{who}", limit=limit, seconds=WINDOW, step=limit // _ALONE)


def rate_headers(rate: Rate) -> dict[str, str]:
    """What an answer says of a limit (draft-ietf-httpapi-ratelimit-headers): a policy, and what is left of it."""
    return {
        "RateLimit-Policy": f'"minute";q={rate.limit};w={WINDOW}',
        "RateLimit": f'"minute";r={rate.left};t={rate.reset}',
    }
