"""The line to the mail server: what it says to each letter, with and without pipelining."""

import socket
import threading
from collections.abc import Iterator

import pytest

from cmq.core.smtp import InDoubt, Line, NotHandedOver, Reply

LETTER = b"Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"


class Scripted:
    """A server that gives each connection the same answers, in order, and keeps what it heard."""

    def __init__(self, *answers: bytes) -> None:
        self.heard = b""
        self._answers = answers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            for answer in self._answers:
                connection.sendall(answer)
                more = connection.recv(65536)
                self.heard += more
                if not more:
                    return
        self._socket.close()


@pytest.fixture
def serve(settings: object) -> Iterator[object]:
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 5

    def begin(*answers: bytes) -> Scripted:
        server = Scripted(*answers)
        settings.EMAIL_PORT = server.port
        return server

    yield begin


HELLO = (b"220 hello\r\n", b"250-hello\r\n250 PIPELINING\r\n")
PLAIN = (b"220 hello\r\n", b"250 hello\r\n")


@pytest.mark.parametrize(
    "answers", [(*HELLO, b"250 a\r\n250 b\r\n354 c\r\n"), (*PLAIN, b"250 a\r\n", b"250 b\r\n", b"354 c\r\n")]
)
def test_a_letter_is_handed_over_with_its_dots(serve: object, answers: tuple[bytes, ...]) -> None:
    server = serve(*answers, b"250 2.0.0 taken\r\n", b"221 bye\r\n")
    with Line() as line:
        assert line.send("a@exemple.fr", "b@exemple.fr", LETTER).is_accepted
    assert b"MAIL FROM:<a@exemple.fr>\r\n" in server.heard and b"RCPT TO:<b@exemple.fr>\r\n" in server.heard
    assert b"\r\n\r\n..dot\r\n...two\r\nend\r\n.\r\n" in server.heard


@pytest.mark.parametrize(
    ("answers", "reply"),
    [
        ((*HELLO, b"250 a\r\n550 5.1.1 b@exemple.fr\r\n554 none\r\n"), Reply(550, "5.1.1", True)),
        ((*HELLO, b"250 a\r\n450 4.2.1 b@exemple.fr\r\n354 go\r\n"), Reply(450, "4.2.1", True)),
        ((*HELLO, b"451 4.3.0 no\r\n503 x\r\n503 x\r\n"), Reply(451, "4.3.0", False)),
        ((*HELLO, b"250 a\r\n250 b\r\n452 4.3.1 full\r\n"), Reply(452, "4.3.1", False)),
        ((*PLAIN, b"250 a\r\n", b"550 5.1.1 b@exemple.fr\r\n"), Reply(550, "5.1.1", True)),
        ((*PLAIN, b"421 bye\r\n"), Reply(421, "", False)),
    ],
)
def test_a_refusal_is_told_without_its_sentence_and_the_line_goes_on(
    serve: object, answers: tuple[bytes, ...], reply: Reply
) -> None:
    server = serve(*answers, b"250 reset\r\n", b"221 bye\r\n")
    with Line() as line:
        found = line.send("a@exemple.fr", "b@exemple.fr", LETTER)
    assert found == reply and "exemple" not in found.text
    assert b"Subject" not in server.heard


def test_whether_a_lost_letter_may_be_sent_again_is_known(serve: object) -> None:
    serve(*HELLO)
    with pytest.raises(NotHandedOver), Line() as line:
        line.send("a@exemple.fr", "b@exemple.fr", LETTER)
    serve(*HELLO, b"250 a\r\n250 b\r\n354 c\r\n")
    with pytest.raises(InDoubt), Line() as line:
        line.send("a@exemple.fr", "b@exemple.fr", LETTER)
    serve(b"554 5.3.2 closed\r\n")
    with pytest.raises(NotHandedOver), Line():
        pass
