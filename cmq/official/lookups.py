"""What a source answers one question at a time, about things that the site holds already: each answer kept at once."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.core.locks import one_at_a_time
from cmq.official.actions import close_interrupted, finish, told_in
from cmq.official.fetching import Caller, calling
from cmq.official.models import OfficialRun, RunState

Asked = TypeVar("Asked")
Progress = Callable[[str], None]
_EVERY = 50


@dataclass(frozen=True)
class Lookup(Generic[Asked]):
    """A source that is asked about one thing at a time.

    Attributes:
        slug, title, publisher, licence, page: as those of `Importer`.
        per_second: the most questions in a second that the source allows.
        waiting: the things to ask about: never asked, or asked too long ago. What was cut is asked the next time.
        ask: one question; what the source answers, to be kept.
        keep: write the answer, in a transaction of its own.
        after: called once all are kept, when any was.
    """

    slug: str
    title: str
    publisher: str
    licence: str
    page: str
    per_second: float
    waiting: Callable[[dt.date], Iterable[Asked]]
    ask: Callable[[Caller, Asked], Any]
    keep: Callable[[Asked, Any, dt.date], None]
    stale_after: dt.timedelta
    after: Callable[[], object] | None = None

    @property
    def has_key(self) -> bool:
        """Always: these sources ask for none."""
        return True


def run_lookup(lookup: Lookup[Any], *, dry_run: bool = False, progress: Progress = lambda _: None) -> OfficialRun:
    """Ask about everything that waits. Returns the run, finished, whatever came of it.

    Args:
        dry_run: ask nothing; the run says how many things wait.
    Raises `Refusal` when another one is under way.
    """
    with one_at_a_time(f"official {lookup.slug}") as held:
        if not held:
            raise Refusal(f"Un autre chargement de « {lookup.title} » est en cours.")
        close_interrupted(lookup)
        run = OfficialRun.objects.create(importer=lookup.slug, started_at=timezone.now())
        with told_in(run):
            waiting = list(lookup.waiting(timezone.localdate()))
            run.read = len(waiting)
            if not dry_run:
                _ask_all(lookup, waiting, run, progress)
            finish(run, RunState.TRIED if dry_run else RunState.DONE)
    return run


def _ask_all(lookup: Lookup[Any], waiting: list[Any], run: OfficialRun, progress: Progress) -> None:
    with calling(lookup.publisher, per_second=lookup.per_second) as caller:
        try:
            for number, thing in enumerate(waiting, start=1):
                answer = lookup.ask(caller, thing)
                with transaction.atomic():
                    lookup.keep(thing, answer, timezone.localdate())
                run.changed += 1
                if number % _EVERY == 0:
                    progress(f"{number} sur {len(waiting)}")
        finally:
            if run.changed and lookup.after is not None:
                lookup.after()
