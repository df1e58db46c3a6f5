"""A cache server that all nodes share: a real one, killed in the middle and back; no limit of a log-in is lost."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cmq.accounts.actions import open_account
from cmq.core import rates, shared_cache
from cmq.core.shared_cache import cache_settings
from cmq.service import neighbours
from tests.certificates import self_signed

REDIS = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(REDIS is None, reason="redis-server is not here (Debian's package redis-server)")
SECRET = "pas-pour-les-journaux"
EMAIL, IP = "claude@exemple.fr", "203.0.113.7"


class Server:
    """A redis-server of this test alone: TCP, TLS and a socket, with a password; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "s"
        self.certificate = self_signed(folder, "localhost")
        with socket.socket() as one, socket.socket() as two:
            for each in (one, two):
                each.bind(("127.0.0.1", 0))
            self.port, self.tls_port = one.getsockname()[1], two.getsockname()[1]
        self.url = f"redis://:{SECRET}@127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        said = {
            "port": self.port,
            "tls-port": self.tls_port,
            "tls-cert-file": self.certificate,
            "tls-key-file": self.certificate,
            "tls-ca-cert-file": self.certificate,
            "tls-auth-clients": "no",
            "unixsocket": self.socket,
            "bind": "127.0.0.1",
            "requirepass": SECRET,
            "save": "",
            "dir": self.folder,
        }
        options = [str(part) for name, value in said.items() for part in (f"--{name}", value)]
        self.process = subprocess.Popen([str(REDIS), *options], stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                with socket.create_connection(("127.0.0.1", self.port)) as asking:
                    asking.sendall(b"PING\r\n")
                    assert asking.recv(100).startswith(b"-NOAUTH")
                    return
            except OSError:
                assert self.process.poll() is None, "redis-server does not start"
                time.sleep(0.01)
        raise RuntimeError("redis-server does not listen")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def names(self) -> list[bytes]:
        return list(shared_cache.in_use()._cache.get_client().keys())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # A socket's path may not be long.
    with tempfile.TemporaryDirectory(prefix="redis") as name:
        started = Server(Path(name))
        yield started
        started.kill()


@pytest.fixture(autouse=True)
def _no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_cache, "silence", shared_cache._Silence())


def use(settings: Any, url: str) -> None:
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}
    both = {"default": cache_settings(url), "table": table}
    for each in both.values():
        each["KEY_FUNCTION"] = "cmq.core.addresses.cache_key"
    settings.CACHES = both


@pytest.fixture
def shared(server: Server, settings: Any, db: None) -> Iterator[Server]:
    """The server, running and empty, which the site uses."""
    if server.process.poll() is not None:
        server.start()
    use(settings, server.url)
    cache.clear()
    yield server


def heard_again() -> None:
    """As if the time for which a silent server is left alone were over."""
    shared_cache.silence.until = float("-inf")


def wrong_log_in(client: Client) -> bool:
    """Whether one more wrong password is looked at, rather than refused for being one too many."""
    answer = client.post(
        reverse("account_login"), {"login": EMAIL, "password": "faux faux faux"}, headers={"X-Forwarded-For": IP}
    )
    assert answer.status_code == 200
    return "Trop de tentatives" not in answer.content.decode()


@needs_redis
def test_two_processes_count_together(shared: Server) -> None:
    """The other one as a site reads its settings."""
    code = "from cmq.core import rates; print([rates.hit('a', limit=4, at=60).number for _ in range(3)])"
    said = {"DJANGO_SETTINGS_MODULE": "cmq.settings", "CMQ_CACHE_URL": shared.url, "CMQ_SECRET_KEY": site.SECRET_KEY}
    assert [rates.hit("a", limit=4, at=60).number for _ in range(2)] == [1, 2]
    command = [sys.executable, "-c", code]
    other = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **said})
    assert other.stdout == "[3, 4, 5]\n"
    assert rates.hit("a", limit=4, at=60).is_over
    assert rates.hit("a", limit=4, at=120).number == 1
    seconds = [shared_cache.in_use()._cache.get_client().ttl(key) for key in shared.names()]
    assert len(seconds) == 2 and all(0 < each <= 60 for each in seconds)


@needs_redis
def test_wrong_passwords_are_counted_whatever_becomes_of_the_server(
    shared: Server, client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "EVERY", 0.0)
    open_account(email=EMAIL, name="Claude", password="mot de passe de test")
    assert [wrong_log_in(client) for _ in range(6)] == [True] * 5 + [False]
    stored = b"".join(shared.names())
    assert stored and EMAIL.encode() not in stored and IP.encode() not in stored and b"allauth" not in stored
    shared.kill()
    assert [wrong_log_in(client) for _ in range(6)] == [True] * 5 + [False]
    assert len([line for line in caplog.messages if "cache server" in line]) == 1 and SECRET not in caplog.text
    assert client.get("/readyz").json()["ready"] is True
    assert "La base compte à la place du serveur de cache" in client.get("/etat/").content.decode()
    shared.start()
    assert not wrong_log_in(client)
    heard_again()
    assert wrong_log_in(client) and shared.names()
    assert "La base compte à la place" not in client.get("/etat/").content.decode()


@needs_redis
def test_demands_are_counted_by_the_database_while_the_server_is_away(shared: Server) -> None:
    assert rates.hit("a", limit=2).number == 1
    shared.kill()
    assert [rates.hit("a", limit=2, at=60).number for _ in range(3)] == [1, 2, 3]
    shared.start()
    heard_again()
    assert rates.hit("b", limit=2, at=60).number == 1 and len(shared.names()) == 1


@needs_redis
def test_a_code_that_was_used_stays_used_and_all_else_is_kept_as_json(shared: Server) -> None:
    assert cache.add("code", "y", timeout=30) and not cache.add("code", "y", timeout=30)
    for value in ([1.5, 2.5], {"keys": [{"kty": "RSA"}]}, True, 7, "é"):
        cache.set("a", value)
        assert cache.get("a") == value
    cache.set_many({"b": 1, "c": [2]})
    assert cache.get_many(["b", "c", "d"]) == {"b": 1, "c": [2]} and cache.incr("b", 4) == 5
    cache.delete_many(["b", "c"])
    assert not cache.has_key("b") and cache.touch("a", 5) and cache.delete("a")
    with pytest.raises(TypeError):
        cache.set("a", object())
    with pytest.raises(ValueError, match="not found"):
        cache.incr("rien")


@needs_redis
def test_what_another_program_wrote_there_is_never_run(shared: Server, tmp_path: Path) -> None:
    """A pickle that would make a file: the table answers instead."""
    name = shared_cache.in_use().make_key("a")
    pickled = f"cbuiltins\nopen\n(V{tmp_path / 'made'}\nVw\ntR.".encode()
    shared_cache.in_use()._cache.get_client().set(name, pickled)
    assert cache.get("a", "nothing") == "nothing" and not (tmp_path / "made").exists()


@needs_redis
def test_it_is_reached_by_a_socket_and_by_tls_and_believed_by_its_certificate(shared: Server, settings: Any) -> None:
    tls = f"rediss://:{SECRET}@localhost:{shared.tls_port}/0"
    for url, problem in (
        (f"unix://:{SECRET}@{shared.socket}?db=0", ""),
        (f"{tls}?ssl_ca_certs={shared.certificate}", ""),
        (tls, "CERTIFICATE_VERIFY_FAILED"),
        (shared.url.replace(SECRET, "autre"), "ne répond pas"),
    ):
        use(settings, url)
        said = shared_cache.in_use().problem()
        assert (problem in said and "CMQ_CACHE_URL" in said) if problem else not said
        assert SECRET not in said and "autre" not in said


@needs_redis
def test_the_doctor_says_that_it_is_away(shared: Server, capsys: pytest.CaptureFixture[str]) -> None:
    shared.kill()
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = next(line for line in capsys.readouterr().out.splitlines() if "serveur de cache" in line)
    assert f"redis://127.0.0.1:{shared.port}/0" in said and "CMQ_CACHE_URL" in said and SECRET not in said


def test_a_server_that_says_nothing_is_not_waited_for(settings: Any, db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(shared_cache, "WITHIN", 0.05)
    monkeypatch.setattr(shared_cache, "LEAVE_ALONE_FOR", 600)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        use(settings, f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        for number in range(50):
            assert rates.hit("a", limit=2, at=60).number == number + 1
        cache.set("a", 1)
        assert cache.get("a") == 1
        mute.setblocking(False)
        # Asked once, and then left alone.
        mute.accept()[0].close()
        with pytest.raises(BlockingIOError):
            mute.accept()


@pytest.mark.parametrize(
    "url", ["memcached://a:1", "redis://", "unix://", "redis:///0", "a", "redis://a:b/0", "redis://a/0?password=b"]
)
def test_an_address_that_is_none_or_shows_its_password_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"CMQ_CACHE_URL|Port could not"):
        cache_settings(url)


def test_the_password_stands_where_errors_hide_it() -> None:
    entry = cache_settings("rediss://site:a%40b%3Ac@cache.exemple.fr:6380/2?ssl_ca_certs=/ca.pem")
    assert entry["LOCATION"] == "rediss://cache.exemple.fr:6380/2?ssl_ca_certs=/ca.pem"
    assert entry["OPTIONS"] == {"username": "site", "password": "a@b:c"}
    assert cache_settings("redis://cache.exemple.fr")["OPTIONS"] == {}
