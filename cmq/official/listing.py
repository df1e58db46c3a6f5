"""Reading JSON files of official sources: a list of records, bare or in the envelope of an API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cmq.official.errors import FileRefused
from cmq.official.reading import opened

_ENVELOPES = ("results", "features")


def read_list(path: Path, *, needed: tuple[str, ...] = ()) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a file, numbered from 1; what is no record reads as an empty one.

    Args:
        needed: keys that the first record must have: without one of them the form has changed.
    Raises `FileRefused`.
    """
    with opened(path, member="*.json") as file:
        try:
            found = json.loads(file.read())
        except (ValueError, RecursionError) as error:
            raise FileRefused("Le fichier n’est pas du JSON entier.") from error
    if isinstance(found, dict):
        found = next((found[name] for name in _ENVELOPES if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise FileRefused("Le fichier n’est pas une liste.")
    if found and isinstance(found[0], dict) and (missing := [name for name in needed if name not in found[0]]):
        raise FileRefused(f"La forme du fichier a changé, il manque : {', '.join(missing)}.")
    for number, record in enumerate(found, start=1):
        yield number, record if isinstance(record, dict) else {}


def text(record: dict[str, Any], name: str, most: int = 400) -> str:
    """A text of a record on one line, cut; empty for null."""
    value = record.get(name)
    return "" if value is None or isinstance(value, dict | list) else " ".join(str(value).split())[:most]
