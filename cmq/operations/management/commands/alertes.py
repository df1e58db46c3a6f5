"""`cmq alertes`: write to those who asked to hear of what is new."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cmq.alerts import actions


class Command(BaseCommand):
    """Write what is new; meant to run once a day, after the offers were loaded. Twice, it does no more."""

    help = "Écrit aux abonnés des alertes ce qui est nouveau."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and count; no address is ever shown."""
        looked, written = actions.send(at=timezone.now())
        self.stdout.write(f"Alertes : {looked} recherche(s) examinée(s), {written} lettre(s).")
