"""A real mail server on this machine, whose letters are read back as a mail program would."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Postman:
    """What came, and what the server is told to answer: address or « * » → the reply to RCPT or to the letter."""

    envelopes: list[Envelope] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    # Called with each letter before it is answered.
    before_answer: Callable[[], object] = lambda: None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        reply = self.rcpt.get(address, self.rcpt.get("*", ""))
        if not reply:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.data.get(envelope.rcpt_tos[0], self.data.get("*", ""))
        self.before_answer()
        if not reply:
            self.envelopes.append(envelope)
        return reply or "250 OK"

    @property
    def to(self) -> list[str]:
        """Whom letters came for, in order."""
        return [address for each in self.envelopes for address in each.rcpt_tos]

    def letters(self) -> dict[str, EmailMessage]:
        """Each address with the last letter that came for it."""
        return {each.rcpt_tos[0]: message_from_bytes(each.content, policy=default) for each in self.envelopes}


@pytest.fixture
def postman(settings: object, tmp_path: Path) -> Iterator[Postman]:
    """The server, which the site is told to use; no rate."""
    handler = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.LETTER_PER_MINUTE, settings.SITE_URL = 0, "https://campus.exemple.fr"
    # Another test that sends at the same time holds another lock.
    settings.VAR_DIR = tmp_path
    yield handler
    controller.stop()
