"""`cmq courrier`: send what waits in the outbox."""

from typing import Any

from django.core.management.base import BaseCommand

from cmq.core import mail


class Command(BaseCommand):
    """Send the waiting letters; meant to run every few minutes."""

    help = "Envoie les courriers en attente dans la boîte d’envoi."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send and count."""
        sent, failed = mail.send_waiting()
        self.stdout.write(f"Courriers envoyés : {sent}. En panne : {failed}.")
