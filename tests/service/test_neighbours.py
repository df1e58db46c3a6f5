"""What the site leans on is shown as it is, to readers and to who mends it; no crowd can turn against it."""

import re
import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cmq.service import neighbours
from tools.object_store import ObjectStore

pytestmark = pytest.mark.django_db


class Clamd:
    """Something that answers as the daemon does to PING, or not, and counts."""

    def __init__(self) -> None:
        self.asked, self.answer = 0, b"PONG\0"
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.place = f"clamd:127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection = self.listening.accept()[0]
            except OSError:
                return
            with connection:
                assert connection.recv(100) == b"zPING\0"
                self.asked += 1
                connection.sendall(self.answer)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    made = Clamd()
    settings.ANTIVIRUS = [made.place]
    yield made
    made.listening.shutdown(socket.SHUT_RDWR)
    made.listening.close()


@pytest.fixture
def store(settings: Any) -> Iterator[ObjectStore]:
    made = ObjectStore()
    made.delay = 0.4
    backend = {"BACKEND": "cmq.core.object_store.ObjectStorage", "OPTIONS": made.options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    yield made
    made.close()


def told(client: Client, name: str) -> tuple[str, str] | None:
    """State and meaning of a part on the page; None where it is not."""
    page = client.get("/etat/").content.decode()
    found = re.search(rf'<th scope="row">{name}</th><td>([^<]*)</td><td>([^<]*)</td>', page)
    return (found[1], found[2]) if found else None


def test_a_site_that_leans_on_nothing_says_nothing_of_it(client: Client) -> None:
    assert [told(client, name) for name in ("Fichiers", "Antivirus", "Compteurs partagés")] == [None, None, None]


def test_what_stops_is_shown_and_again_when_it_is_back(
    client: Client, store: ObjectStore, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "EVERY", 0.0)
    assert told(client, "Fichiers") == ("Normal", "Le dépôt des fichiers répond.")
    assert told(client, "Antivirus") == ("Normal", "Chaque pièce envoyée est examinée.")
    store.fault, clamd.answer = "503", b"UNKNOWN COMMAND\0"
    for name, what in (("Fichiers", "Le dépôt des fichiers"), ("Antivirus", "L’antivirus")):
        state, meaning = told(client, name)
        assert state == "En panne" and meaning.startswith(f"{what} ne répond pas : ")
    page = client.get("/etat/").content.decode()
    assert store.endpoint not in page and clamd.place not in page and "tout fonctionne" not in page
    store.fault, clamd.answer = "", b"PONG\0"
    assert told(client, "Fichiers")[0] == told(client, "Antivirus")[0] == "Normal"
    assert not [each for each in store.asked if not each.startswith("HEAD")] and not store.objects


def test_a_crowd_asks_once(client: Client, store: ObjectStore, clamd: Clamd) -> None:
    for _ in range(20):
        client.get("/etat/")
    assert (len(store.asked), clamd.asked) == (1, 1)


def test_a_crowd_does_not_wait_for_a_store_that_is_slow(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    [files] = neighbours.neighbours()
    monkeypatch.setattr(files.problem.__self__, "seconds", 0.2)
    store.fault = "slow"
    with ThreadPoolExecutor(8) as crowd:
        assert all(crowd.map(lambda _: files.looked_at(), range(8)))
        tries = len(store.asked)
        assert len(list(crowd.map(lambda _: files.looked_at(), range(100)))) == 100
    assert len(store.asked) == tries and tries <= 4


def test_a_command_that_is_not_there_is_told_without_running_any(client: Client, settings: Any) -> None:
    settings.ANTIVIRUS = [sys.executable, "-c", "raise SystemExit(2)"]
    assert told(client, "Antivirus")[0] == "Normal"
    settings.ANTIVIRUS = ["/n/existe/pas/clamscan"]
    assert told(client, "Antivirus")[0] == "En panne"


def test_a_library_that_is_missing_is_said(
    client: Client, store: ObjectStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    assert told(client, "Fichiers")[0] == "En panne"
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "✗ CMQ_S3_BUCKET demande ce que liste requirements/machines.txt." in capsys.readouterr().out


def test_the_doctor_names_them_and_says_how_they_are(
    store: ObjectStore, clamd: Clamd, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert f"✓ Fichiers ({store.endpoint}, fichiers) : répond." in said and f"✓ Antivirus ({clamd.place})" in said
    clamd.answer = b"\0"
    store.fault = "denied"
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert "✗ Dépôt des fichiers" in said and "✗ L’antivirus répond autre chose" in said
