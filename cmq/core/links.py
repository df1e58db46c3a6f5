"""Asking whether an outside address still answers: politely, with little, and never inside our own walls."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from cmq import __version__

MOST_HOPS = 5
_TIMEOUT = httpx.Timeout(15.0, connect=8.0)
_PERMANENT = (301, 308)
# Answers that say nothing of the page: it refuses robots, or wants us to wait.
_UNTOLD = frozenset({401, 403, 405, 406, 429, 451, 501, 503, 999})


@dataclass(frozen=True)
class Answer:
    """What an address answered: its status (None without an answer), and in French what is wrong, empty when all is
    well or cannot be told."""

    status: int | None
    problem: str = ""


def is_outside(host: str) -> bool:
    """Whether every address of a host is one of the public network: what a text names never makes us ask ourselves."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(each).partition("%")[0]).is_global for each in found)


def ask(url: str, *, may_ask: Callable[[str], bool] = is_outside) -> Answer:
    """What an address answers to a HEAD, then to a GET of which nothing is read when HEAD tells nothing.

    Args:
        url: starts with http:// or https://.
        may_ask: whether a host may be asked; each step of a redirect is looked at too.
    """
    headers = {"User-Agent": f"cmq/{__version__} (liens)", "Accept": "*/*"}
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False, headers=headers) as client:
            return _followed(client, url, may_ask)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Answer(None, f"Cette adresse ne répond pas ({type(error).__name__}).")


def _followed(client: httpx.Client, url: str, may_ask: Callable[[str], bool]) -> Answer:
    has_moved = False
    for _ in range(MOST_HOPS + 1):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not may_ask(parts.hostname):
            return Answer(None, "Cette adresse n’existe pas sur le réseau public.")
        status, to = _status(client, url)
        if not to:
            return Answer(status, _said(status, url if has_moved else ""))
        has_moved = has_moved or status in _PERMANENT
        url = urljoin(url, to)
    return Answer(None, "Cette adresse renvoie sans fin d’une page à l’autre.")


def _status(client: httpx.Client, url: str) -> tuple[int, str]:
    response = client.head(url)
    if response.status_code >= 400:
        with client.stream("GET", url) as response:
            pass
    to = response.headers.get("Location", "") if response.is_redirect else ""
    return response.status_code, to


def _said(status: int, moved_to: str) -> str:
    if status < 400 or status in _UNTOLD:
        return ""
    where = f" après un renvoi vers {moved_to[:80]}" if moved_to else ""
    return f"Cette page n’existe plus ({status}){where}." if status in (404, 410) else f"Réponse {status}{where}."
