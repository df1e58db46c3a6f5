"""`cmq worker`: send letters and run what is due, under a supervisor."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core import tracing
from cmq.service.working import SiteWorker, works_here


class Command(BaseCommand):
    """Work until told to stop (SIGTERM): the task in hand is finished first."""

    help = "Fait ce qui attend dans la file et ce qui est dû ; autant de fois et de machines qu’on veut."

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, to look at what would be done."""
        parser.add_argument("--once", action="store_true", help="s’arrête quand la file est vide")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Work."""
        if not works_here():
            raise CommandError("Les tâches ne passent pas par la base (TASKS) : rien n’attend un travailleur.")
        tracing.start("worker")
        worker = SiteWorker()
        if once:
            worker.once()
            return
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: worker.stopping.set())
        worker.forever()
        tracing.stop()
