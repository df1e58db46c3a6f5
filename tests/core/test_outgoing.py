"""What a text, a file or a redirect names never makes the site ask inside its own walls (SSRF)."""

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core import outgoing
from cmq.core.outgoing import OutgoingRefused, is_public
from tests.certificates import self_signed
from tests.official.serving import Answer, Asked, source

Names = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names that are resolved so, each question taking the next answer; whatever else is resolved by the system."""
    known: Names = {}
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return resolve(host, port, *args, **kwargs)
        said = known[host]
        address = said.pop(0) if len(said) > 1 else said[0]
        return [found for each in address.split() for found in resolve(each, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address that something connects to, none of which is really reached."""
    found: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return found


@pytest.fixture
def local(settings: Any) -> Iterator[str]:
    """A server of this machine, which no setting names."""
    settings.PRIVATE_HOSTS = []

    def replies(asked: Asked) -> Answer:
        moved = {"/dedans": "http://169.254.169.254/latest/meta-data/", "/fichier": "file:///etc/passwd"}
        if asked.path in moved:
            return Answer(status=302, headers={"Location": moved[asked.path]})
        if asked.path == "/bombe":
            return Answer(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"})
        return Answer(b"secret")

    with source(replies) as (url, _):
        yield url


PRIVATE = """
127.0.0.1 127.1.2.3 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 0.0.0.0
192.0.0.192 198.18.0.1 168.63.129.16 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.88.99.1 ::1 ::
fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::7f00:1
64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::808:808 2002:7f00:1:: 2002:a00:1::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 3fff::1 5f00::1 nonsense
"""
PUBLIC = ["8.8.8.8", "92.222.0.1", "2a01:cb00::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE.split())
def test_what_is_not_of_the_public_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_of_the_public_network(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_in_whatever_dress(address: Any) -> None:
    number = f"{int(address) >> 16:x}:{int(address) & 0xFFFF:x}"
    dressed = {is_public(each) for each in (f"::ffff:{number}", f"64:ff9b::{number}", f"2002:{number}::1")}
    assert dressed == {is_public(str(address))}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://0/",
        "http://localhost/",
        "http://localhost./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://exemple.fr@127.0.0.1/",
        "http://127.0.0.1:80@exemple.fr/",
        "http://127.0.0.1%23@exemple.fr/",
        "http://１２７.０.０.１/",
        "http://①②⑦.⓪.⓪.①/",
        "http://dedans.exemple/",
        "http://mele.exemple/",
        "https://8.8.8.8:8443/",
        "http://8.8.8.8:22/",
        "http://8.8.8.8:6379/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:text/plain,x",
        "//127.0.0.1/",
        "http://",
        "http:///",
        "http://127.0.0.1\\@exemple.fr/",
        "http://exemple.fr\r\nHost: dedans/",
    ],
)
def test_no_writing_of_an_address_leads_inside(
    url: str, names: Names, reached: list[tuple[str, int]], settings: Any
) -> None:
    settings.PRIVATE_HOSTS = []
    names |= {"dedans.exemple": ["10.0.0.7"], "mele.exemple": ["8.8.8.8 127.0.0.1"], "exemple.fr": ["8.8.8.8"]}
    with outgoing.client(redirects=True) as client, pytest.raises((httpx.HTTPError, httpx.InvalidURL)):
        outgoing.ask(client, "GET", url)
    assert not [address for address in reached if not is_public(address[0])]


@pytest.mark.parametrize("path", ["/dedans", "/fichier"])
def test_each_step_of_a_redirect_is_looked_at(path: str, local: str) -> None:
    """The first step is one of the settings' own hosts; where it leads is not."""
    with (
        outgoing.client(trusted=[local], redirects=True) as client,
        pytest.raises((OutgoingRefused, httpx.UnsupportedProtocol)),
    ):
        outgoing.ask(client, "GET", f"{local}{path}")


def test_a_name_that_changes_its_answer_gains_nothing(names: Names, reached: list[tuple[str, int]]) -> None:
    """DNS rebinding: what was looked at is what is connected to; the name is not asked a second time."""
    names["tournant.exemple"] = ["8.8.8.8", "127.0.0.1"]
    with outgoing.client() as client, pytest.raises(httpx.ConnectError):
        outgoing.ask(client, "GET", "http://tournant.exemple/")
    assert reached == [("8.8.8.8", 80)]
    with outgoing.client() as client, pytest.raises(OutgoingRefused):
        outgoing.ask(client, "GET", "http://tournant.exemple/")
    assert reached == [("8.8.8.8", 80)]


def test_the_name_stays_what_the_certificate_is_checked_by(names: Names, tmp_path: Path, certified: Any) -> None:
    names["source.exemple"] = ["127.0.0.1"]
    address, told = certified
    with outgoing.client(trusted=[f"https://source.exemple:{address[1]}"]) as client:
        answer = outgoing.ask(client, "GET", f"https://source.exemple:{address[1]}/")
    assert answer.text == "bonjour" and told == ["source.exemple"]
    names["autre.exemple"] = ["127.0.0.1"]
    with (
        outgoing.client(trusted=[f"https://autre.exemple:{address[1]}"]) as client,
        pytest.raises(httpx.ConnectError, match="autre.exemple"),
    ):
        outgoing.ask(client, "GET", f"https://autre.exemple:{address[1]}/")


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[tuple[str, int], list[str]]]:
    """An HTTPS server whose certificate, made here, is that of source.exemple, and the names it was asked by."""
    certificate = self_signed(tmp_path, "source.exemple")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    told: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: told.append(name) if name == "source.exemple" else None
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            try:
                with context.wrap_socket(listening.accept()[0], server_side=True) as stream:
                    stream.recv(4096)
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nbonjour")
            except OSError:
                continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname(), told
    listening.close()


def test_authorities_are_loaded_once_by_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[int] = []
    load = ssl.create_default_context

    def counted(**options: Any) -> ssl.SSLContext:
        loads.append(threading.get_ident())
        return load(**options)

    def three_clients() -> None:
        for _ in range(3):
            outgoing.client().close()

    monkeypatch.setattr(ssl, "create_default_context", counted)
    threads = [threading.Thread(target=three_clients) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 2


def test_a_host_that_the_settings_name_is_asked(local: str, settings: Any) -> None:
    with outgoing.client() as client, pytest.raises(OutgoingRefused):
        outgoing.ask(client, "GET", local)
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with outgoing.client() as client:
        assert outgoing.ask(client, "GET", local).content == b"secret"
        with pytest.raises(OutgoingRefused):
            outgoing.ask(client, "GET", local.replace("127.0.0.1", "localhost"))


def test_an_answer_is_bounded_once_it_is_unpacked(local: str) -> None:
    with outgoing.client(trusted=[local]) as client, pytest.raises(outgoing.AnswerTooLarge):
        outgoing.ask(client, "GET", f"{local}/bombe", most_bytes=1_000_000)


def test_an_answer_that_drips_is_given_up() -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(4096)
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"a")
                time.sleep(0.01)
        except OSError:
            connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=lambda: drip(listening.accept()[0]), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with outgoing.client(trusted=[url], within=0.1) as client, pytest.raises(httpx.ReadTimeout):
            outgoing.ask(client, "GET", url)


def test_through_a_proxy_what_is_told_by_its_number_is_still_refused(settings: Any) -> None:
    settings.PRIVATE_HOSTS = []
    seen: list[Asked] = []

    def replies(asked: Asked) -> Answer:
        seen.append(asked)
        return Answer(b"par le mandataire")

    with source(replies) as (proxy, _):
        settings.OUTGOING_PROXY = proxy
        with outgoing.client() as client:
            assert outgoing.ask(client, "GET", "http://exemple.fr/").text == "par le mandataire"
            for url in ("http://10.0.0.1/", "http://0x7f.1/", "http://[::1]/", "http://exemple.fr:22/"):
                with pytest.raises(OutgoingRefused):
                    outgoing.ask(client, "GET", url)
    assert [each.path for each in seen] == ["http://exemple.fr/"]


def test_a_source_that_leads_inside_is_said_in_french(local: str) -> None:
    from cmq.official.errors import SourceUnavailable
    from cmq.official.fetching import calling

    with calling("La source") as caller, pytest.raises(SourceUnavailable, match="réseau public"):
        caller.json(local)


def test_nothing_else_asks_by_http(our_sources: Callable[[], dict[str, str]]) -> None:
    asking = ("httpx.Client(", "httpx.get(", "httpx.post(", "httpx.request(", "httpx.stream(", "AsyncClient(")
    asking += ("import urllib.request", "from urllib.request", "http.client", "import requests", "httpcore.")
    found = {name for name, text in our_sources().items() if any(each in text for each in asking)}
    assert found == {"core/outgoing.py"}


@pytest.fixture
def our_sources() -> Callable[[], dict[str, str]]:
    """The text of each module of the product."""
    package = Path(outgoing.__file__).parent.parent
    return lambda: {str(path.relative_to(package)): path.read_text() for path in package.rglob("*.py")}
