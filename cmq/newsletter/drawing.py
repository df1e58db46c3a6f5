"""An issue as a letter: its two texts, and its message made once for all who get the same blocks.

What differs from person to person (address, links, number of the letter) has a place of its own in the message; filling
it is a join of bytes. In the body such a place stands between two soft line breaks of quoted-printable (RFC 2045,
6.7), so that what goes there, plain ASCII, needs no encoding.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from quopri import encodestring
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string

from cmq.core import letters
from cmq.newsletter import links
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Block, Issue

# What a place is marked with until it is filled: no text holds this sign.
_MARK = re.compile(r"(\0\w+\0)")
_EXAMPLE = "exemple"


@dataclass(frozen=True)
class Recipient:
    """What a letter needs of a subscriber."""

    pk: int
    email: str
    key: str


@dataclass(frozen=True)
class Drawn:
    """The two texts of a letter."""

    subject: str
    text: str
    html: str


class Message:
    """A message ready for whoever gets these blocks."""

    def __init__(self, issue: Issue, blocks: Iterable[Block]) -> None:
        assert issue.number
        self._number = str(issue.number)
        drawn = draw(issue, blocks, choices="\0choices\0", stop="\0stop\0")
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        head = _head(drawn.subject, host)
        boundary = f"=_lettre_{hashlib.sha256(drawn.text.encode()).hexdigest()[:24]}"
        source = (
            f"{head}Date: \0date\0\r\nTo: \0to\0\r\nMessage-ID: <lettre.{self._number}.\0letter\0@{host}>\r\n"
            f"List-Unsubscribe: <{_stop_url(self._number)}>\r\n"
            f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
        )
        for kind, text in (("plain", drawn.text), ("html", drawn.html)):
            source += (
                f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
                f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{_quoted(text)}\r\n"
            )
        source += f"--{boundary}--\r\n"
        pieces = _MARK.split(source)
        self._parts = [piece.strip("\0") if place % 2 else piece.encode("ascii") for place, piece in enumerate(pieces)]

    def to(self, recipient: Recipient, *, date: bytes) -> bytes:
        """The message for one person, as it goes to the server."""
        pk, key = recipient.pk, recipient.key
        values = {
            "date": date,
            "to": recipient.email.encode(),
            "letter": links.token(Purpose.LETTER, pk, key, self._number).encode(),
            "stop": links.token(Purpose.STOP, pk, key).encode(),
            "choices": links.token(Purpose.CHOICES, pk, key).encode(),
        }
        return b"".join([part if isinstance(part, bytes) else values[part] for part in self._parts])


def draw(issue: Issue, blocks: Iterable[Block], *, choices: str = _EXAMPLE, stop: str = _EXAMPLE) -> Drawn:
    """The two texts of an issue for whoever gets these blocks.

    Args:
        choices, stop: what the links of a person end with; an example when nobody is meant.
    """
    number = issue.number or "numero"
    context = {
        "subject": subject_of(issue),
        "intro": issue.intro,
        "blocks": list(blocks),
        "number": number,
        "is_demo": issue.is_demo,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "choices": f"{settings.SITE_URL}/lettre/abonnement/{choices}/",
        "stop": f"{settings.SITE_URL}/lettre/{number}/desabonnement/{stop}/",
    }
    text = re.sub(r"\n{3,}", "\n\n", render_to_string("newsletter/issue.txt", context).strip())
    return Drawn(subject_of(issue), f"{text}\n", letters.draw("newsletter/issue.html", context))


def subject_of(issue: Issue) -> str:
    """The subject of the letter."""
    return f"{issue.title} – lettre n° {issue.number}" if issue.number else issue.title


def _head(subject: str, host: str) -> str:
    """The headers that are the same for all."""
    message = EmailMessage(policy=SMTP)
    headers: Mapping[str, str] = {
        "From": settings.DEFAULT_FROM_EMAIL
        if parseaddr(settings.DEFAULT_FROM_EMAIL)[0]
        else f'"{settings.SITE_NAME}" <{settings.DEFAULT_FROM_EMAIL}>',
        "Subject": subject,
        "List-Id": f"<lettre.{host}>",
        "List-Archive": f"<{settings.SITE_URL}/lettre/numeros/>",
        # RFC 8058: the mail program posts this one line to the address of List-Unsubscribe.
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
    }
    for name, value in headers.items():
        message[name] = value
    return message.as_bytes().decode("ascii").removesuffix("\r\n")


def _stop_url(number: str) -> str:
    return f"{settings.SITE_URL}/lettre/{number}/desabonnement/\0stop\0/"


def _quoted(text: str) -> str:
    """The text in quoted-printable, its places left open on lines of their own."""
    pieces = _MARK.split(text)
    encoded = [
        f"=\r\n{piece}=\r\n" if place % 2 else encodestring(piece.encode()).decode("ascii").replace("\n", "\r\n")
        for place, piece in enumerate(pieces)
    ]
    return "".join(encoded)
