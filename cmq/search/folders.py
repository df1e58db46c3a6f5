"""Where this machine keeps its copy of the index, and the reader that each process keeps open on it.

`recherche/` holds one folder an index; the file `courant` names the one that is read. It is replaced in one stroke, so
a reader finds the former index or the new one, whole.
"""

import os
import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from django.conf import settings

from cmq.search import engine
from cmq.search.engine import LockBusy, Reader

LOOK_EVERY = 0.25  # seconds between two looks at the disk
_CURRENT = "courant"


def root() -> Path:
    """The folder of all indexes of this machine."""
    return Path(settings.SEARCH_DIR)


def current() -> Path | None:
    """The folder of the index that is read; None when there is none that this version can read."""
    try:
        name = (root() / _CURRENT).read_text().strip()
    except OSError:
        return None
    folder = root() / name
    return folder if name.startswith(_prefix()) and engine.is_index(folder) else None


def new() -> Path:
    """A folder for an index to come."""
    folder = root() / f"{_prefix()}{time.time_ns()}-{uuid.uuid4().hex[:6]}"
    folder.mkdir(parents=True)
    return folder


def switch(folder: Path) -> None:
    """Let everyone read another index, and remove the others. Whoever has one of them open keeps reading it."""
    pointer = root() / f"{_CURRENT}.{os.getpid()}"
    with pointer.open("w") as file:
        file.write(folder.name)
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(root() / _CURRENT)
    for other in root().iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def writing() -> Iterator[None]:
    """Be the only one on this machine that writes. The lock falls with the process, however it ends.

    Raises LockBusy when another is at work.
    """
    root().mkdir(parents=True, exist_ok=True)
    with (root() / "verrou").open("w") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError as error:
            raise LockBusy("another process writes the index") from error
        try:
            yield
        finally:
            flock(file, LOCK_UN)


def _prefix() -> str:
    return f"v{engine.SCHEMA_VERSION}-"


class _Open:
    """The reader of this process, opened again after each commit."""

    def __init__(self) -> None:
        self.state: object = None
        self.reader: Reader | None = None
        self.looked_at = float("-inf")
        self.lock = threading.Lock()

    def get(self) -> Reader | None:
        now = time.monotonic()
        if now - self.looked_at >= LOOK_EVERY:
            with self.lock:
                self._look()
                self.looked_at = now
        return self.reader

    def _look(self) -> None:
        state = _state()
        if state == self.state:
            return
        folder = current()
        try:
            self.reader = Reader(folder) if folder else None
        except (OSError, ValueError):
            # The folder went away, or was damaged, between two looks.
            self.reader = None
        self.state = state


def _state() -> object:
    """Changes with every commit, and when the index goes away."""
    try:
        name = (root() / _CURRENT).read_text().strip()
        status = (root() / name / "meta.json").stat()
    except OSError:
        return None
    return root(), name, status.st_mtime_ns, status.st_ino


_open = _Open()


def reader() -> Reader | None:
    """What this process reads, at most a quarter of a second behind the last commit; None when the index is away."""
    return _open.get()


def forget_reader() -> None:
    """Look again at the next question."""
    _open.looked_at = float("-inf")
