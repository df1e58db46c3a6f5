"""What readers' browsers refused on our pages, counted without a word of who they are.

Reports come as the Reporting API sends them (W3C Reporting API, CSP Level 3, 5.5) or as `report-uri` did (5.3). Of each
are kept the directive, where what was refused came from, and the pattern of the page's address: nothing of a person.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.db import transaction
from django.db.models import F

from cmq.service.models import BrowserRefusal

MOST_BYTES = 32_000
MOST_REPORTS = 20
# Kinds of refusals of one day: who floods us with made-up ones fills one line.
MOST_A_DAY = 300
KEPT = dt.timedelta(days=30)
OTHERS = "autres"
DIRECTIVES = frozenset(
    """child-src connect-src default-src font-src frame-src img-src manifest-src media-src object-src prefetch-src
    script-src script-src-attr script-src-elem style-src style-src-attr style-src-elem worker-src base-uri form-action
    frame-ancestors navigate-to require-trusted-types-for sandbox trusted-types""".split()  # noqa: SIM905
)
_WORDS = frozenset(
    {"inline", "eval", "wasm-eval", "self", "data", "blob", "trusted-types-policy", "trusted-types-sink", "about"}
)
_HOST = re.compile(r"[a-z0-9.-]{1,100}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,30}\Z")


class BadReport(ValueError):
    """This is no report of a browser."""


@dataclass(frozen=True)
class Refused:
    """One refusal: the directive, what was refused as its origin or a word of CSP, and the page's whole address."""

    directive: str
    blocked: str
    page: str


def read(body: bytes) -> list[Refused]:
    """The refusals that a browser reports, of either form. Raises `BadReport`."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadReport("no JSON") from error
    if isinstance(said, dict) and isinstance(said.get("csp-report"), dict):
        old = said["csp-report"]
        directive = old.get("effective-directive") or str(old.get("violated-directive", "")).partition(" ")[0]
        return [_refused(directive, old.get("blocked-uri"), old.get("document-uri"))]
    if not isinstance(said, list) or len(said) > MOST_REPORTS:
        raise BadReport("no list of reports")
    bodies = [each.get("body") for each in said if isinstance(each, dict) and each.get("type") == "csp-violation"]
    return [
        _refused(each.get("effectiveDirective"), each.get("blockedURL"), each.get("documentURL"))
        for each in bodies
        if isinstance(each, dict)
    ]


def _refused(directive: Any, blocked: Any, page: Any) -> Refused:
    if directive not in DIRECTIVES or not isinstance(page, str) or not isinstance(blocked, str | None):
        raise BadReport("no directive, no page")
    return Refused(directive, origin_of(blocked or ""), page)


def origin_of(blocked: str) -> str:
    """What is kept of a refused address: a word of CSP, a scheme and host, or a scheme (extensions); else nothing."""
    if blocked in _WORDS:
        return blocked
    try:
        parts = urlsplit(blocked)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ""
    if parts.scheme in ("http", "https", "ws", "wss"):
        return f"{parts.scheme}://{host}" if _HOST.match(host) else ""
    return f"{parts.scheme}:" if _SCHEME.match(parts.scheme) else ""


def keep(refusals: Iterable[tuple[str, str, str]], *, on: dt.date) -> None:
    """Count refusals of a day: directive, origin of what was refused, pattern of the page's address."""
    for directive, blocked, page in refusals:
        with transaction.atomic():
            said: dict[str, Any] = {"day": on, "directive": directive, "blocked": blocked[:130], "page": page[:200]}
            if _count(said):
                continue
            if BrowserRefusal.objects.filter(day=on).count() >= MOST_A_DAY:
                said |= {"directive": OTHERS, "blocked": "", "page": ""}
            _, is_new = BrowserRefusal.objects.get_or_create(**said)
            if not is_new:
                _count(said)


def _count(said: dict[str, Any]) -> int:
    return BrowserRefusal.objects.filter(**said).update(number=F("number") + 1)
