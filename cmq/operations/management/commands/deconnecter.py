"""`cmq deconnecter ADRESSE…`: end the sessions of some people, or of everyone, wherever they are open."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.accounts.actions import log_out
from cmq.accounts.models import User


class Command(BaseCommand):
    """End sessions."""

    help = "Ferme toutes les connexions des comptes nommés, ou de tous ; chacun se reconnecte."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("adresses", nargs="*", metavar="ADRESSE")
        parser.add_argument("--tous", action="store_true", help="tous les comptes")

    def handle(self, *args: Any, adresses: list[str], tous: bool, **options: Any) -> None:
        """End them."""
        if bool(adresses) == tous:
            raise CommandError("Nommez des adresses, ou dites --tous.")
        wanted = {User.objects.normalize_email(each) for each in adresses}
        people = User.objects.all() if tous else User.objects.filter(email__in=wanted)
        if not tous and (unknown := wanted - set(people.values_list("email", flat=True))):
            raise CommandError(f"Aucun compte : {', '.join(sorted(unknown))}. Rien n’est fermé.")
        self.stdout.write(f"Connexions fermées : {log_out(people)}.")
