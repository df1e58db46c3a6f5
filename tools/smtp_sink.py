"""A mail server that keeps nothing but counts: for sending at speed, and for counting each address after a crash.

It answers as RFC 5321 asks, one thread a connection, and notes an address once the whole letter is there, before it
says so. As a command it prints its port, then, on a line of its input, how many letters it has taken.
"""

import socket
import sys
import threading
from collections import Counter


class Sink:
    """A server on a free port of this machine, until `close`."""

    def __init__(self, *, pipelining: bool = False) -> None:
        self._hello = b"250-sink\r\n250 PIPELINING\r\n" if pipelining else b"250 sink\r\n"
        self.taken: Counter[str] = Counter()
        self.bytes = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(b"220 sink\r\n")
                self._talk(connection)
            except OSError:
                return

    def _talk(self, connection: socket.socket) -> None:
        buffer, to = b"", ""
        while True:
            line, _, buffer = _until(connection, buffer, b"\r\n").partition(b"\r\n")
            verb = line[:4].upper()
            if verb == b"EHLO":
                connection.sendall(self._hello)
                continue
            if verb == b"RCPT":
                to = line.partition(b"<")[2].partition(b">")[0].decode()
            if verb == b"DATA":
                connection.sendall(b"354 go\r\n")
                letter, _, buffer = _until(connection, buffer, b"\r\n.\r\n").partition(b"\r\n.\r\n")
                with self._lock:
                    self.taken[to] += 1
                    self.bytes += len(letter)
            if verb == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            connection.sendall(b"250 ok\r\n")


def _until(connection: socket.socket, buffer: bytes, end: bytes) -> bytes:
    """What has come, up to that end at least. Raises OSError when the other side hangs up."""
    while end not in buffer:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError
        buffer += more
    return buffer


if __name__ == "__main__":
    sink = Sink(pipelining="pipelining" in sys.argv)
    print(sink.port, flush=True)
    for _ in sys.stdin:
        print(sink.taken.total(), flush=True)
