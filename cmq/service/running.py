"""Take what is due, once over all machines, and run it; take up again what a dead machine left."""

import datetime as dt
import io
import logging
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command
from django.db import IntegrityError, close_old_connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from cmq.core import tracing
from cmq.core.locks import without_a_sign
from cmq.service.models import TaskRun, TaskRunQuerySet
from cmq.service.schedule import Periodic, periodic

log = logging.getLogger(__name__)
BEAT = 20.0  # seconds between two signs of life
DEAD_AFTER = dt.timedelta(minutes=3)
MOST_ATTEMPTS = 3
KEPT = dt.timedelta(days=60)
LONGEST = 4000  # characters kept of what a command says


def enqueue_due(at: dt.datetime) -> list[str]:
    """Put in the queue what is due at an instant and nobody has taken; returns its names.

    After a stop only the last instant of each task counts: what was missed is not run many times over.
    """
    taken = []
    for each in periodic():
        due = each.due(at)
        if _take(each.name, due, at) or _take_up_again(each.name, due, at):
            run.enqueue(each.name, due.isoformat())
            taken.append(each.name)
    return taken


def _take(name: str, due: dt.datetime, at: dt.datetime) -> bool:
    if TaskRun.objects.filter(name=name, due_at=due).exists():
        return False
    try:
        with transaction.atomic():
            TaskRun.objects.create(name=name, due_at=due, started_at=at, seen_at=at, machine=platform.node()[:80])
    except IntegrityError:
        # Another machine was quicker.
        return False
    return True


def _take_up_again(name: str, due: dt.datetime, at: dt.datetime) -> bool:
    """Whether a run whose machine gave no sign for a while is now ours."""
    dead = TaskRun.objects.unfinished().filter(
        without_a_sign("seen_at", at=at, after=DEAD_AFTER), name=name, due_at=due
    )
    count = dead.filter(attempts__lt=MOST_ATTEMPTS).update(
        seen_at=at, attempts=F("attempts") + 1, machine=platform.node()[:80]
    )
    if not count:
        dead.update(ended_at=at, error="Interrompue à chaque essai.")
    return bool(count)


@task()
def run(name: str, due: str) -> None:
    """Run a task of the schedule and write down how it went; what it raises is its outcome, not ours."""
    found = next((each for each in periodic() if each.name == name), None)
    taken = TaskRun.objects.unfinished().filter(name=name, due_at=dt.datetime.fromisoformat(due))
    if found is None or not taken.update(seen_at=timezone.now()):
        # No longer asked for, or ended by another machine meanwhile.
        return
    said, error = io.StringIO(), ""
    with _alive(taken), tracing.span_with_queries(f"task {name}", "consumer", cmq__task=name) as traced:
        try:
            call_command(*found.command, stdout=said, stderr=said)
        except CommandError as failure:
            error = str(failure)
        except Exception as failure:
            log.exception("task %s failed", name)
            error = f"{type(failure).__name__} : {failure}"
        if traced is not None:
            traced.set_attribute("cmq.failed", bool(error))
    taken.update(ended_at=timezone.now(), said=said.getvalue()[-LONGEST:], error=error[:LONGEST])


@contextmanager
def _alive(taken: TaskRunQuerySet) -> Iterator[None]:
    """Give a sign of life while the task runs, so that no other machine takes it for dead."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            taken.update(seen_at=timezone.now())
            close_old_connections()

    sign = threading.Thread(target=beat, daemon=True)
    sign.start()
    try:
        yield
    finally:
        over.set()
        sign.join()


def overdue(at: dt.datetime) -> list[tuple[Periodic, dt.datetime]]:
    """The tasks that were due long ago and have not been done since, each with that instant.

    What was due before the site was set up is not its fault.
    """
    born = MigrationRecorder.Migration.objects.order_by("applied").values_list("applied", flat=True).first()
    found = []
    for each in periodic():
        due = each.due(at - each.late_after)
        done = TaskRun.objects.good().filter(name=each.name, due_at__gte=due).exists()
        if not done and born is not None and due >= born:
            found.append((each, due))
    return found


def queued() -> int:
    """How much waits for a worker."""
    return DBTaskResult.objects.ready().count()
