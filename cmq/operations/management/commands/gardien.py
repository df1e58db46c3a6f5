"""`cmq gardien ADRESSE`: invite the first keeper of the register."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.forms import ValidationError

from cmq.core.errors import Refusal
from cmq.organisations.actions import invite, name_keeping_body
from cmq.organisations.models import OrganisationRole


class Command(BaseCommand):
    """Invite an address to keep the register."""

    help = "Invite une adresse à tenir le registre ; affiche aussi le lien de l’invitation."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("adresse")
        parser.add_argument("--organisme", default="Tenue du registre", help="organisme qui tient le registre")

    def handle(self, *args: Any, adresse: str, organisme: str, **options: Any) -> None:
        """Invite."""
        try:
            validate_email(adresse)
            token = invite(name_keeping_body(organisme), email=adresse, role=OrganisationRole.KEEPER, by=None)
        except (ValidationError, Refusal) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Invitation envoyée à {adresse} : {settings.SITE_URL}/espace/invitation/{token}/")
