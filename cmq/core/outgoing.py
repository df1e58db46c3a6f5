"""The only way out by HTTP: what a text, a file or a redirect names never makes us ask inside our own walls (SSRF).

A name is resolved and its addresses are looked at where the connection is made, which then goes to the very address
that was looked at: a name that changes its answer between two questions (DNS rebinding) gains nothing, and each step of
a redirect is looked at again. The host's name stays what TLS and `Host` say.
"""

import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from cmq import __version__
from cmq.core import tracing

MOST_REDIRECTS = 5
MOST_BYTES = 20 * 1024**2
PORTS = {"http": 80, "https": 443}
TIMEOUT = httpx.Timeout(30.0, connect=10.0)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# What the registries and clouds keep for themselves and `ipaddress` (3.11) calls public: IETF assignments, the former
# 6to4 relays, the address of Azure's host on each of its machines, documentation (RFC 9637).
_OURS = [ipaddress.ip_network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20")]


class OutgoingRefused(httpx.RequestError):
    """This address is not asked: not of the public network, not http(s), or on a port that serves something else."""


class AnswerTooLarge(httpx.RequestError):
    """The other side sends more than was agreed to read."""


def is_public(address: str) -> bool:
    """Whether an IP address, as `getaddrinfo` writes it, is one of the public network.

    An IPv4 address inside an IPv6 one (RFC 4291, 3056, 6052) is what decides; Teredo and local NAT64 are refused.
    """
    try:
        found: _Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inside = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if found not in _GLOBAL_V6:
            return False
    return found.is_global and not found.is_multicast and not any(found in each for each in _OURS)


def client(
    *,
    trusted: Iterable[str] = (),
    timeout: httpx.Timeout = TIMEOUT,
    within: float = 60.0,
    redirects: bool = False,
    headers: dict[str, str] | None = None,
) -> httpx.Client:
    """A client of the public network, for one thread.

    Args:
        trusted: addresses of the site's own settings, whose host and port are asked wherever they are.
        timeout: of each reading and connecting; within: seconds for one whole answer, however slowly it drips.
        redirects: whether they are followed, five at most.
    Besides what httpx raises: `OutgoingRefused`.
    """
    agent = {"User-Agent": f"cmq/{__version__}"}
    return httpx.Client(
        transport=_Transport({origin for url in trusted if (origin := _origin(url))}, within),
        timeout=timeout,
        follow_redirects=redirects,
        max_redirects=MOST_REDIRECTS,
        headers={**agent, **(headers or {})},
        # No `.netrc`, no proxy but the one of the settings.
        trust_env=False,
    )


def ask(asking: httpx.Client, method: str, url: str, *, most_bytes: int = MOST_BYTES, **options: Any) -> httpx.Response:
    """One whole answer, of a bounded size once it is unpacked. Raises what httpx raises, and `AnswerTooLarge`."""
    with asking.stream(method, url, **options) as response:
        body = b"".join(bounded(response, most_bytes))
    # It is unpacked now: what said how it was packed would have it unpacked again.
    said = [(name, value) for name, value in response.headers.multi_items() if name not in _PACKING]
    return httpx.Response(
        response.status_code, headers=said, content=body, request=response.request, history=response.history
    )


def bounded(response: httpx.Response, most_bytes: int) -> Iterator[bytes]:
    """The unpacked bytes of an answer that is being read. Raises `AnswerTooLarge` beyond a number of them."""
    count = 0
    for chunk in response.iter_bytes():
        count += len(chunk)
        if count > most_bytes:
            raise AnswerTooLarge(f"more than {most_bytes} bytes", request=response.request)
        yield chunk


_PACKING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def _origin(url: str) -> tuple[str, int] | None:
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    return parts.hostname.lower(), parts.port or PORTS.get(parts.scheme, 443)


_held = threading.local()


def _certificates() -> ssl.SSLContext:
    """The authorities that certificates are checked by, long to load: once by each thread, and again when the
    environment names others. Not once for all threads: each connection sets the protocols of the context (ALPN), which
    is not safe while another one begins."""
    named = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if getattr(_held, "named", None) != named:
        _held.context, _held.named = httpx.create_ssl_context(), named
    context: ssl.SSLContext = _held.context
    return context


class _Transport(httpx.HTTPTransport):
    """Looks at each address asked for, then connects through `_Backend`; through the proxy of the settings, if any."""

    def __init__(self, trusted: set[tuple[str, int]], within: float) -> None:
        context = _certificates()
        super().__init__(verify=context, trust_env=False, proxy=settings.OUTGOING_PROXY or None)
        self._backend = _Backend(trusted)
        self._within = within
        if not settings.OUTGOING_PROXY:
            self._pool = httpcore.ConnectionPool(context, keepalive_expiry=5.0, network_backend=self._backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or PORTS.get(url.scheme, 0)
        if url.scheme not in PORTS or not url.host or url.userinfo:
            raise OutgoingRefused("no address of the public network", request=request)
        if not self._backend.knows(url.host, port) and port not in PORTS.values():
            raise OutgoingRefused(f"port {port}", request=request)
        if settings.OUTGOING_PROXY:
            # The proxy resolves names and refuses what is inside; what is told by its number is refused here already.
            self._backend.check_number(url.host, port)
        self._backend.deadline = time.monotonic() + self._within
        with tracing.span(f"HTTP {request.method}", "client", server__address=url.host) as traced:
            response = super().handle_request(request)
            if traced is not None:
                traced.set_attribute("http.response.status_code", response.status_code)
            return response


class _Backend(httpcore.NetworkBackend):
    """Connects to public addresses only, and bounds the time that a whole answer may take."""

    def __init__(self, trusted: set[tuple[str, int]]) -> None:
        self._trusted = trusted
        self._inner = httpcore.SyncBackend()
        self.deadline = float("inf")

    def knows(self, host: str, port: int) -> bool:
        """Whether the site's settings name this host."""
        host = host.lower().strip("[]")
        return (host, port) in self._trusted or host in {each.lower() for each in settings.PRIVATE_HOSTS}

    def check_number(self, host: str, port: int) -> None:
        """Raises `OutgoingRefused` for a host that is an address already, in whatever writing, and not a public one."""
        if self.knows(host, port):
            return
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except OSError:
            return
        if not all(is_public(str(info[4][0])) for info in found):
            raise OutgoingRefused(f"{host} is not of the public network")

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the addresses of a host, each of which was found public."""
        problem: Exception = OutgoingRefused(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _Stream(stream, self)
        raise problem

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        # All of them: a name that has one address of ours among public ones is made to be tried twice.
        if not self.knows(host, port) and not all(map(is_public, addresses)):
            raise OutgoingRefused(f"{host} is not of the public network")
        return addresses

    def left(self, timeout: float | None) -> float:
        """Seconds that the next reading may take. Raises `httpcore.ReadTimeout` when the whole has taken too long."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole answer takes too long")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step counts against the time of the whole answer."""

    def __init__(self, inner: httpcore.NetworkStream, backend: _Backend) -> None:
        self._inner, self._backend = inner, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _Stream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
