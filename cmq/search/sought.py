"""Counting questions: in memory first, so that no page waits, then together into the database."""

import datetime as dt
import hashlib
import hmac
import threading
import time
from collections import Counter

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cmq.search import rules
from cmq.search.answering import Answer
from cmq.search.models import SoughtWords

FLUSH_EVERY = 60.0  # seconds
_MOST_HELD = 2_000  # questions in memory; more are not counted


class _Held:
    """What this process has counted since it last wrote; a process that is killed loses a minute of it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.since = time.monotonic()
        self.lock = threading.Lock()

    def add(self, words: str, *, is_answered: bool) -> None:
        with self.lock:
            if words in self.asked or len(self.asked) < _MOST_HELD:
                self.asked[words] += 1
                self.unanswered[words] += not is_answered

    def take(self) -> tuple[Counter[str], Counter[str]]:
        with self.lock:
            taken = self.asked, self.unanswered
            self.asked, self.unanswered, self.since = Counter(), Counter(), time.monotonic()
        return taken


held = _Held()


def count(answer: Answer) -> None:
    """Count a question, unless it may not be; its place, order, page and filters are left out."""
    ask, understood = answer.ask, answer.understood
    words = [word for part in understood.parts for word in part.typed]
    if ask.page > 1 or answer.is_degraded or not rules.may_be_counted(ask.q, words):
        return
    held.add(" ".join(words), is_answered=bool(answer.total))
    if time.monotonic() - held.since > FLUSH_EVERY:
        flush(on=timezone.localdate())


def flush(*, on: dt.date) -> int:
    """Write what was counted under a day; returns how many different questions."""
    asked, unanswered = held.take()
    with transaction.atomic():
        for words, times in sorted(asked.items()):
            _write(words, times, unanswered[words], on)
    return len(asked)


def _write(words: str, times: int, without: int, on: dt.date) -> None:
    defaults = {"asked": times, "unanswered": without, "days": 1, "last_day": on}
    row, is_new = SoughtWords.objects.select_for_update().get_or_create(digest=digest_of(words), defaults=defaults)
    if not is_new:
        row.asked += times
        row.unanswered += without
        row.days += row.last_day < on
        row.last_day = max(row.last_day, on)
    if row.asked >= rules.LEAST_ASKED and row.days >= rules.LEAST_DAYS:
        row.words = words
    row.save()


def digest_of(words: str) -> str:
    """What counts rare words without naming them: keyed, so that a copy of the table tells nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()
