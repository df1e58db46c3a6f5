"""What changes in the API, and what is on its way out: shown on its page, and told by headers (RFC 9745, RFC 8594)."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.http import http_date


@dataclass(frozen=True)
class Change:
    """One line of the change log."""

    on: dt.date
    text: str


@dataclass(frozen=True)
class Leaving:
    """A path of the API (« campus ») that one should no longer use, since when, until when, and what to use instead."""

    path: str
    since: dt.date
    until: dt.date
    instead: str


CHANGES = (
    Change(dt.date(2026, 11, 28), "Première version : les dix ressources publiques et trois ressources à jeton."),
)
LEAVING: tuple[Leaving, ...] = ()


def leaving(path: str) -> Leaving | None:
    """What is said of a path that goes away; None for one that stays."""
    return next((each for each in LEAVING if each.path == path), None)


def say_leaving(response: HttpResponseBase, path: str) -> None:
    """Put Deprecation and Sunset on the answer of a path that goes away."""
    going = leaving(path)
    if going is None:
        return
    since, until = (dt.datetime.combine(day, dt.time(), dt.UTC).timestamp() for day in (going.since, going.until))
    response.headers["Deprecation"] = f"@{int(since)}"
    response.headers["Sunset"] = http_date(until)
    link = f'<{settings.SITE_URL}/api/#changements>; rel="deprecation"; type="text/html"'
    known = response.headers.get("Link")
    response.headers["Link"] = f"{known}, {link}" if known else link
