"""Logs that tell of the site, never of a person.

What a line may say is taken from it before any handler writes it: addresses, IPs, what stands behind « ? », keys in
paths, cookies and other long secrets. Of what is raised, the trace tells where; its message is kept only where a
program wrote it (database, system, types), without what it cites, for what people typed ends up in messages.
"""

import logging
import re
import traceback
from typing import Any

from django.db import Error as DatabaseError

# Each begins where its signs begin: tried anew at each of them, a long word would take the square of its length.
_EMAIL = re.compile(r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_HEX = "[0-9a-fA-F]{1,4}"
_IPV6 = re.compile(rf"(?<![\w:])(?:(?:{_HEX}:){{5,7}}{_HEX}|(?:{_HEX}(?::{_HEX})*)?::(?:{_HEX}(?::{_HEX})*)?)(?![\w:])")
_QUERY = re.compile(r"\?[^\s\"'»<>]+")
_HEADER = re.compile(r"(?i)\b(cookie|set-cookie|authorization|x-[\w-]{0,40}token)\b(\s*[:=]\s*)[^\r\n]+")
_PAIR = re.compile(
    r"(?i)\b(sessionid|csrftoken|csrfmiddlewaretoken|password\w*|token|jeton|secret|code|login|email|name|nom)"
    r"(['\"]?\s*[:=]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s,;&'\"}]+)"
)
# Keys, tokens and signed values: long, without a space, with figures in them.
_SECRET = re.compile(r"(?<![A-Za-z0-9_.~:-])(?=[A-Za-z_.~:-]*[0-9])[A-Za-z0-9_.~:-]{23,}")
_CITED = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»|=\([^)]*\)|\bDETAIL:.*|\bFailing row.*", re.DOTALL)
_VALUE = re.compile(r"'(?:[^']|'')*'")
_PLAIN = re.compile(r"[a-z.-]{0,30}")
_WRITTEN_BY_PROGRAMS = (DatabaseError, OSError, ImportError, TypeError, AttributeError, NameError, MemoryError)
# What a line may carry besides its message (`web.observing`, `web.security_log`), and what logging itself puts there.
_EXTRAS = {"page", "method", "status", "status_code", "ms", "sql", "is_in", "change"}
# Numbers and digests by which a line is found again; a name is never one.
_MARKS = {"person": r"\d+", "request": r"[0-9a-f]*", "caller": r"[0-9a-f]+", "account": r"[0-9a-f]+"}
_OWN = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName"}


def without_persons(text: str) -> str:
    """The text with everything that may lead to somebody replaced by what it was."""
    for pattern, instead in (
        (_HEADER, r"\1\2[tu]"),
        (_PAIR, r"\1\2[tu]"),
        (_QUERY, "?[tu]"),
        (_EMAIL, "[adresse]"),
        (_IPV4, "[ip]"),
        (_IPV6, "[ip]"),
        (_SECRET, "[clé]"),
    ):
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """An error by its kind, with its message where a program wrote it, without what it cites."""
    name = type(error).__name__
    if not isinstance(error, _WRITTEN_BY_PROGRAMS):
        return name
    return without_persons(f"{name}: {_CITED.sub('[…]', str(error))}".strip())


def trace(error: BaseException) -> str:
    """Where it was raised, and what it came from; lines of code, never values."""
    parts: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        parts += [trace(cause), "\nThen:\n"]
    parts += ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__), told(error)]
    return "".join(parts)


class WithoutPersons(logging.Filter):
    """Put before every handler; it changes the record, so that whatever is written after it is clean."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean one record; it is always kept."""
        is_query = record.name.startswith("django.db")
        record.msg, record.args = self._message(record, is_query=is_query), None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = trace(record.exc_info[1])
        record.exc_info = None
        record.stack_info = None
        for name in [each for each in record.__dict__ if each not in _OWN]:
            value = record.__dict__[name]
            if is_query or not self._may_be_said(name, value):
                del record.__dict__[name]
            elif isinstance(value, str) and name in _EXTRAS:
                setattr(record, name, without_persons(value))
        return True

    @staticmethod
    def _may_be_said(name: str, value: object) -> bool:
        if name in _MARKS:
            return re.fullmatch(_MARKS[name], str(value)) is not None
        return name in _EXTRAS and isinstance(value, str | int | float)

    @staticmethod
    def _message(record: logging.LogRecord, *, is_query: bool) -> str:
        if is_query:
            # A query is told as it was sent, with its values.
            return without_persons(_VALUE.sub("'…'", record.getMessage().partition("; args=")[0]))
        args: Any = record.args
        if isinstance(args, tuple):
            path = str(getattr(getattr(record, "request", None), "path", "\0"))
            # Django writes it with its accents escaped.
            paths = (path, path.encode("unicode_escape").decode("ascii"))
            record.args = tuple(
                told(each) if isinstance(each, BaseException) else _place(record) if each in paths else each
                for each in args
            )
        # What a line cites is what somebody sent: « Invalid HTTP_HOST header: '…' ».
        return without_persons(_CITED.sub("[…]", record.getMessage()))


def _place(record: logging.LogRecord) -> str:
    """Which page, by the pattern of its address; of an address that no page has, the first word alone."""
    request: Any = record.request  # type: ignore[attr-defined]
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return f"/{match.route}"
    first, _, rest = str(request.path).lstrip("/").partition("/")
    return f"/{first if _PLAIN.fullmatch(first) else '[…]'}{'/[…]' if rest else ''}"
