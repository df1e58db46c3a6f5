"""Serve an application with granian and load it with wrk, both for a bounded time, on this machine only."""

import contextlib
import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    application: str, *, workers: int = 2, bin: Path = BIN, env: dict[str, str] | None = None
) -> Iterator[tuple[str, float]]:
    """The address of a running application, and the seconds it took to answer; perhaps of another environment."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", "4"]  # as in the Makefile
    quiet = ["--no-access-log", "--log-level", "error"]
    server = subprocess.Popen([bin / "granian", *options, *quiet, application], cwd=ROOT, env=env)
    try:
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                if time.perf_counter() - started > 60:
                    raise
                time.sleep(0.01)
        yield url, time.perf_counter() - started
    finally:
        server.terminate()
        server.wait(timeout=15)


def workers_of(port: str) -> list[int]:
    """The processes that answer on a port: the children of the server that was started for it."""
    children: dict[int, list[int]] = {}
    server = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().split(b"\0")
                children.setdefault(parent, []).append(int(entry.name))
                if b"--port" in words and words[words.index(b"--port") + 1] == port.encode() and parent == os.getpid():
                    server = int(entry.name)
    return [pid for pid in children.get(server, []) if b"resource_tracker" not in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b"resource_tracker"


def seconds_to(command: str) -> float:
    """How long a command of `cmq` takes."""
    started = time.perf_counter()
    subprocess.run([BIN / "cmq", command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def page_weight(url: str, *, with_pictures: bool = True) -> tuple[int, int]:
    """Bytes on the wire and requests of the first load of a page: itself and the files that it names."""
    body, size = _fetch(url)
    named = re.findall(r'<(?:link rel="(?:icon|stylesheet)" href|script src|img src)="([^"]+)"', body)
    if not with_pictures:
        shown = re.findall(r'<img src="([^"]+)"', body)
        named = [address for address in named if address not in shown]
    sizes = [size, *(_fetch(urljoin(url, address))[1] for address in dict.fromkeys(named))]
    return sum(sizes), len(sizes)


def _fetch(url: str) -> tuple[str, int]:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:
        body = response.read()
        headers = len(str(response.headers))
        plain = gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body
    return plain.decode(errors="replace"), len(body) + headers


def requests_per_second(url: str, *, seconds: int = 2, connections: int = 16) -> float:
    """Measured by wrk (Debian's package « wrk »), as a browser that accepts gzip. Raises RuntimeError on errors."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: install Debian's package « wrk »")
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(output)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])  # type: ignore[index]
