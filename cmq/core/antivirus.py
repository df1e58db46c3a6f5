"""What an antivirus says of a file: ClamAV's daemon over its socket, or any command that reads a file on its input.

The daemon's protocol (`INSTREAM`, clamd(8)) is spoken here: the one client that is kept up is under the GPL, the one
under the LGPL has been left alone since 2014, and neither hears why the daemon refuses a file that is too long.
"""

import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from typing import IO

from django.conf import settings

DAEMON = "clamd:"
WITHIN = 60.0  # seconds, for a whole file
_CHUNK = 1 << 16


class AntivirusSilent(Exception):
    """The antivirus does not answer, or answers something else than a verdict."""


def is_configured() -> bool:
    """Whether the site has one."""
    return bool(settings.ANTIVIRUS)


def is_clean(content: IO[bytes]) -> bool:
    """Whether the antivirus finds nothing in a file, read from where it stands. Raises `AntivirusSilent`."""
    first = settings.ANTIVIRUS[0]
    return _by_daemon(first.removeprefix(DAEMON), content) if first.startswith(DAEMON) else _by_command(content)


def problem() -> str:
    """What is wrong with what the settings name, in French; empty when the daemon answers, or the command is there."""
    if not is_configured():
        return ""
    first = settings.ANTIVIRUS[0]
    if not first.startswith(DAEMON):
        # Not run: a scanner without a daemon reads all that it knows first, for many seconds.
        return (
            "" if shutil.which(first) else f"L’antivirus « {first} » n’est pas sur cette machine. Voyez CMQ_ANTIVIRUS."
        )
    try:
        with _connected(first.removeprefix(DAEMON), time.monotonic() + 2) as daemon:
            daemon.sendall(b"zPING\0")
            said = _reply(daemon)
    except OSError as error:
        return f"L’antivirus ne répond pas ({error}). Voyez CMQ_ANTIVIRUS."
    return "" if said == "PONG" else "L’antivirus répond autre chose que clamd. Voyez CMQ_ANTIVIRUS."


def _by_command(content: IO[bytes]) -> bool:
    try:
        # The command is the administrator's own setting; nothing of the file's name goes into it.
        done = subprocess.run(settings.ANTIVIRUS, input=content.read(), capture_output=True, timeout=WITHIN)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AntivirusSilent(str(error)) from error
    if done.returncode not in (0, 1):
        raise AntivirusSilent(f"exit {done.returncode}")
    return done.returncode == 0


def _by_daemon(place: str, content: IO[bytes]) -> bool:
    deadline = time.monotonic() + WITHIN
    try:
        with _connected(place, deadline) as daemon:
            try:
                daemon.sendall(b"zINSTREAM\0")
                for chunk in _chunks(content):
                    daemon.settimeout(max(0.01, deadline - time.monotonic()))
                    daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
            except (BrokenPipeError, ConnectionResetError):
                # It closes at once on a file longer than it reads, and may have said so.
                pass
            daemon.settimeout(max(0.01, deadline - time.monotonic()))
            said = _reply(daemon)
    except OSError as error:
        raise AntivirusSilent(str(error)) from error
    if said == "stream: OK":
        return True
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return False
    raise AntivirusSilent(said)


def _connected(place: str, deadline: float) -> socket.socket:
    """A connection to `/path/of/a/socket`, or `host:port`."""
    left = max(0.01, deadline - time.monotonic())
    if not place.startswith("/"):
        host, _, port = place.rpartition(":")
        if not port.isdecimal():
            raise OSError(f"{place} is neither a path nor host:port")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=left)
    daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    daemon.settimeout(left)
    try:
        daemon.connect(place)
    except OSError:
        daemon.close()
        raise
    return daemon


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces; the empty one ends it."""
    while chunk := content.read(_CHUNK):
        yield chunk
    yield b""


def _reply(daemon: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        piece = daemon.recv(4096)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
