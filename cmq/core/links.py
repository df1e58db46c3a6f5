"""Asking whether an outside address still answers: politely and with little."""

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from cmq import __version__
from cmq.core import outgoing

_TIMEOUT = httpx.Timeout(15.0, connect=8.0)
_WHOLE = 30.0  # seconds
_PERMANENT = (301, 308)
# Answers that say nothing of the page: it refuses robots, or wants us to wait.
_UNTOLD = frozenset({401, 403, 405, 406, 429, 451, 501, 503, 999})


@dataclass(frozen=True)
class Answer:
    """What an address answered: its status (None without an answer), and in French what is wrong, empty when all is
    well or cannot be told."""

    status: int | None
    problem: str = ""


def ask(url: str) -> Answer:
    """What an address answers to a HEAD, then to a GET of which nothing is read when HEAD tells nothing.

    Args:
        url: what a text names, with its scheme; only addresses of the public network are asked (`core.outgoing`).
    """
    headers = {"User-Agent": f"cmq/{__version__} (liens)", "Accept": "*/*"}
    try:
        with outgoing.client(timeout=_TIMEOUT, within=_WHOLE, headers=headers) as client:
            return _followed(client, url)
    except (outgoing.OutgoingRefused, httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError):
        return Answer(None, "Cette adresse n’existe pas sur le réseau public.")
    except httpx.HTTPError as error:
        return Answer(None, f"Cette adresse ne répond pas ({type(error).__name__}).")


def _followed(client: httpx.Client, url: str) -> Answer:
    has_moved = False
    for _ in range(outgoing.MOST_REDIRECTS + 1):
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
