"""What the site says of its own work: a line and a measure for each answer, and the queries that took too long.

None of it bears an address, a name, or what was asked for: pages are told by the name of their view.
"""

import logging
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from cmq.core import tracing
from cmq.service import measures

log = logging.getLogger("cmq.answers")
slow = logging.getLogger("cmq.slow")


class ObservingMiddleware:
    """Count, time and log each answer; give it a number that the reader can quote (`X-Request-Id`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.counts = bool(settings.METRICS_TOKEN)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, observed."""
        started = time.perf_counter()
        method = str(request.method)
        with tracing.span_with_queries(method, "server", http__request__method=method) as span:
            number = tracing.number() or secrets.token_hex(8)
            token = tracing.current.set(number)
            try:
                with ExitStack() as stack:
                    if settings.SLOW_QUERY_MS:
                        watch = _Watch(request, number)
                        for alias in connections:
                            stack.enter_context(connections[alias].execute_wrapper(watch))
                    response = self.get_response(request)
            finally:
                tracing.current.reset(token)
            page = _page(request)
            if span is not None:
                span.update_name(f"{method} {page}")
                span.set_attributes({"http.route": page, "http.response.status_code": response.status_code})
        response.headers["X-Request-Id"] = number
        self._tell(request, page, response.status_code, time.perf_counter() - started, number)
        return response

    def _tell(self, request: HttpRequest, page: str, status: int, seconds: float, number: str) -> None:
        if self.counts:
            measures.ANSWERS.labels(page, request.method, status).inc()
            measures.SECONDS.labels(page).observe(seconds)
        if log.isEnabledFor(logging.INFO):
            said = {"page": page, "method": request.method, "status": status, "ms": round(seconds * 1000, 1)}
            log.info("answer", extra={**said, "request": number})


def _page(request: HttpRequest) -> str:
    """The name of the view; « kept » for what came from memory before any view was looked for."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "unnamed") if match else "kept"


class _Watch:
    """Times each query of a page."""

    def __init__(self, request: HttpRequest, number: str) -> None:
        self.request, self.number = request, number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run the query; log it when it was slow. Its values, which may be somebody's, are never told."""
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            ms = (time.perf_counter() - started) * 1000
            if ms >= settings.SLOW_QUERY_MS:
                page = _page(self.request)
                measures.SLOW_QUERIES.labels(page).inc()
                slow.warning(
                    "slow query", extra={"ms": round(ms, 1), "sql": sql[:2000], "page": page, "request": self.number}
                )
