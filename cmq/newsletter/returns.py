"""Reading what comes back: delivery reports (RFC 3464), complaints (RFC 5965), and what a mail service posts.

Whose letter it was is read from the Message-ID of the letter, which bears an HMAC and comes back with its headers: a
report that anyone could write, about an address that anyone knows, moves nothing.
"""

import hashlib
import hmac
import json
import mailbox
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from pathlib import Path
from typing import Any

from cmq.newsletter import links
from cmq.newsletter.links import Purpose

_LETTER = re.compile(r"lettre\.(\d{1,9})\.(\d{1,18}-[0-9a-f]{40})@", re.ASCII)
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})", re.ASCII)
# The address is not, or is no more (RFC 3463: bad mailbox, system, syntax; moved; mailbox disabled). All else, a full
# mailbox, a filter, a policy, is of the day or of the message.
_GONE = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
MOST_BYTES = 1_000_000
# A signature of the webhook is good for so long, either side of now.
FRESH = 300  # seconds
MOST_EVENTS = 1_000


class Kind(StrEnum):
    """What came back."""

    HARD = "rejet"
    SOFT = "retour"
    COMPLAINT = "plainte"


@dataclass(frozen=True)
class Return:
    """One letter that came back, of which issue, to which subscription."""

    kind: Kind
    subscriber: int
    issue: int
    status: str = ""


class BadReport(ValueError):
    """What a mail service posted cannot be read; the text says why and cites nobody."""


def kind_of(status: str) -> Kind:
    """What a status (« 5.1.1 ») says of an address."""
    return Kind.HARD if status in _GONE else Kind.SOFT


def read_report(data: bytes) -> list[Return]:
    """What one message says came back; nothing for what is no report, or not about a letter of ours."""
    message = message_from_bytes(data[:MOST_BYTES])
    if message.get_content_type() != "multipart/report":
        return []
    letter = _letter_of(_cited_ids(message))
    if letter is None:
        return []
    if str(message.get_param("report-type", "")).lower() == "feedback-report":
        return [Return(Kind.COMPLAINT, *letter)]
    statuses = [status for status in map(_failure, _recipients(message)) if status]
    # One letter has one recipient: the worst that is said of it counts.
    return [Return(kind_of(worst), *letter, worst) for worst in [_worst(statuses)] if worst]


def read_folder(path: Path) -> Iterator[tuple[bytes, Any]]:
    """The messages of a maildir, of an mbox, or of a plain folder of `.eml` files, each with what removes it."""
    if path.is_dir() and (path / "cur").is_dir():
        yield from _of_mailbox(mailbox.Maildir(path, create=False))
    elif path.is_dir():
        for file in sorted(each for each in path.iterdir() if each.is_file() and each.suffix == ".eml"):
            yield file.read_bytes(), file.unlink
    else:
        yield from _of_mailbox(mailbox.mbox(path, create=False))


def read_posted(body: bytes, signature: str, *, secret: str, now: float | None = None) -> list[Return]:
    """What a mail service says, once its signature is found good.

    Args:
        body: JSON, `{"events": [{"type": "bounce" | "complaint", "message_id": "…", "status": "5.1.1"}]}`.
        signature: `t=<seconds>,v1=<HMAC-SHA256 of « t.body », hexadecimal>`.
    Raises PermissionError for a signature that is false or old, `BadReport` for what has no sense.
    """
    given = dict(part.partition("=")[::2] for part in signature[:200].split(","))
    at, digest = given.get("t", ""), given.get("v1", "")
    expected = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    is_fresh = at.isascii() and at.isdecimal() and len(at) < 12 and abs((now or time.time()) - int(at)) <= FRESH
    if not secret or not is_fresh or not hmac.compare_digest(expected.encode(), digest.encode()):
        raise PermissionError
    return _events(body)


def _events(body: bytes) -> list[Return]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise BadReport("Le corps n’est pas du JSON.") from None
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise BadReport(f"Il faut une liste « events » d’au plus {MOST_EVENTS} éléments.")
    returned = []
    for event in events:
        fields = event if isinstance(event, dict) else {}
        what, name, status = (fields.get(key, "") for key in ("type", "message_id", "status"))
        if what not in ("bounce", "complaint") or not isinstance(name, str) or not isinstance(status, str):
            raise BadReport("Un élément a « type » (bounce ou complaint), « message_id » et « status ».")
        letter = _letter_of([name[:300]])
        if letter is not None:
            kind = Kind.COMPLAINT if what == "complaint" else kind_of(status[:12])
            returned.append(Return(kind, *letter, status[:12]))
    return returned


def _letter_of(names: list[str]) -> tuple[int, int] | None:
    """Subscription and issue of the first Message-ID that is one of ours, by its HMAC."""
    for name in names:
        found = _LETTER.search(name)
        if found:
            subscriber = links.find(Purpose.LETTER, found[2], found[1])
            if subscriber is not None:
                return subscriber.pk, int(found[1])
    return None


def _cited_ids(message: Message) -> list[str]:
    """The Message-IDs of the letters that a report cites, whole or by their headers."""
    names = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            cited = inner[0] if isinstance(inner, list) and inner else None
            names.append(str(cited.get("Message-ID", "")) if isinstance(cited, Message) else "")
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            names.append(str(message_from_bytes(payload if isinstance(payload, bytes) else b"").get("Message-ID", "")))
    return [name[:300] for name in names if name]


def _recipients(message: Message) -> Iterator[Message]:
    """The groups of fields of a delivery report, one a recipient."""
    for part in message.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            yield from (group for group in payload if isinstance(group, Message) and group.get("Action"))


def _failure(fields: Message) -> str:
    """The status of a recipient whose letter did not arrive; empty when it did, or is only late."""
    if str(fields.get("Action", "")).strip().lower() != "failed":
        return ""
    found = _STATUS.search(str(fields.get("Status", "")))
    return found[0] if found else "5.0.0"


def _worst(statuses: list[str]) -> str:
    return min(statuses, key=lambda status: kind_of(status) is not Kind.HARD, default="")


def _of_mailbox(box: mailbox.Mailbox[Any]) -> Iterator[tuple[bytes, Any]]:
    box.lock()
    try:
        for key in list(box.keys()):
            data = box.get_bytes(key)
            yield data, lambda key=key: box.discard(key)
        box.flush()
    finally:
        box.close()
