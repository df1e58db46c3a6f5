"""Public pages kept in memory: an anonymous visitor's page is drawn once per change of the register.

Each process keeps its own copies. The change feed tells when they are stale: its position is read at most every
quarter of a second, so that no page is ever older than that after a change. Proxies and browsers revalidate by ETag.

A page that the clock alone will change (registrations close when a stop starts) says until when it may be kept:
`valid_until`.

A public page says nothing of who reads it but in its slots: the account in the header, and messages. For a person with
a session the page is kept with its slots empty, and only they are drawn.
"""

import datetime as dt
import functools
import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from cmq.core import feed

LOOK_AT_FEED_EVERY = 0.25  # seconds
MAX_BYTES = 64 * 1024 * 1024
MAX_QUERY = 600  # characters; longer addresses are served, not kept
COMPRESSIBLE = re.compile(r"text/|application/(json|xml|geo\+json|ld\+json)|image/svg")
_UNCACHED_HEADERS = frozenset({"content-length", "content-encoding"})
# What a page bears instead of what is personal, and the template that goes there. No text forges one: `<` is escaped.
_SLOTS = {b"<!--cmq:account-->": "partials/account.html", b"<!--cmq:messages-->": "partials/messages.html"}

View = Callable[..., HttpResponse]
_Key = tuple[str, str]  # address, and how the page is kept: plain, gzip, or with its slots


def public_page(view: View) -> View:
    """Mark a view whose answer is the same for everyone until the register changes, but for the slots."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_session(request):
            response = _with_slots(view, request, *args, **kwargs)
            response.content = _fill(response.content, None)
            response.is_public_page = response.status_code == 200  # type: ignore[attr-defined]
            return response
        key, version = (_address(request), "slots"), shelf.refresh()
        page = shelf.get(key)
        if page is None:
            response = _with_slots(view, request, *args, **kwargs)
            if response.status_code != 200 or len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
                response.content = _fill(response.content, request)
                return response
            page = _Page(response.content, tuple(response.items()), etag="", until=_end_of(request))
            shelf.put(key, page, version)
        return HttpResponse(_fill(page.body, request), headers=dict(page.headers))

    return wrapper


def valid_until(request: HttpRequest, *instants: dt.datetime) -> None:
    """Say that the page being drawn is not to be kept beyond the earliest of these instants; the past ones say nothing.

    What several parts of one page say adds up.
    """
    at = timezone.now()
    known = getattr(request, "valid_until", None)
    coming = [each for each in (known, *instants) if each is not None and each > at]
    request.valid_until = min(coming, default=None)  # type: ignore[attr-defined]


def _end_of(request: HttpRequest) -> float:
    """When the page of a request is no longer to be served, in seconds of the epoch."""
    until: dt.datetime | None = getattr(request, "valid_until", None)
    return until.timestamp() if until else float("inf")


def _with_slots(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The view's answer with its slots left empty; pages of errors are drawn whole."""
    request.leaves_slots = True  # type: ignore[attr-defined]
    try:
        return view(request, *args, **kwargs)
    finally:
        request.leaves_slots = False  # type: ignore[attr-defined]


def _fill(body: bytes, request: HttpRequest | None) -> bytes:
    """The page of one person; of a visitor when there is no request."""
    for slot, template in _SLOTS.items():
        if slot in body:
            body = body.replace(slot, render_to_string(template, request=request).encode() if request else b"")
    return body


def kept(address: str, make: Callable[[], bytes]) -> tuple[bytes, str]:
    """The bytes of an address that is no page, with their ETag: made once per change of the register."""
    key, version = (address, "bytes"), shelf.refresh()
    page = shelf.get(key)
    if page is None:
        body = make()
        page = _Page(body, (), tag_of(body))
        shelf.put(key, page, version)
    return page.body, page.etag


def tag_of(body: bytes) -> str:
    """The strong ETag of some bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


@dataclass(frozen=True, slots=True)
class _Page:
    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str
    until: float = float("inf")


class _Shelf:
    """The pages of one version of the register, the least used ones leaving first."""

    def __init__(self) -> None:
        self.version: object = None
        self.looked_at = float("-inf")
        self.size = 0
        self.pages: OrderedDict[_Key, _Page] = OrderedDict()
        self.lock = threading.Lock()

    def refresh(self) -> object:
        """Look whether the register or the day has moved; returns the version that pages are valid for."""
        now = time.monotonic()
        if now - self.looked_at >= LOOK_AT_FEED_EVERY:
            version = (feed.public_position(), timezone.localdate())
            with self.lock:
                if version != self.version:
                    self.pages.clear()
                    self.size = 0
                    self.version = version
                self.looked_at = now
        return self.version

    def position(self) -> int:
        """The position of the register that pages are kept for; 0 before any look."""
        return self.version[0] if isinstance(self.version, tuple) else 0

    def get(self, key: _Key) -> _Page | None:
        page = self.pages.get(key)
        if page is not None and page.until <= time.time():
            # What replaces it is put under the same key.
            return None
        if page is not None:
            with self.lock:
                if key in self.pages:
                    self.pages.move_to_end(key)
        return page

    def put(self, key: _Key, page: _Page, version: object) -> None:
        with self.lock:
            if version != self.version or len(page.body) > MAX_BYTES // 10:
                return
            old = self.pages.pop(key, None)
            self.size += len(page.body) - (len(old.body) if old else 0)
            self.pages[key] = page
            while self.size > MAX_BYTES:
                _, dropped = self.pages.popitem(last=False)
                self.size -= len(dropped.body)


shelf = _Shelf()


class PageCacheMiddleware:
    """Serve and keep the public pages of visitors without a session. Stands before every other middleware."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The kept page, a 304, or the page as drawn now."""
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        version = shelf.refresh()
        page = shelf.get(key)
        if page is None:
            response = self.get_response(request)
            if not getattr(response, "is_public_page", False) or response.streaming or response.cookies:
                return response
            page = _page_of(response, compressed=key[1] == "gzip", until=_end_of(request))
            shelf.put(key, page, version)
        return _response_of(page, request)

    @staticmethod
    def _key(request: HttpRequest) -> _Key | None:
        if request.method not in ("GET", "HEAD") or len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
            return None
        if has_session(request):
            return None
        return _address(request), "gzip" if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "") else "plain"


def has_session(request: HttpRequest) -> bool:
    """Whether a request may be somebody's: it bears a session, or messages that wait."""
    cookie = request.META.get("HTTP_COOKIE", "")
    return bool(cookie) and (settings.SESSION_COOKIE_NAME in cookie or "messages" in cookie)


def _address(request: HttpRequest) -> str:
    meta = request.META
    # The scheme is part of the key: a page asked in clear is a redirect, never the page.
    scheme = meta.get("HTTP_X_FORWARDED_PROTO", "") or meta.get("wsgi.url_scheme", "")
    return f"{scheme}//{meta.get('HTTP_HOST', '')}{meta.get('PATH_INFO', '')}?{meta.get('QUERY_STRING', '')}"


def cache_control(until: float = float("inf")) -> str:
    """What a browser and a shared cache may do with what is the same for everyone.

    A browser asks each time, which a 304 answers. A shared cache (CDN) answers by itself for as long as the setting
    says, and never beyond `until`, in seconds of the epoch: what changes in the register is seen that much later.
    """
    seconds = int(min(settings.SHARED_CACHE_SECONDS, max(0.0, until - time.time())))
    return f"public, max-age=0, {f's-maxage={seconds}, ' if seconds else ''}must-revalidate"


def _page_of(response: HttpResponse, *, compressed: bool, until: float) -> _Page:
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    headers = {name: value for name, value in response.items() if name.lower() not in _UNCACHED_HEADERS}
    headers["Cache-Control"] = cache_control(until)
    body = response.content
    etag = hashlib.sha256(body).hexdigest()[:24]
    if compressed and len(body) > 500 and COMPRESSIBLE.match(headers.get("Content-Type", "")):
        body = gzip.compress(body, compresslevel=6, mtime=0)
        headers["Content-Encoding"] = "gzip"
        etag += "-gz"
    headers["ETag"] = f'"{etag}"'
    headers["Content-Length"] = str(len(body))
    return _Page(body, tuple(headers.items()), headers["ETag"], until)


def _response_of(page: _Page, request: HttpRequest) -> HttpResponse:
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked and (asked.strip() == "*" or page.etag in (tag.strip().removeprefix("W/") for tag in asked.split(","))):
        response, told = HttpResponse(status=304), ("ETag", "Cache-Control", "Vary")
        headers = [(name, value) for name, value in page.headers if name in told]
        response.headers.pop("Content-Type", None)
    else:
        response, headers = HttpResponse(page.body), list(page.headers)
    for name, value in headers:
        response.headers[name] = value
    if page.until != float("inf"):
        response.headers["Cache-Control"] = cache_control(page.until)
    return response
