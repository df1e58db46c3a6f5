"""One connection to the mail server, for many letters; and what the server says to each, without its sentences.

`django.core.mail` would build each message anew and cannot say at what step a connection was lost, which decides
whether a letter may be sent again.
"""

import re
import smtplib
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


class Line:
    """An open connection to the server of the settings; a context manager."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Line":
        """Connect. Raises `NotHandedOver`."""
        try:
            kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
            self._smtp = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
            self._smtp.ehlo()
            if settings.EMAIL_USE_TLS:
                self._smtp.starttls()
                self._smtp.ehlo()
            if settings.EMAIL_HOST_USER:
                self._smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise NotHandedOver(type(error).__name__) from None
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Hang up, politely when all went well."""
        if kind is None and self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._hang_up()

    def send(self, sender: str, to: str, message: bytes) -> Reply:
        """Hand one letter over.

        Args:
            sender: envelope sender, where returns come.
            message: whole, with CRLF.
        Raises `NotHandedOver`, `InDoubt`.
        """
        assert self._smtp is not None
        try:
            code, said = self._smtp.mail(sender)
            about_address = code == 250
            if about_address:
                code, said = self._smtp.rcpt(to)
            if code not in (250, 251):
                if code != CLOSING:
                    self._smtp.rset()
                return _reply(code, said, about_address)
        except (OSError, smtplib.SMTPException) as error:
            raise NotHandedOver(type(error).__name__) from None
        try:
            code, said = self._smtp.data(message)
        except smtplib.SMTPDataError as refused:
            return _reply(refused.smtp_code, refused.smtp_error, False)
        except (OSError, smtplib.SMTPException) as error:
            raise InDoubt(type(error).__name__) from None
        return _reply(code, said, False)

    def _hang_up(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _reply(code: int, said: bytes | str, about_address: bool) -> Reply:
    found = _STATUS.search(said.encode() if isinstance(said, str) else said) if code >= 300 else None
    return Reply(code, found[1].decode() if found else "", about_address)
