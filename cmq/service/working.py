"""A worker: what is in the queue, and what the schedule adds to it. In a process of its own, or in the web server's."""

import datetime as dt
import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.management.commands.db_worker import Worker

from cmq.core import mail
from cmq.service import running

log = logging.getLogger(__name__)
PAUSE = 0.5  # seconds, when nothing is in the queue
LOOK_AT_SCHEDULE_EVERY = 20.0  # seconds
RESULTS_KEPT = dt.timedelta(days=14)


class SiteWorker:
    """Runs until told to stop; several may run, on any number of machines."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._looked_at = float("-inf")
        self._queue = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    def forever(self) -> None:
        """Work; what goes wrong is logged and tried again."""
        while not self.stopping.is_set():
            try:
                close_old_connections()
                self.once()
                pause = PAUSE
            except (DatabaseError, OSError):
                log.exception("the worker could not work")
                pause = 20 * PAUSE
            finally:
                close_old_connections()
            self.stopping.wait(pause)

    def once(self) -> None:
        """Look at the schedule when it is time, then empty the queue."""
        if time.monotonic() - self._looked_at >= LOOK_AT_SCHEDULE_EVERY:
            now = timezone.now()
            running.enqueue_due(now)
            tell_overdue(now)
            self._looked_at = time.monotonic()
        self._queue.run()


def tell_overdue(at: dt.datetime) -> int:
    """Write to the technical team of each task that is overdue, once for each instant; returns how many letters."""
    late = running.overdue(at)
    return sum(
        mail.post(
            settings.OPERATIONS_EMAIL,
            "mail/task_overdue",
            {"name": each.name, "purpose": each.purpose, "due": due, "command": "cmq " + " ".join(each.command)},
            key=f"overdue:{each.name}:{due.isoformat()}",
        )
        for each, due in late
    )


def works_here() -> bool:
    """Whether tasks wait in the database for a worker, or are run at once by who asks."""
    return isinstance(task_backends["default"], DatabaseBackend)


def start_inside() -> None:
    """Work in a thread of the web server, which ends with it."""
    if works_here():
        threading.Thread(target=SiteWorker().forever, name="travail", daemon=True).start()
