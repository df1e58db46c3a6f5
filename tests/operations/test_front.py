"""The balancer as it is delivered, before the server as it is delivered: what reaches a node, and how it is read."""

import json
import re
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.certificates import self_signed

HAPROXY = Path("/usr/sbin/haproxy")
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not HAPROXY.exists(), reason="no haproxy here")


def free_ports(number: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports


@dataclass
class Front:
    """Where the parts listen."""

    plain: int
    secure: int
    node: int

    def say(self, lines: bytes, *, port: int = 0) -> bytes:
        """All that comes back on one connection: over TLS to the balancer, or in clear to `port`."""
        with socket.create_connection(("127.0.0.1", port or self.secure), timeout=5) as plain:
            stream = plain if port else _context().wrap_socket(plain, server_hostname="site.exemple")
            stream.sendall(lines)
            stream.settimeout(60)
            heard = b""
            try:
                while piece := stream.recv(65_536):
                    heard += piece
                    # What would follow follows at once; some connections stay open.
                    stream.settimeout(1)
            except (TimeoutError, ssl.SSLError, ConnectionResetError):
                pass
            return heard

    def ask(self, path: str, *headers: str, port: int = 0) -> tuple[int, dict[str, object]]:
        """Status, and what the node understood."""
        lines = "\r\n".join([f"GET {path} HTTP/1.1", "Host: site.exemple", "Connection: close", *headers, "", ""])
        heard = self.say(lines.encode(), port=port)
        found = re.search(rb"\{.*\}", heard)
        return int(heard.split()[1]), json.loads(found[0]) if found else {}

    def answers(self) -> bool:
        """Whether both parts are up."""
        try:
            return self.ask("/")[0] == 200
        except (OSError, IndexError):
            return False


def _context(**said: object) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in said.items():
        setattr(context, name, value)
    return context


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    ports = Front(*free_ports(3))
    text = (ROOT / "deploy" / "haproxy.cfg").read_text()
    for written, meant in (
        ("bind :80\n", f"bind 127.0.0.1:{ports.plain}\n"),
        (
            "bind :443 ssl crt /certificates/",
            f"bind 127.0.0.1:{ports.secure} ssl crt {self_signed(folder, 'site.exemple')}",
        ),
        ("server-template web 4 web:8000", f"server one 127.0.0.1:{ports.node}"),
        (" resolvers docker init-addr none", ""),
    ):
        assert written in text
        text = text.replace(written, meant)
    (folder / "haproxy.cfg").write_text(text)
    command = re.search(r"^CMD (\[.*\])$", (ROOT / "deploy" / "Containerfile").read_text(), flags=re.M)
    assert command
    served = [
        str(Path(sys.executable).parent / "granian"),
        *json.loads(command[1])[1:-1],
        "tests.operations.echo:application",
    ]
    served[served.index("--host") + 1], served[served.index("--port") + 1] = "127.0.0.1", str(ports.node)
    served[served.index("--workers") + 1] = "1"
    running = [
        subprocess.Popen(each, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for each in (served, [str(HAPROXY), "-db", "-f", str(folder / "haproxy.cfg")])
    ]
    try:
        until = time.monotonic() + 60
        while not ports.answers():
            assert time.monotonic() < until, "nobody answers"
            time.sleep(0.1)
        yield ports
    finally:
        for each in running:
            each.terminate()
            each.wait()


def test_readers_are_led_to_https_and_told_apart_by_the_balancer(front: Front) -> None:
    heard = front.say(b"GET /campus/ HTTP/1.1\r\nHost: site.exemple\r\nConnection: close\r\n\r\n", port=front.plain)
    assert heard.startswith(b"HTTP/1.1 30") and b"location: https://site.exemple/campus/" in heard
    status, told = front.ask("/campus/", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http")
    assert status == 200 and told["forwarded_proto"] == "https"
    # What the reader claims comes first; what the balancer saw comes last, and the last one is believed.
    assert str(told["forwarded_for"]).replace(" ", "").split(",")[-1] == "127.0.0.1"
    assert [front.ask(path)[0] for path in ("/metrics", "/readyz")] == [404, 404]


def test_old_tls_and_weak_ciphers_are_refused(front: Front) -> None:
    def shakes(**said: object) -> str | None:
        context = _context()
        context.set_ciphers(str(said.pop("ciphers", "ALL:@SECLEVEL=0")))
        for name, value in said.items():
            setattr(context, name, value)
        with socket.create_connection(("127.0.0.1", front.secure), timeout=5) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="site.exemple") as stream:
                    return stream.version()
            except (ssl.SSLError, ConnectionResetError):
                return None

    assert shakes() == "TLSv1.3"
    assert shakes(maximum_version=ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert shakes(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1) is None
    for weak in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-SHA"):
        assert shakes(maximum_version=ssl.TLSVersion.TLSv1_2, ciphers=f"{weak}:@SECLEVEL=0") is None, weak


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: site.exemple\r\n\r\n"
TWO_LENGTHS = {
    "a length and chunks": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(SMUGGLED)),
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED),
    "chunks that are none": b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n",
    "chunks behind a space": b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
    "a length with a sign": b"Content-Length: +0\r\n\r\n",
}


@pytest.mark.parametrize("kind", TWO_LENGTHS)
@pytest.mark.parametrize("straight", [False, True], ids=["by the balancer", "straight to the node"])
def test_a_request_ends_where_everybody_says(front: Front, kind: str, straight: bool) -> None:
    """What is said in two ways is refused, or read as the standard has it (RFC 9112, 6.3): chunks, not the length."""
    sent = b"POST /first HTTP/1.1\r\nHost: site.exemple\r\n" + TWO_LENGTHS[kind] + SMUGGLED
    heard = front.say(sent, port=front.node if straight else 0)
    assert b"/smuggled" not in heard
    if kind == "a length and chunks" and b'"path": "/first"' in heard:
        assert b'"body": 0' in heard
    else:
        assert re.match(rb"HTTP/1\.1 (400|501) ", heard)
