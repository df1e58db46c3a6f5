"""A source on this machine, which answers as told: right, late, cut, too many times asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer of the source.

    Attributes:
        cut_after: the connection is cut after that many bytes of the body, whose whole length was announced.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None


@dataclass
class Asked:
    """One call as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Replies = Callable[[Asked], Answer]


@contextmanager
def source(replies: Replies) -> Iterator[tuple[str, list[Asked]]]:
    """The address of a source that replies so, and the calls that it has had."""
    calls: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        # As real sources do, one connection serves several calls.
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
            calls.append(asked)
            answer = replies(asked)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.cut_after is None else answer.body[: answer.cut_after])
            self.close_connection = answer.cut_after is not None

        do_GET = do_POST = _answer

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()


def in_turn(*answers: Answer) -> Replies:
    """Each answer once, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
