"""How a line of the technical logs is written: in UTC, with what it says, and nothing that fakes another line."""

import logging
import time
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# What every record has; the rest is what a line says besides its message.
_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def setup(form: str, level: str) -> dict[str, Any]:
    """Where lines go and how they are written, as `logging.config` takes it: to the error output, nowhere else.

    Args:
        form: « line » for people, « json » for a machine; level: of the least serious line that is written. Who proved
            who they are and what was refused (`web.security_log`) is written whatever the level of the rest.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": Lines}, "json": {"()": JsonLines}},
        # First what may lead to somebody goes, whatever library wrote it; then the line gets its number.
        "filters": {
            "without_persons": {"()": "cmq.core.logs.WithoutPersons"},
            "numbered": {"()": "cmq.core.tracing.Numbered"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["without_persons", "numbered"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "cmq.security": {"level": "INFO"},
        },
    }


class Lines(logging.Formatter):
    """One line for people: instant, level, logger, message, then `name=value`. A trace follows, set in."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """The instant."""
        return _instant(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line; control characters are written as `\\n`, not done."""
        said = " ".join(f"{name}={value}" for name, value in vars(record).items() if _is_said(name, value))
        head = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()} {said}"
        line = _visible(head.rstrip())
        trace = self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        return "\n".join([line, *(f"    {each}" for each in trace.splitlines())])


class JsonLines(JsonFormatter):
    """One JSON object a line, for a machine that collects them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", None, "{", *args, **kwargs)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """The instant."""
        return _instant(record)

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        """The object, of words and numbers."""
        return {name: value for name, value in log_record.items() if isinstance(value, str | int | float)}


def _instant(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _is_said(name: str, value: object) -> bool:
    """Words and numbers; not the request that Django hangs on its lines, with all that somebody typed in it."""
    return name not in _USUAL and isinstance(value, str | int | float) and value != ""


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
