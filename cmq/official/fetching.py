"""Asking official sources, which are slow, limited, and sometimes down: the only way out to them."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from cmq.core import outgoing
from cmq.official.errors import SourceUnavailable

ATTEMPTS = 5
MOST_BYTES = 2 * 1024**3
MOST_JSON = 100 * 1024**2
_LONGEST_WAIT = 120.0
_LONGEST = 3600.0  # seconds, for the largest file
_PASSING = {408, 425, 429, 500, 502, 503, 504}

Sleep = Callable[[float], None]


@dataclass(frozen=True)
class RawFile:
    """A file as the source gave it, kept on this machine."""

    path: Path
    url: str
    sha256: str
    size: int
    name: str


class Caller:
    """A client of one source: it waits between calls as the source asks, tries again what may pass, and gives up with
    a French sentence."""

    def __init__(
        self,
        name: str,
        *,
        per_second: float | None = None,
        headers: dict[str, str] | None = None,
        sleep: Sleep = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a client.

        Args:
            name: of the source, for sentences.
            per_second: the most calls in a second that the source allows.
        """
        self.name = name
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._sleep, self._clock = sleep, clock
        # The addresses of files come from catalogues, and redirects lead anywhere: only to the public network.
        own = [settings.FRANCE_TRAVAIL_URL, settings.FRANCE_TRAVAIL_TOKEN_URL, settings.BONNE_ALTERNANCE_URL]
        self._http = outgoing.client(trusted=own, within=_LONGEST, redirects=True, headers=headers)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def json(self, url: str, *, params: dict[str, Any] | None = None, method: str = "GET", **options: Any) -> Any:
        """What a JSON address answers. Raises `SourceUnavailable`."""
        response = self.request(method, url, params=params, **options)
        try:
            return response.json()
        except ValueError as error:
            raise SourceUnavailable(f"{self.name} répond autre chose que du JSON.") from error

    def request(self, method: str, url: str, *, good: frozenset[int] = frozenset(), **options: Any) -> httpx.Response:
        """One answer with a good status, or one of `good`, tried several times. Raises `SourceUnavailable`."""

        def attempt() -> httpx.Response:
            self._wait_for_turn()
            response = outgoing.ask(self._http, method, url, most_bytes=MOST_JSON, **options)
            if response.status_code not in good:
                response.raise_for_status()
            return response

        response: httpx.Response = self._trying(attempt)
        return response

    def download(self, url: str, folder: Path, *, name: str, most_bytes: int = MOST_BYTES) -> RawFile:
        """A whole file, kept under its own hash; what a cut connection left is taken up again.

        Raises `SourceUnavailable`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{name}.part"
        self._trying(lambda: self._fetch_rest(url, part, most_bytes))
        digest, size = _digest_of(part)
        path = folder / f"{digest[:16]}-{name}"
        part.replace(path)
        return RawFile(path, url, digest, size, name)

    def _fetch_rest(self, url: str, part: Path, most_bytes: int) -> None:
        self._wait_for_turn()
        begun = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={begun}-"} if begun else {}
        with self._http.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink()
                raise httpx.ReadError("the file has changed")
            response.raise_for_status()
            goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if goes_on else "wb") as file:
                for chunk in outgoing.bounded(response, most_bytes - file.tell()):
                    file.write(chunk)

    def _wait_for_turn(self) -> None:
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap

    def _trying(self, attempt: Callable[[], Any]) -> Any:
        tries = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return tries(attempt)
        except httpx.HTTPStatusError as error:
            raise SourceUnavailable(_said(self.name, error.response.status_code)) from error
        except outgoing.OutgoingRefused as error:
            raise SourceUnavailable(f"{self.name} renvoie vers une adresse qui n’est pas du réseau public.") from error
        except outgoing.AnswerTooLarge as error:
            raise SourceUnavailable(f"{self.name} envoie un fichier démesuré.") from error
        except httpx.HTTPError as error:
            raise SourceUnavailable(f"{self.name} ne répond pas ({type(error).__name__}).") from error


@contextmanager
def calling(name: str, **options: Any) -> Iterator[Caller]:
    """A client, closed at the end of the block."""
    with Caller(name, **options) as caller:
        yield caller


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in _PASSING
    return isinstance(error, httpx.TransportError)


def _wait(state: RetryCallState) -> float:
    """Seconds before the next try: what the source asks, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, httpx.HTTPStatusError):
        asked = retry_after(error.response.headers.get("Retry-After", ""))
        if asked is not None:
            return min(asked, _LONGEST_WAIT)
    return float(min(2 ** (state.attempt_number - 1), _LONGEST_WAIT))


def retry_after(value: str, *, now: dt.datetime | None = None) -> float | None:
    """Seconds asked by a `Retry-After` header (RFC 9110, 10.2.3: a number, or a date); None when it says nothing."""
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - (now or dt.datetime.now(dt.UTC))).total_seconds())


def _said(name: str, status: int) -> str:
    if status in (401, 403):
        return f"{name} refuse l’accès ({status}) : vérifiez la clé."
    if status == 404:
        return f"{name} ne connaît pas cette adresse (404)."
    if status == 429:
        return f"{name} demande de ralentir (429) : réessayez plus tard."
    return f"{name} répond par une erreur ({status})."


def _digest_of(path: Path) -> tuple[str, int]:
    whole, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            whole.update(chunk)
            size += len(chunk)
    return whole.hexdigest(), size


def file_at(path: Path) -> RawFile:
    """A file that somebody has put on this machine. Raises `SourceUnavailable` when it cannot be read."""
    try:
        digest, size = _digest_of(path)
    except OSError as error:
        raise SourceUnavailable(f"Fichier illisible : {path.name} ({error.strerror}).") from error
    return RawFile(path, "", digest, size, path.name)
