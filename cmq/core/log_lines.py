"""How lines of log are written, as Django’s setting says it."""

from typing import Any


def setup(form: str, level: str) -> dict[str, Any]:
    """The setting LOGGING.

    Args:
        form: « line », or « json » for one object a line, for a machine that collects logs: with what the code says
            besides the message (`extra`).
        level: of the least serious line that is written.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{asctime} {levelname} {name} {message}",
                "style": "{",
            },
        },
        "filters": {"numbered": {"()": "cmq.core.tracing.Numbered"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["numbered"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
    }
