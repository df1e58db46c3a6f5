"""One connection to the mail server, for many letters; and what the server says to each, without its sentences.

`django.core.mail` would build each message anew and cannot say at what step a connection was lost, which decides
whether a letter may be sent again.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from django.conf import settings

_STATUS = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
CLOSING = 421


class NotHandedOver(Exception):
    """The connection was lost, or refused, before the letter was handed over: it may be sent again."""


class InDoubt(Exception):
    """The connection was lost while the letter was handed over: it may have left or not."""


@dataclass(frozen=True)
class Reply:
    """What the server said to a letter: its code, its enhanced status (RFC 3463) if it gave one, and to what."""

    code: int
    status: str
    # Whether it is about the address (RCPT) rather than about the sender or the message.
    is_about_address: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether the server took the letter over."""
        return 200 <= self.code < 300

    @property
    def is_for_now(self) -> bool:
        """Whether the same letter may be taken later."""
        return 400 <= self.code < 500

    @property
    def text(self) -> str:
        """« 550 5.1.1 »: nothing of whom."""
        return f"{self.code} {self.status}".strip()


def is_set_up() -> bool:
    """Whether a mail server is named."""
    return str(settings.EMAIL_BACKEND).endswith("smtp.EmailBackend")


def _connected() -> smtplib.SMTP:
    # `smtplib` by itself believes any certificate: whoever stands in between would read letters and password.
    context, place = ssl.create_default_context(), (settings.EMAIL_HOST, settings.EMAIL_PORT)
    if settings.EMAIL_USE_SSL:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=settings.EMAIL_TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(*place, timeout=settings.EMAIL_TIMEOUT)
    smtp.ehlo()
    if settings.EMAIL_USE_TLS:
        smtp.starttls(context=context)
        smtp.ehlo()
    return smtp


class Line:
    """An open connection to the server of the settings; a context manager."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Line":
        """Connect. Raises `NotHandedOver`."""
        try:
            self._smtp = _connected()
            if settings.EMAIL_HOST_USER:
                self._smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotHandedOver(type(error).__name__) from None
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Hang up, politely when all went well: a connection that is lost has nobody to be polite to."""
        if kind is None and self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._hang_up()

    def send(self, sender: str, to: str, message: bytes, *, first: Callable[[], object] = lambda: None) -> Reply:
        """Hand one letter over.

        Args:
            sender: envelope sender, where returns come.
            message: whole, with CRLF.
            first: what must be done before the letter itself leaves. It is done while the server reads for whom the
                letter is; not at all when the connection is lost before that. What it raises stops the letter.
        Raises `NotHandedOver`, `InDoubt`: the line is then closed, for nobody waits for the answer of a lost server.
        """
        assert self._smtp is not None
        try:
            refused = self._open_letter(self._smtp, sender, to, first)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotHandedOver(type(error).__name__) from None
        if refused is not None:
            return refused
        try:
            self._smtp.send(_stuffed(message))
            code, said = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise InDoubt(type(error).__name__) from None
        return _reply(code, said, False)

    @staticmethod
    def _open_letter(smtp: smtplib.SMTP, sender: str, to: str, first: Callable[[], object]) -> Reply | None:
        """Say from whom and to whom, and ask to begin; the refusal, if any.

        In one go where the server allows it (RFC 2920): two waits for an answer a letter instead of four.
        """
        said = [f"MAIL FROM:{smtplib.quoteaddr(sender)}", f"RCPT TO:{smtplib.quoteaddr(to)}", "DATA"]
        replies: list[tuple[int, bytes]] = []
        if smtp.has_extn("pipelining"):
            smtp.send("".join(f"{line}\r\n" for line in said))
            first()
            replies = [smtp.getreply() for _ in said]
        else:
            first()
            for line in said:
                smtp.putcmd(line)
                replies.append(smtp.getreply())
                if replies[-1][0] >= 400:
                    break
        bad = next((place for place, (code, _) in enumerate(replies) if code >= 400), None)
        if bad is None:
            return None
        if replies[-1][0] == 354:
            # It waits for a letter to nobody: an empty one, which goes nowhere.
            smtp.send(b".\r\n")
            smtp.getreply()
        elif replies[bad][0] != CLOSING:
            smtp.rset()
        return _reply(*replies[bad], bad == 1)

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _stuffed(message: bytes) -> bytes:
    """The letter as it is written after DATA: a dot before each line that begins with one, then the end."""
    end = b"" if message.endswith(b"\r\n") else b"\r\n"
    return (message.replace(b"\r\n.", b"\r\n..") if b"\r\n." in message else message) + end + b".\r\n"


def _reply(code: int, said: bytes | str, about_address: bool) -> Reply:
    found = _STATUS.search(said.encode() if isinstance(said, str) else said) if code >= 300 else None
    return Reply(code, found[1].decode() if found else "", about_address)
