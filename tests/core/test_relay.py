"""The mail relay is believed by its certificate, by what sends one letter and by what sends thousands."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import get_connection

from cmq.core.smtp import Line, NotHandedOver
from tests.certificates import self_signed

SECRET = "mot de passe du relais"


class Relay:
    """A server that speaks as far as the password, over TLS from the start or once asked."""

    def __init__(self, certificate: Path, *, at_once: bool) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.at_once, self.heard = at_once, ""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        try:
            connection = self.listening.accept()[0]
            connection.settimeout(5)
            if self.at_once:
                connection = self.context.wrap_socket(connection, server_side=True)
            connection.sendall(b"220 relais\r\n")
            while line := connection.recv(4096).upper():
                self.heard += line.decode()
                if line.startswith(b"EHLO"):
                    connection.sendall(b"250-relais\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
                elif line.startswith(b"STARTTLS"):
                    connection.sendall(b"220 go\r\n")
                    connection = self.context.wrap_socket(connection, server_side=True)
                elif line.startswith(b"AUTH"):
                    connection.sendall(b"235 ok\r\n")
                else:
                    connection.sendall(b"250 ok\r\n")
        except OSError:
            pass


def one_by_one() -> None:
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend")
    connection.open()
    connection.close()


def by_thousands() -> None:
    with Line():
        pass


@pytest.fixture
def relay(tmp_path: Path, settings: Any) -> Iterator[Callable[..., Relay]]:
    running: list[Relay] = []

    def start(*, host: str, at_once: bool) -> Relay:
        running.append(Relay(self_signed(tmp_path, host), at_once=at_once))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", running[0].listening.getsockname()[1]
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "site", SECRET
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = at_once, not at_once, 5
        return running[0]

    yield start
    for each in running:
        each.listening.close()


@pytest.mark.parametrize("at_once", [True, False], ids=["TLS from the start", "STARTTLS"])
@pytest.mark.parametrize("send", [one_by_one, by_thousands])
def test_a_relay_with_a_strange_certificate_hears_no_password(
    relay: Callable[..., Relay], send: Callable[[], None], at_once: bool
) -> None:
    server = relay(host="localhost", at_once=at_once)
    with pytest.raises((ssl.SSLCertVerificationError, NotHandedOver)):
        send()
    server.thread.join(5)
    assert "AUTH" not in server.heard


@pytest.mark.parametrize("send", [one_by_one, by_thousands])
@pytest.mark.parametrize("host", ["localhost", "autre.exemple"])
def test_a_relay_is_who_its_certificate_names(
    relay: Callable[..., Relay],
    send: Callable[[], None],
    host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = relay(host=host, at_once=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    if host == "localhost":
        send()
    else:
        with pytest.raises((ssl.SSLCertVerificationError, NotHandedOver)):
            send()
    server.thread.join(5)
    assert ("AUTH" in server.heard) == (host == "localhost")
