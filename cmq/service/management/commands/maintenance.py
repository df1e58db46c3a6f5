"""`cmq maintenance`: close the site, or let it only be read, and open it again."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.service import actions
from cmq.service.models import Closing, ServiceNotice


class Command(BaseCommand):
    """On every machine within two seconds; announced on `/etat/`."""

    help = "Ferme le site (on), le met en lecture seule (lecture), le rouvre (off)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What, for how long, and why."""
        parser.add_argument("act", choices=["on", "lecture", "off"], metavar="ACTE")
        parser.add_argument("--minutes", type=int, default=30, help="durée prévue (30)")
        parser.add_argument("--title", default="Maintenance", metavar="TITRE", help="ce que lisent les visiteurs")

    def handle(self, *args: Any, act: str, minutes: int, title: str, **options: Any) -> None:
        """Announce, or end whatever closes the site."""
        at = timezone.now()
        try:
            if act == "off":
                closing = list(ServiceNotice.objects.current(at).exclude(closing=Closing.OPEN))
                for notice in closing:
                    actions.end(notice, at=at, by=None)
                self.stdout.write(
                    f"Rouvert : {len(closing)} avis fini(s)." if closing else "Le site n’était pas fermé."
                )
                return
            ends_at = at + dt.timedelta(minutes=minutes)
            kind = Closing.CLOSED if act == "on" else Closing.READ_ONLY
            actions.announce(title, "", closing=kind, starts_at=at, ends_at=ends_at, by=None)
        except Refusal as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"« {title} » jusqu’à {timezone.localtime(ends_at):%H:%M} : {kind.label}.")
