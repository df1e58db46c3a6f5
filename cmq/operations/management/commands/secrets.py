"""`cmq secrets`: fresh secrets for the environment of a site. It runs where no setting can be read yet."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core import env_files
from cmq.core.errors import Refusal
from cmq.core.secret import FALLBACKS
from cmq.operations import own_secrets


class Command(BaseCommand):
    """Print them, or write those that a file lacks."""

    help = "Donne des secrets neufs pour l’environnement, ou écrit dans un fichier ceux qui y manquent."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument(
            "--dans", type=Path, metavar="FICHIER", help="y écrit ce qui manque (mode 600) et ne remplace rien"
        )
        parser.add_argument(
            "--reprendre", type=Path, metavar="AUTRE", help="y joint les secrets que « cmq restore » a laissés là"
        )

    def handle(self, *args: Any, dans: Path | None, reprendre: Path | None, **options: Any) -> None:
        """Do it, and say what is new without showing it."""
        if dans is None:
            if reprendre is not None:
                raise CommandError("Dites où : cmq secrets --dans FICHIER --reprendre AUTRE.")
            self.stdout.write("".join(env_files.line(*each) for each in own_secrets.fresh().items()), ending="")
            return
        try:
            names = own_secrets.complete(dans, reprendre)
        except Refusal as error:
            raise CommandError(str(error)) from error
        if names:
            self.stdout.write(f"Secrets écrits dans {dans} : {', '.join(names)}.")
        if FALLBACKS in names:
            self.stdout.write("Une clé d’avant reste acceptée ; ôtez-la de CMQ_SECRET_KEY_FALLBACKS si elle a fui.")
