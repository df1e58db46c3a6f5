"""Files of environment variables (`.env`, a systemd `EnvironmentFile`): read, and changed without losing a line."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from re import fullmatch
from typing import TypeAlias

from dotenv.parser import parse_stream

Wanted: TypeAlias = Callable[[dict[str, str]], Mapping[str, str]]


def read(path: Path) -> dict[str, str]:
    """What a file says, by name; nothing when there is none."""
    return _said(path.read_text()) if path.exists() else {}


def line(name: str, value: str) -> str:
    """One line that python-dotenv, systemd, Compose and a shell read alike, as long as the value has no apostrophe."""
    if fullmatch(r"[A-Za-z0-9_./:@%+=,-]*", value):
        return f"{name}={value}\n"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{escaped}'\n"


def change(path: Path, wanted: Wanted) -> list[str]:
    """Change a file of which only its owner is a reader, whole or not at all.

    Args:
        wanted: given what the file says now, the values to add or to put in the place of former ones. It is called
            while no other process changes files of that folder: of two that would each make a key, the second finds
            the first's.
    Returns the names of what has changed. Raises OSError.
    """
    path = path.resolve()
    with _alone_in(path.parent):
        text = path.read_text() if path.exists() else ""
        said = _said(text)
        changed = {name: value for name, value in wanted(dict(said)).items() if said.get(name) != value}
        if changed:
            _write(path, _rewritten(text, changed))
        elif path.exists():
            path.chmod(0o600)
    return list(changed)


def is_open_to_others(path: Path) -> bool:
    """Whether somebody besides its owner may read or write a file."""
    return path.exists() and bool(path.stat().st_mode & 0o077)


def _said(text: str) -> dict[str, str]:
    return {each.key: each.value or "" for each in parse_stream(StringIO(text)) if each.key and not each.error}


def _rewritten(text: str, changed: Mapping[str, str]) -> str:
    kept = ""
    for each in parse_stream(StringIO(text)):
        whole = each.original.string
        # A line that goes leaves the empty ones before it.
        kept += whole if each.key not in changed else whole[: len(whole) - len(whole.lstrip())]
    end = "" if not kept or kept.endswith("\n") else "\n"
    return kept + end + "".join(line(name, value) for name, value in changed.items())


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    # Made by `mkstemp`, the file is its owner's alone from its first byte.
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".env-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if path.exists() and (owner := path.stat()).st_uid != os.geteuid():
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        Path(made).rename(path)
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
