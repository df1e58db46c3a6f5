"""The one written form of a line of the journal: the bytes that its digest is taken of, on any database.

A line is a JSON object on one line, UTF-8, without spaces, its names in the order below. It names the SHA-256 of the
line before it, so the lines of an export check each other: whoever has them needs no word of ours.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import orjson
from django.db import models

FORMAT = "cmq-journal/1"
_TRUTH = {0: False, 1: True}

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


def canonical_json(value: Any) -> str:
    """JSON without spaces, its names sorted at every depth. Raises TypeError for what JSON does not know."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def written_line(
    previous: str,
    position: int,
    at: str,
    by: int | None,
    act: str,
    model: str,
    key: str,
    first_key: str,
    last_key: str,
    count: int,
    summary: str,
    is_private: int,
    diff: str,
) -> bytes:
    """The line, without the end of line.

    Args:
        previous: digest of the line before; empty for the first.
        at: UTC, as databases tell it: « 2026-11-24 12:00:00.123456 ».
        is_private: 0 or 1.
        diff: JSON as `canonical_json` writes it; taken as it is.
    Raises TypeError for what cannot be a line.
    """
    head = orjson.dumps(
        {
            "previous": previous,
            "position": position,
            # What most lines have is spelled out here: a call for each of a million lines costs.
            "at": f"{at[:10]}T{at[11:]}Z" if len(at) == 26 and at[10] == " " else _instant(at),
            "by": by,
            "act": act,
            "model": model,
            "key": key,
            "first_key": first_key,
            "last_key": last_key,
            "count": count,
            "summary": summary,
            # Any other number than the two that are written stays, and shows.
            "is_private": _TRUTH.get(is_private, is_private),
        }
    )
    return head[:-1] + b',"diff":' + diff.encode() + b"}"


def _instant(at: str) -> str:
    """An instant whose fraction is zero, which SQLite leaves out. Anything else was not written by us: it stays."""
    return f"{at[:10]}T{at[11:]}.000000Z" if len(at) == 19 and at[10] == " " else at


def digest_of(line: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(line).hexdigest()


class CanonicalJSONField(_TextField):
    """A JSON value kept as the text of `canonical_json`: what is stored is what was hashed, byte for byte."""

    # Where the types of a field are kept by its stubs.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    description = "JSON sous sa forme canonique"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """The value that the stored text says."""
        return None if value is None else orjson.loads(value)

    def to_python(self, value: Any) -> Any:
        """A value is a value; nothing to convert."""
        return value

    def get_prep_value(self, value: Any) -> str | None:
        """The text to store."""
        return None if value is None else canonical_json(value)

    def value_to_string(self, obj: models.Model) -> str:
        """For serializers."""
        return self.get_prep_value(self.value_from_object(obj)) or ""
