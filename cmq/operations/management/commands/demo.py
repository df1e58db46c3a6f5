"""`cmq demo`: build the demonstration, or take it away."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.operations import demonstration


class Command(BaseCommand):
    """Build or remove the demonstration."""

    help = "Construit la démonstration (campus fictifs, un compte par rôle) ; --remove la retire entièrement."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--remove", action="store_true", help="retire la démonstration")
        parser.add_argument("--force", action="store_true", help="accepte de la construire sur un site en HTTPS")

    def handle(self, *args: Any, remove: bool, force: bool, **options: Any) -> None:
        """Do it."""
        if remove:
            done = demonstration.remove()
            self.stdout.write("Démonstration retirée." if done else "Aucune démonstration à retirer.")
            return
        if settings.HTTPS and not force:
            raise CommandError("Ce site est en production : ajoutez --force pour y mettre des campus fictifs.")
        built = demonstration.build(progress=self.stdout.write)
        self.stdout.write("Démonstration construite." if built else "La démonstration est déjà là.")
