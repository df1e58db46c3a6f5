"""What people send is examined by ClamAV's own daemon, with one signature of ours: that of the EICAR test file."""

import io
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File

from cmq.core import antivirus, uploads
from cmq.core.antivirus import AntivirusSilent
from cmq.core.errors import Refusal

CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_clamd = pytest.mark.skipif(CLAMD is None, reason="clamd is not here (Debian's package clamav-daemon)")
# Harmless by agreement: what every antivirus takes for a virus (eicar.org). In two halves: none takes this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CONFIGURATION = """LocalSocket {folder}/s
DatabaseDirectory {folder}/db
TemporaryDirectory {folder}
Foreground yes
MaxThreads 2
StreamMaxLength 1M
"""


class Daemon:
    """A clamd of this test alone."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "s"
        (folder / "db").mkdir()
        # ClamAV's extended signatures: name, any kind of file, any place, bytes.
        (folder / "db" / "essai.ndb").write_text(f"Essai.EICAR:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder))
        self.process = subprocess.Popen(
            [str(CLAMD), "--config-file", folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(300):
            if self.socket.exists():
                return
            if self.process.poll() is not None:
                raise RuntimeError("clamd does not start")
            time.sleep(0.1)
        raise RuntimeError("clamd does not listen")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # A socket's path may not be long.
    with tempfile.TemporaryDirectory(prefix="clamd") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def daemon(folder: Path) -> Iterator[Daemon]:
    started = Daemon(folder)
    yield started
    started.stop()


def examined(name: str, content: bytes) -> uploads.Upload:
    return uploads.checked(name, ContentFile(content), size=len(content))


def a_docx(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<a/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@needs_clamd
def test_the_daemon_finds_what_is_hidden_and_lets_the_rest_through(daemon: Daemon, settings: Any) -> None:
    settings.ANTIVIRUS = [f"clamd:{daemon.socket}"]
    assert antivirus.problem() == ""
    assert examined("propre.pdf", PDF).scan == uploads.CLEAN
    assert examined("propre.docx", a_docx(note=b"bonjour")).scan == uploads.CLEAN
    for name, content in (("a.pdf", PDF + EICAR), ("zip.docx", a_docx(note=EICAR))):
        with pytest.raises(Refusal, match=f"L’antivirus refuse « {name} »"):
            examined(name, content)


@needs_clamd
def test_a_file_longer_than_the_daemon_reads_is_not_taken(daemon: Daemon, settings: Any) -> None:
    settings.ANTIVIRUS = [f"clamd:{daemon.socket}"]
    with pytest.raises(AntivirusSilent, match="size limit exceeded"):
        antivirus.is_clean(io.BytesIO(bytes(3_000_000)))
    with pytest.raises(Refusal, match="ne répond pas"):
        examined("long.pdf", PDF + bytes(3_000_000))


@needs_clamd
def test_a_daemon_that_dies_while_it_reads_is_said(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    with tempfile.TemporaryDirectory(prefix="clamd") as name:
        own = Daemon(Path(name))
        settings.ANTIVIRUS = [f"clamd:{own.socket}"]

        class Dying(ContentFile):  # type: ignore[type-arg]
            """A file during which the daemon is killed."""

            def read(self, size: int = -1) -> Any:
                if self.tell() >= 1 << 16:
                    own.stop()
                return super().read(size)

        content = PDF + bytes(500_000)
        try:
            with pytest.raises(Refusal, match="L’antivirus ne répond pas"):
                uploads._scanned("a.pdf", Dying(content))
            assert own.process.poll() is not None
            with pytest.raises(Refusal, match="L’antivirus ne répond pas"):
                examined("a.pdf", PDF)
            assert "ne répond pas" in antivirus.problem()
        finally:
            own.stop()


@pytest.mark.parametrize("said", [b"", b"UNKNOWN COMMAND\0", b"stream: OKAY\0", b"\0", b"x" * 10_000])
def test_what_is_no_verdict_lets_nothing_through(said: bytes, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection = listening.accept()[0]
            with connection:
                connection.recv(1 << 20)
                connection.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        settings.ANTIVIRUS = [f"clamd:127.0.0.1:{listening.getsockname()[1]}"]
        with pytest.raises(AntivirusSilent):
            antivirus.is_clean(io.BytesIO(PDF))


def test_a_daemon_that_says_nothing_is_not_waited_for(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "WITHIN", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.ANTIVIRUS = [f"clamd:127.0.0.1:{listening.getsockname()[1]}"]
        with pytest.raises(AntivirusSilent):
            antivirus.is_clean(File(io.BytesIO(PDF)))


@pytest.mark.parametrize("place", ["/n/existe/pas", "sans-port", "127.0.0.1:porte"])
def test_a_daemon_that_is_not_there_is_told_by_the_doctor(place: str, settings: Any) -> None:
    settings.ANTIVIRUS = [f"clamd:{place}"]
    assert "CMQ_ANTIVIRUS" in antivirus.problem()
    with pytest.raises(AntivirusSilent):
        antivirus.is_clean(io.BytesIO(PDF))
