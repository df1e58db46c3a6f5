"""The change feed read as a journal: proved line by line, exported, and an export proved without any database.

What the chain of digests proves: that no line was changed, removed from the middle, added or moved since the digest of
a later line was last seen elsewhere. Whoever can write to the database can also write a new chain from some line on,
or cut the end off together with the head. Only a digest that they do not hold shows that: a time stamp of an outside
authority (`core.timestamps`), or the end of an earlier export.
"""

import base64
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from multiprocessing import get_context
from typing import Any, BinaryIO

import orjson
from django.db import connection, connections
from django.db.models import Func, Max, TextField
from django.db.models.functions import Cast

from cmq.core.canonical import FORMAT, digest_of, written_line
from cmq.core.models import Change, FeedHead, JournalStamp

CHUNK = 2_000
# In the order that `written_line` takes them, the digest last.
_COLUMNS = (
    "position",
    "at_text",
    "by",
    "act",
    "model",
    "key",
    "first_key",
    "last_key",
    "count",
    "summary",
    "private_number",
    "diff_text",
    "digest",
)
# Below this many lines a second process costs more than it brings.
WORTH_SHARING = 100_000
# Each has a connection of its own.
MOST_PROCESSES = 8
MAX_LINE = 1_000_000  # bytes of one line of an export


@dataclass(frozen=True)
class Break:
    """The first place where the journal is not what it was."""

    position: int
    reason: str

    def __str__(self) -> str:
        return f"Journal rompu à la position {self.position} : {self.reason}"


@dataclass(frozen=True)
class Head:
    """How far a journal goes: its last position and that line's digest. Kept elsewhere, it proves what it was."""

    position: int
    digest: str
    # What tells so, in French: « l’export du … », « l’horodatage du … ».
    witness: str = "cette tête"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read « 123:9f86d0… ». Raises ValueError."""
        position, _, digest = text.strip().partition(":")
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError("not a head")
        return cls(int(position), digest)

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


@dataclass(frozen=True)
class Verdict:
    """What a walk through a journal found."""

    head: Head
    broken: Break | None
    stamps: tuple[dict[str, Any], ...] = ()


class _Instant(Func):
    """An instant as UTC text with microseconds, cheaper than the objects that Django would make of it."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="CAST(%(expressions)s AS text)", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        return super().as_sql(compiler, connection, template=template, **context)


class _Number(Func):
    """A truth value as 0 or 1. It is said to be text, so that Django does not touch each of a million values again."""

    template = "CAST(%(expressions)s AS integer)"
    output_field = TextField()


def rows(first: int, last: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The lines from a position on, as the database has them: position, instant, …, diff, digest.

    A query a chunk, from where the last one ended: no cursor stays open, no transaction lasts, and PostgreSQL does not
    lay the whole journal down first to read it out afterwards.
    """
    found = Change.objects.filter(**({} if last is None else {"position__lte": last})).order_by("position")
    found = found.annotate(
        at_text=_Instant("at"),
        private_number=_Number("is_private"),
        diff_text=Cast("diff", TextField()),
    )
    seen = first - 1
    while chunk := list(found.values_list(*_COLUMNS).filter(position__gt=seen)[:CHUNK]):
        yield from chunk
        seen = chunk[-1][0]


def lines(first: int, last: int, previous: str) -> Iterator[bytes]:
    """The written lines of these positions; each names the digest that the database has of the line before."""
    for row in rows(first, last):
        yield written_line(previous, *row[:-1])
        previous = row[-1]


def line_at(position: int) -> bytes:
    """The written line of one position. Raises StopIteration when there is none."""
    return next(lines(position, position, _digest_at(position - 1)))


def verify(*, known: Iterable[Head] = (), processes: int | None = None) -> Verdict:
    """Walk the whole journal.

    Args:
        known: heads that were seen before and kept elsewhere; the time stamps in the database are added to them.
        processes: how many share the walk; as many as there are processors when not said, one for a short journal.
    """
    before = _head()
    walked = _walk(before.position, processes or _processes(before.position))
    witnesses = [*known, *map(_head_of, JournalStamp.objects.order_by("position"))]
    digests = {each.position: _digest_at(each.position) for each in witnesses}
    broken = walked.broken or _against_head(before, walked.head) or _against(witnesses, walked.head, digests)
    return Verdict(walked.head, broken)


def export(out: BinaryIO, *, stamps: bool = True) -> Head:
    """Write the journal as JSON Lines, then a line with the time stamps, then one that seals it (`docs/guide`).

    Lines that are committed meanwhile are left for the next export. Returns the head that was written.
    """
    head = _head()
    previous = ""
    for line in lines(1, head.position, ""):
        out.write(line + b"\n")
        previous = digest_of(line)
    found = JournalStamp.objects.filter(position__lte=head.position).order_by("position") if stamps else ()
    end = {"previous": previous, "format": FORMAT, "lines": head.position, "stamps": [*map(_stamp, found)]}
    closing = orjson.dumps(end)
    out.write(closing + b"\n" + _seal(digest_of(closing)) + b"\n")
    return Head(head.position, previous)


def verify_export(file: BinaryIO, *, known: Iterable[Head] = ()) -> Verdict:
    """Walk an exported journal; nothing but the file is read.

    Args:
        file: open for reading, and able to go back to its start.
        known: heads that were seen elsewhere: the export must go through them.
    """
    position, digest, readline = 0, "", file.readline
    # Spelled out: a call for each of a million lines costs more than its hash.
    while (line := readline(MAX_LINE)).startswith(
        f'{{"previous":"{digest}","position":{position + 1},'.encode()
    ) and line.endswith(b"\n"):
        digest = digest_of(line[:-1])
        position += 1
    head = Head(position, digest)
    closing = _closing(line)
    if closing is None or closing["previous"] != digest or closing["lines"] != position:
        return Verdict(head, _why(line, head))
    if file.readline(MAX_LINE) != _seal(digest_of(line[:-1])) + b"\n" or file.read(1):
        return Verdict(head, Break(position + 1, "ce qui suit la dernière ligne a été changé : horodatages ou sceau."))
    stamps = tuple(closing["stamps"])
    witnesses = [*known, *(Head(each["position"], each["digest"], _witness(each["at"])) for each in stamps)]
    digests = _digests_in(file, {each.position for each in witnesses})
    return Verdict(head, _against(witnesses, head, digests), stamps)


def _seal(digest: str) -> bytes:
    return f'{{"previous":"{digest}"}}'.encode()


def _closing(line: bytes) -> dict[str, Any] | None:
    """The line after the last one, or None when this is not it."""
    try:
        said = orjson.loads(line)
    except ValueError:
        return None
    whole = isinstance(said, dict) and set(said) == {"previous", "format", "lines", "stamps"}
    if not whole or said["format"] != FORMAT or not line.endswith(b"\n") or not isinstance(said["stamps"], list):
        return None
    return said if all(map(_is_stamp, said["stamps"])) else None


def _is_stamp(said: Any) -> bool:
    kinds = {"position": int, "digest": str, "at": str, "token": str}
    return isinstance(said, dict) and {name: type(value) for name, value in said.items()} == kinds


def _why(line: bytes, head: Head) -> Break:
    """What is wrong with the line that should follow this head."""
    expected = head.position + 1
    if not line:
        return Break(expected, "le fichier s’arrête avant sa fin.")
    try:
        said = orjson.loads(line)
        previous, position = said["previous"], said.get("position", said.get("lines", 0) + 1)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Break(expected, "cette ligne n’est pas une ligne de journal, ou elle est incomplète.")
    if position != expected:
        return Break(expected, f"cette ligne manque ou n’est pas à sa place (on lit la position {position}).")
    if previous != head.digest:
        return Break(max(head.position, 1), f"cette ligne n’est pas celle que nomme la suivante, {expected}.")
    return Break(expected, "cette ligne n’est pas écrite comme le journal les écrit.")


def _digests_in(file: BinaryIO, positions: set[int]) -> dict[int, str]:
    """The digests of these lines of an export."""
    if not positions:
        return {}
    file.seek(0)
    numbered = enumerate(iter(lambda: file.readline(MAX_LINE), b""), 1)
    return {number: digest_of(line[:-1]) for number, line in numbered if number in positions}


def _against(witnesses: Iterable[Head], head: Head, digests: dict[int, str]) -> Break | None:
    for witness in sorted(witnesses, key=lambda each: each.position):
        if witness.position > head.position:
            reason = f"{witness.witness} prouve que le journal a compté au moins {witness.position} lignes."
            return Break(head.position + 1, f"la fin a été retirée : {reason}")
        if digests.get(witness.position) != witness.digest:
            reason = f"{witness.witness} prouve que cette ligne, ou une autre avant elle, a été récrite depuis."
            return Break(witness.position, reason)
    return None


# Walking the database


def _walk(total: int, processes: int) -> Verdict:
    """Check every line, in parts that several processes share."""
    if processes == 1 or total < processes:
        return _walk_part(1, None)
    size = -(-total // processes)
    firsts = range(1, total + 1, size)
    parts = [(first, first + size - 1 if first + size <= total else None) for first in firsts]
    # A connection cannot be used by two processes: each opens its own.
    connections.close_all()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        verdicts = list(pool.map(_walk_part, *zip(*parts, strict=True)))
    broken = next((each for each in verdicts if each.broken), None)
    return broken or verdicts[-1]


def _walk_part(first: int, last: int | None) -> Verdict:
    """Check the lines from one position to another, or to the end, trusting the digest before them."""
    expected, previous = first, _digest_at(first - 1)
    # Spelled out, not unpacked: each of a million lines counts.
    for position, at, by, act, model, key, from_, to, count, summary, private, diff, digest in rows(first, last):
        if position != expected:
            return _stopped(expected, previous, "cette ligne a été retirée ou déplacée.")
        try:
            line = written_line(previous, position, at, by, act, model, key, from_, to, count, summary, private, diff)
        except TypeError:
            line = b""
        if digest_of(line) != digest:
            return _stopped(expected, previous, "cette ligne, ou son empreinte, a été modifiée.")
        previous = digest
        expected += 1
    if last is not None and expected <= last:
        return _stopped(expected, previous, "cette ligne a été retirée ou déplacée.")
    return Verdict(Head(expected - 1, previous), None)


def _stopped(position: int, previous: str, reason: str) -> Verdict:
    return Verdict(Head(position - 1, previous), Break(position, reason))


def _against_head(before: FeedHead, walked: Head) -> Break | None:
    """Compare the end that was walked with the head, which may have moved meanwhile."""
    if walked.position < before.position:
        return Break(walked.position + 1, "la fin a été retirée, la tête du fil va plus loin.")
    if before.position and _digest_at(before.position) != before.digest:
        return Break(before.position, "la tête du fil a une autre empreinte que cette ligne.")
    public = Change.objects.public().filter(position__lte=before.position).aggregate(last=Max("position"))["last"] or 0
    if public != before.public_position:
        return Break(before.position, "la tête du fil se trompe sur la dernière ligne publique.")
    after = _head().position
    if walked.position > after:
        return Break(after + 1, "cette ligne a été ajoutée sans passer par la tête du fil.")
    return None


def _head() -> FeedHead:
    return FeedHead.objects.filter(pk=1).first() or FeedHead()


def _digest_at(position: int) -> str:
    return Change.objects.filter(position=position).values_list("digest", flat=True).first() or ""


def _processes(total: int) -> int:
    if total < WORTH_SHARING or connection.in_atomic_block:
        return 1
    return min(os.cpu_count() or 1, MOST_PROCESSES)


# Time stamps


def _stamp(stamp: JournalStamp) -> dict[str, Any]:
    return {
        "position": stamp.position,
        "digest": stamp.digest,
        "at": stamp.stamped_at.astimezone(UTC).isoformat(),
        "token": base64.b64encode(bytes(stamp.token)).decode(),
    }


def _head_of(stamp: JournalStamp) -> Head:
    return Head(stamp.position, stamp.digest, _witness(stamp.stamped_at.astimezone(UTC).isoformat()))


def _witness(at: str) -> str:
    return f"l’horodatage du {at}"
