"""A collector of traces for tests: it answers as OTLP over HTTP asks, and keeps what it was sent."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """A collector on this machine: the spans that it was sent, and the bytes that they came in.

    While `answers` is clear, whoever sends something waits: for a minute, then it is taken.
    """

    def __init__(self) -> None:
        self.raw = b""
        self.answers = threading.Event()
        self.answers.set()
        self.received: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.answers.wait(60)
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                collector.raw += body
                collector.received.append(ExportTraceServiceRequest.FromString(body))
                self._say(200)

            def do_GET(self) -> None:
                self._say(204)

            def _say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self.server.shutdown()
        self.server.server_close()

    def spans(self) -> list[Any]:
        """Those that have come, in their order."""
        return [
            span
            for each in self.received
            for resource in each.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
