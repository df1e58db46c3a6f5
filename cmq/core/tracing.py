"""Traces of pages, tasks and what they ask of others (OpenTelemetry), when the standard variables name a collector.

Without one nothing of it is imported. No span bears an address, a name, what was asked for, or the values of a query:
pages are told by the name of their view, queries by their text with marks in place of values, others by their host.
"""

import contextlib
import logging
import os
import platform
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Literal

from django.db import connections

import cmq

log = logging.getLogger(__name__)
Kind = Literal["internal", "server", "client", "consumer"]
LONGEST = 2000  # characters kept of a query
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_provider: Any = None
_tracer: Any = None
# The number of the request in hand, which its reader can quote and its lines of log bear.
current: ContextVar[str] = ContextVar("request_number", default="")


def is_asked_for() -> bool:
    """Whether the environment names a collector and does not say to be silent."""
    silent = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not silent and os.environ.get("OTEL_TRACES_EXPORTER") != "none" and any(map(os.environ.get, _ENDPOINTS))


def start(part: str) -> None:
    """Trace what this process does from now on, if it is asked for. Once in each process; `part`: « web », « worker ».

    A library that is not there is logged and stops nothing.
    """
    global _provider, _tracer
    if _provider is not None or not is_asked_for():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        log.error("no traces: %s is not installed (requirements/machines.txt)", error.name)
        return
    said = {"service.version": cmq.__version__, "host.name": platform.node()}
    if "service.name" not in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "") and not os.environ.get("OTEL_SERVICE_NAME"):
        said["service.name"] = f"cmq-{part}"
    _provider = TracerProvider(resource=Resource.create(said))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("cmq", cmq.__version__)


def stop() -> None:
    """Send what is not sent yet, and trace no more."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


def number() -> str:
    """The number of the trace in hand, 32 digits; empty when nothing is traced."""
    if _tracer is None:
        return ""
    from opentelemetry import trace

    found = trace.get_current_span().get_span_context().trace_id
    return f"{found:032x}" if found else ""


@contextlib.contextmanager
def span(name: str, kind: Kind = "internal", **said: str | int) -> Iterator[Any]:
    """A step of the trace in hand, or the first of a new one; gives the span, None when nothing is traced.

    What it raises is told by its kind alone: sentences of errors may quote what somebody typed.
    """
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    attributes = {key.replace("__", "."): value for key, value in said.items()}
    opened = _tracer.start_as_current_span(
        name,
        kind=SpanKind[kind.upper()],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    with opened as made:
        try:
            yield made
        except Exception as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(Status(StatusCode.ERROR))
            raise


@contextlib.contextmanager
def span_with_queries(name: str, kind: Kind, **said: str | int) -> Iterator[Any]:
    """The same, with a step for each query of any database."""
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(span(name, kind, **said))
        if made is not None:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(_query))
        yield made


def _query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    connection = context["connection"]
    said = {"db__system__name": connection.vendor, "db__namespace": connection.alias, "db__query__text": sql[:LONGEST]}
    with span(sql.split(maxsplit=1)[0].upper() if sql.strip() else "query", "client", **said):
        return execute(sql, params, many, context)


class Numbered(logging.Filter):
    """Gives each line of log the number of the request in hand, where it says none itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always let through. Django’s lines bear the request itself, whose address may say whom it is about."""
        if not isinstance(getattr(record, "request", None), str):
            record.request = current.get()
        return True
