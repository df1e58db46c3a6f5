"""An issue leaves, in batches, at a set rate, each address once.

A row a subscriber is written when the sending begins. A batch takes rows in one transaction, then, before each letter
leaves, commits that this one is being handed over (`Batch.reached`), while the mail server reads for whom it is. A
sender killed at any instant so leaves at most one letter of which nobody knows whether it left. That one is not sent
again (at most once): a letter too many cannot be taken back, one too few is in the archive. The others have left, or
leave with the next batch.
"""

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.utils import format_datetime, parseaddr
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from cmq.core.feed import action, change_set, record
from cmq.core.locks import one_at_a_time
from cmq.core.smtp import CLOSING, InDoubt, Line, NotHandedOver, Reply
from cmq.newsletter import rules
from cmq.newsletter.actions import agreeing, returning
from cmq.newsletter.actions.composing import locked
from cmq.newsletter.actions.subscribing import end_subscription
from cmq.newsletter.drawing import Message, Recipient
from cmq.newsletter.models import Batch, Delivery, DeliveryState, End, Issue, IssueState, Subscriber, themes_wanted
from cmq.newsletter.returns import Kind, kind_of
from cmq.newsletter.rules import Reader

BATCH = 500
# At a slow rate a batch is what leaves in this time: pausing and leaving are looked at between two batches.
BATCH_LASTS = 30  # seconds
MOST_ATTEMPTS = 6
FIRST_WAIT = dt.timedelta(minutes=10)
# So many letters refused in a row are no longer about addresses: the sending rests and somebody looks.
MOST_REFUSED = 20
S = DeliveryState
_ALL: frozenset[Any] = frozenset()


class LostBatch(Exception):
    """Somebody else closed the batch of this sender: it must not send on."""


@dataclass
class Report:
    """What one run did."""

    sent: int = 0
    empty: int = 0
    refused: int = 0
    later: int = 0
    doubtful: int = 0
    finished: list[int] = field(default_factory=list)
    # Why it stopped before the end, in French.
    trouble: str = ""


@dataclass(frozen=True)
class Ready:
    """One row of a batch, with its message."""

    delivery: int
    recipient: Recipient
    message: bytes


class Pace:
    """So many letters in a minute: each waits for its own instant; lateness is not caught up in a rush."""

    def __init__(self, per_minute: int) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._next = time.monotonic()

    def wait(self) -> None:
        """Until the next letter may leave."""
        if self._gap:
            now = time.monotonic()
            if self._next > now:
                time.sleep(self._next - now)
            self._next = max(self._next, now) + self._gap


def run(*, at: dt.datetime | None = None, line: type[Line] = Line) -> Report | None:
    """Begin the issues that are due, and send until nothing is left to send now; None when another sender is at it."""
    with one_at_a_time("lettre") as is_mine:
        if not is_mine:
            return None
        report = Report()
        for batch in Batch.objects.filter(closed_at=None).select_related("issue"):
            _close(batch, S.DOUBTFUL, report)
        for issue in Issue.objects.filter(state=IssueState.AGREED, scheduled_for__lte=at or timezone.now()):
            start(issue, at=at)
        pace = Pace(settings.LETTER_PER_MINUTE)
        for issue in Issue.objects.filter(state=IssueState.SENDING).order_by("number"):
            send(issue, report, pace, line=line, at=at)
            if report.trouble:
                break
        return report


@action
def start(issue: Issue, *, at: dt.datetime | None = None) -> Issue:
    """Begin a sending that is due: a row for each subscriber of its rhythm, all at once. Twice changes nothing."""
    at, issue = at or timezone.now(), locked(issue)
    if issue.state != IssueState.AGREED or issue.scheduled_for is None or issue.scheduled_for > at:
        return issue
    returning.forgive(issue)
    _write_rows(issue)
    issue.state, issue.started_at = IssueState.SENDING, at
    issue.save(update_fields=["state", "started_at"])
    record(issue, "newsletter.start", f"La lettre {issue} part.")
    return issue


class Drawer:
    """The messages of one issue, each drawn once for all who get the same blocks."""

    def __init__(self, issue: Issue) -> None:
        self._issue, self._blocks = issue, list(issue.blocks.all())
        self._drawn: dict[tuple[int, ...], Message | None] = {(): None}
        self._of: dict[Reader, Message | None] = {}

    def message_for(self, reader: Reader) -> Message | None:
        """The message of what this person asked for; None when that is nothing."""
        if reader not in self._of:
            mine = rules.chosen(self._blocks, reader)
            key = tuple(block.pk for block in mine)
            if key not in self._drawn:
                self._drawn[key] = Message(self._issue, mine)
            self._of[reader] = self._drawn[key]
        return self._of[reader]


def take(issue: Issue, drawer: Drawer, *, at: dt.datetime) -> tuple[Batch, list[Ready], int]:
    """The next batch, its messages, and how many in it asked for nothing that the issue holds: perhaps all.

    Raises `LostBatch` when another sender has an open one.
    """
    date = format_datetime(at).encode()
    ready, empty = [], []
    with transaction.atomic():
        try:
            with transaction.atomic():
                batch = Batch.objects.create(issue=issue, opened_at=at)
        except IntegrityError:
            raise LostBatch from None
        for delivery, recipient, reader in _taken(batch, issue, at):
            message = drawer.message_for(reader)
            if message is None:
                empty.append(delivery)
            else:
                ready.append(Ready(delivery, recipient, message.to(recipient, date=date)))
        if empty:
            Delivery.objects.filter(pk__in=empty).update(state=S.EMPTY)
        Issue.objects.filter(pk=issue.pk).update(empty=F("empty") + len(empty))
    return batch, ready, len(empty)


def send(issue: Issue, report: Report, pace: Pace, *, line: type[Line] = Line, at: dt.datetime | None = None) -> None:
    """Batch after batch, a connection each, until nothing is left, somebody pauses, or the server is in trouble."""
    drawer = Drawer(issue)
    try:
        while not report.trouble and _has_more(issue, at or timezone.now()):
            with line() as open_line:
                batch, letters, empty = take(issue, drawer, at=at or timezone.now())
                report.empty += empty
                _send_batch(issue, batch, letters, open_line, pace, report)
    except NotHandedOver as lost:
        report.trouble = f"Le serveur de courrier ne répond pas ({lost})."
    except LostBatch:
        report.trouble = "Un autre envoi a repris ce numéro."
    if not report.trouble and _finish(issue, at=at or timezone.now()):
        assert issue.number is not None
        report.finished.append(issue.number)


def _send_batch(issue: Issue, batch: Batch, letters: Iterable[Ready], line: Line, pace: Pace, report: Report) -> None:
    """Hand the letters of a batch over, one after the other."""
    last, refused_in_a_row = S.SENT, 0
    sender = parseaddr(settings.LETTER_RETURN_ADDRESS or settings.DEFAULT_FROM_EMAIL)[1]
    try:
        with connection.cursor() as cursor:
            for each in letters:
                pace.wait()
                first = partial(_advance, cursor, batch, each.delivery)
                reply = line.send(sender, each.recipient.email, each.message, first=first)
                if reply.is_accepted:
                    refused_in_a_row = 0
                    continue
                refused_in_a_row += 1
                _refused(issue, each, reply, report)
                if reply.code == CLOSING or refused_in_a_row >= MOST_REFUSED:
                    _rest(issue, reply, report)
                    break
    except NotHandedOver as lost:
        # Lost before anything was said of this letter, the one reached is the last that left.
        last = S.WAITING if batch.reached == each.delivery else S.SENT
        report.trouble = f"La connexion au serveur de courrier s’est rompue ({lost})."
    except InDoubt as lost:
        last, report.trouble = S.DOUBTFUL, f"La connexion s’est rompue pendant une remise ({lost})."
    _close(batch, last, report)


def _advance(cursor: Any, batch: Batch, delivery: int) -> None:
    """Commit that this letter is being handed over, by a plain statement: it is done once a letter."""
    cursor.execute(
        "UPDATE newsletter_batch SET reached = %s WHERE id = %s AND closed_at IS NULL AND reached < %s",
        [delivery, batch.pk, delivery],
    )
    if cursor.rowcount != 1:
        raise LostBatch
    batch.reached = delivery


def _close(batch: Batch, last: DeliveryState, report: Report) -> None:
    """Settle a batch: what came before the letter reached has left, what comes after waits, that one is as said."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        if batch.closed_at is not None:
            return
        taken = Delivery.objects.filter(batch=batch, state=S.TAKEN)
        sent = taken.filter(pk__lt=batch.reached).update(state=S.SENT)
        number = taken.filter(pk=batch.reached).update(state=last)
        taken.update(state=S.WAITING)
        sent += number if last == S.SENT else 0
        doubtful = number if last == S.DOUBTFUL else 0
        Issue.objects.filter(pk=batch.issue_id).update(sent=F("sent") + sent, doubtful=F("doubtful") + doubtful)
        batch.closed_at = timezone.now()
        batch.save(update_fields=["closed_at"])
    report.sent += sent
    report.doubtful += doubtful


def _refused(issue: Issue, each: Ready, reply: Reply, report: Report) -> None:
    """Later, when the server says so and not for ever; else refused, and the address ends when it is gone."""
    row = Delivery.objects.filter(pk=each.delivery)
    attempts = row.values_list("attempts", flat=True).first() or 0
    if reply.is_for_now and attempts + 1 < MOST_ATTEMPTS:
        wait = FIRST_WAIT * 2**attempts
        row.update(
            state=S.WAITING,
            attempts=attempts + 1,
            not_before=timezone.now() + wait,
            code=reply.text[:20],
        )
        report.later += 1
        return
    row.update(state=S.REFUSED, attempts=attempts + 1, code=reply.text[:20])
    Issue.objects.filter(pk=issue.pk).update(refused=F("refused") + 1)
    report.refused += 1
    if reply.is_about_address and kind_of(reply.status) is Kind.HARD:
        subscriber = Subscriber.objects.filter(pk=each.recipient.pk).first()
        if subscriber is not None:
            end_subscription(subscriber, end=End.BOUNCED, issue=None, at=timezone.now())


def _rest(issue: Issue, reply: Reply, report: Report) -> None:
    if reply.code == CLOSING:
        report.trouble = "Le serveur de courrier ferme la connexion : l’envoi reprendra au prochain passage."
        return
    report.trouble = f"Le serveur refuse {MOST_REFUSED} lettres de suite ({reply.text}) : envoi suspendu."
    agreeing.pause(issue, reason=report.trouble, by=None)


def _finish(issue: Issue, *, at: dt.datetime) -> bool:
    """Say that an issue is sent, once no row waits. False while some are for later."""
    with change_set():
        issue = locked(issue)
        left = issue.deliveries.filter(state__in=[S.WAITING, S.TAKEN]).exists()
        if left or issue.state != IssueState.SENDING:
            return False
        issue.state, issue.finished_at = IssueState.SENT, at
        issue.save(update_fields=["state", "finished_at"])
        record(issue, "newsletter.finish", f"La lettre {issue} est partie : {issue.sent} lettres.", is_private=True)
    return True


def _write_rows(issue: Issue) -> None:
    """One statement whatever the number: rows made one by one in Python take seconds under the lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO newsletter_delivery (issue_id, subscriber_id, state, attempts, code) "
            "SELECT %s, id, %s, 0, '' FROM newsletter_subscriber "
            "WHERE confirmed_at IS NOT NULL AND rhythm = %s AND is_demo = %s ORDER BY id",
            [issue.pk, S.WAITING.value, issue.rhythm, issue.is_demo],
        )


def _has_more(issue: Issue, at: dt.datetime) -> bool:
    is_on = Issue.objects.filter(pk=issue.pk, state=IssueState.SENDING).exists()
    return is_on and _rows(issue, at).exists()


def _rows(issue: Issue, at: dt.datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(Q(not_before=None) | Q(not_before__lte=at), issue=issue, state=S.WAITING)


def _taken(batch: Batch, issue: Issue, at: dt.datetime) -> list[tuple[int, Recipient, Reader]]:
    """Take the first rows that wait into a batch: each with whom it is for and what they asked for, in four queries."""
    rate = settings.LETTER_PER_MINUTE
    size = min(BATCH, max(1, rate * BATCH_LASTS // 60)) if rate else BATCH
    columns = ("email", "key", "wants_news", "wants_jobs", "wants_events")
    names = ("pk", "subscriber_id", *(f"subscriber__{name}" for name in columns))
    found = list(_rows(issue, at).order_by("pk").values_list(*names)[:size])
    if not found:
        return []
    # By their bounds: naming five hundred rows one by one costs more than all the rest.
    _rows(issue, at).filter(pk__gte=found[0][0], pk__lte=found[-1][0]).update(state=S.TAKEN, batch=batch)
    filieres = _chosen_by(Subscriber.filieres.through, "filiere_id", batch)
    regions = _chosen_by(Subscriber.regions.through, "region_id", batch)
    return [
        (
            pk,
            Recipient(subscriber, email, key),
            Reader(themes_wanted(*wants), filieres.get(subscriber, _ALL), regions.get(subscriber, _ALL)),
        )
        for pk, subscriber, email, key, *wants in found
    ]


def _chosen_by(through: Any, column: str, batch: Batch) -> dict[int, frozenset[Any]]:
    """What each subscriber of a batch chose of a list; those who chose nothing are not there."""
    rows = through.objects.filter(subscriber__deliveries__batch=batch).order_by("subscriber_id")
    pairs = rows.values_list("subscriber_id", column)
    return {key: frozenset(value for _, value in group) for key, group in groupby(pairs, key=itemgetter(0))}
