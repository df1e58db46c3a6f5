"""`cmq addresses`: where the site is, and how to log in to the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cmq.operations import demonstration


class Command(BaseCommand):
    """Print the address and the demonstration accounts."""

    help = "Affiche l’adresse du site et les comptes de démonstration."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        self.stdout.write(f"\n  Le site : {settings.SITE_URL}/\n  L’espace : {settings.SITE_URL}/espace/")
        if demonstration.is_present() and demonstration.password_file().exists():
            password = demonstration.password_file().read_text().strip()
            self.stdout.write(f"  Comptes de démonstration (mot de passe : {password}) :")
            for account in demonstration.ACCOUNTS:
                self.stdout.write(f"    {account.email:<36} {account.what}")
        self.stdout.write("  Arrêter : Ctrl-C\n")
