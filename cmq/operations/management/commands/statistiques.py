"""`cmq statistiques`: make the balance of needs and supply again."""

from typing import Any

from django.core.management.base import BaseCommand

from cmq.statistics.actions import load_jobs, refresh


class Command(BaseCommand):
    """After official sources are loaded, and each day with the reminders; twice does no more."""

    help = "Recalcule le bilan besoins–offre des territoires (fait aussi par « rappels » et « import official »)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refresh and count."""
        load_jobs()
        self.stdout.write(f"Bilan besoins–offre : {refresh()} cases.")
