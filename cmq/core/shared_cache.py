"""The cache of all machines on a server of its own (Redis, Valkey); the database's table stands in while it is away.

What is kept there guards log-ins: attempts, codes used once, who asks how much. None of it may vanish with the server,
and none may be believed as a program: values are JSON, never pickles (`docs/decisions/0082-shared-cache.md`).
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.core.exceptions import ImproperlyConfigured

log = logging.getLogger(__name__)
T = TypeVar("T")
SCHEMES = ("redis", "rediss", "unix")
QUERY = {"db", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
TABLE = "table"
# A page waits no longer for what only counts it.
WITHIN = 0.5  # seconds, to connect and to answer
# A server that did not answer is left alone for a while: not every page waits to learn it anew.
LEAVE_ALONE_FOR = 5.0  # seconds


def cache_settings(url: str) -> dict[str, Any]:
    """An entry of Django's CACHES for an address; its password stands where Django hides it. Raises ValueError."""
    parts = urlsplit(url)
    where = parts.path if parts.scheme == "unix" else parts.hostname and (parts.port or parts.hostname)
    if parts.scheme not in SCHEMES or not where:
        raise ValueError("CMQ_CACHE_URL est une adresse redis://, rediss:// ou unix:///chemin.")
    if not parse_qs(parts.query).keys() <= QUERY:
        raise ValueError("CMQ_CACHE_URL : après « ? », db et ssl_… seulement ; le mot de passe est devant l’arobase.")
    user, _, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    options = {"username": unquote(name), "password": unquote(password)}
    return {
        "BACKEND": "cmq.core.shared_cache.SharedCache",
        "LOCATION": f"{parts.scheme}://{place}{parts.path}{parts.query and '?'}{parts.query}",
        "OPTIONS": {key: value for key, value in options.items() if value},
    }


def in_use() -> "SharedCache | None":
    """The server's cache, on a site that has one."""
    found = caches["default"]
    return found if isinstance(found, SharedCache) else None


class _Json:
    """Values as JSON: whoever writes in the server makes no node run anything. Whole numbers can be added to."""

    def dumps(self, value: Any) -> bytes:
        """Raises TypeError for what is no JSON."""
        return orjson.dumps(value)

    def loads(self, value: Any) -> Any:
        """Raises ValueError for what another program wrote there."""
        return orjson.loads(value)


class _Client(RedisCacheClient):
    """Django's client, which waits little and tries once more when a connection that was kept is broken."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        try:
            from redis.backoff import NoBackoff
            from redis.exceptions import ConnectionError as Broken
            from redis.retry import Retry
        except ModuleNotFoundError as error:
            raise ImproperlyConfigured("CMQ_CACHE_URL demande ce que liste requirements/machines.txt.") from error
        again = Retry(NoBackoff(), 1, supported_errors=(Broken,))
        options |= {"socket_connect_timeout": WITHIN, "socket_timeout": WITHIN, "retry": again}
        super().__init__(servers, serializer=_Json, **options)


class _Silence:
    """Since when this process leaves the server alone."""

    def __init__(self) -> None:
        self.lock, self.until = threading.Lock(), float("-inf")

    def begin(self, error: Exception) -> None:
        with self.lock:
            was, self.until = self.until, time.monotonic() + LEAVE_ALONE_FOR
        if was < time.monotonic():
            # What the client says names the place at most, never a password.
            log.error("the cache server fails: %s", str(error).partition("\n")[0])

    def holds(self) -> bool:
        return time.monotonic() < self.until


silence = _Silence()


def _or_table(name: str) -> Callable[..., Any]:
    """An operation of Django's cache, asked of the server or else of the table."""

    def operation(self: "SharedCache", *args: Any, **kwargs: Any) -> Any:
        on_server, on_table = getattr(RedisCache, name), getattr(caches[TABLE], name)
        return self.ask(lambda: on_server(self, *args, **kwargs), lambda: on_table(*args, **kwargs))

    return operation


class SharedCache(RedisCache):
    """Django’s cache over one server, with the table `TABLE` behind it."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.place, self._class = server, _Client

    add, get, set, touch = _or_table("add"), _or_table("get"), _or_table("set"), _or_table("touch")
    delete, has_key, incr = _or_table("delete"), _or_table("has_key"), _or_table("incr")
    get_many, set_many = _or_table("get_many"), _or_table("set_many")
    delete_many, clear = _or_table("delete_many"), _or_table("clear")

    def count(self, key: str, number: int, *, seconds: int) -> int | None:
        """Add to a count that is forgotten some seconds after the last time; None while the server is away."""

        def added() -> int:
            name = self.make_and_validate_key(key)
            with self._cache.get_client(name, write=True).pipeline() as together:
                together.incrby(name, number)
                together.expire(name, seconds)
                return int(together.execute()[0])

        return self.ask(added, lambda: None)

    def ask(self, server: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """What the server answers; else the other answer, and the server is left alone for a while."""
        from redis.exceptions import RedisError

        if not silence.holds():
            try:
                return server()
            except (RedisError, OSError, orjson.JSONDecodeError) as error:
                silence.begin(error)
        return otherwise()

    def problem(self) -> str:
        """What is wrong with it, in French; empty when it keeps and gives back."""
        from redis.exceptions import RedisError

        what = f"Le serveur de cache ({self.place})"
        try:
            name = self.make_and_validate_key("cmq-doctor")
            self._cache.set(name, 1, timeout=10)
            kept = self._cache.get(name, default=None)
        except (RedisError, OSError) as error:
            why = str(error).partition("\n")[0]
            return f"{what} ne répond pas ({why}) : la base compte à sa place. Voyez CMQ_CACHE_URL."
        return "" if kept == 1 else f"{what} ne rend pas ce qu’il a pris. Voyez CMQ_CACHE_URL."
