"""`cmq restore`: put a backup in the place of this site."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core.errors import Refusal
from cmq.operations.backup import archive, restoring


class Command(BaseCommand):
    """Restore all or nothing; the search index is made again by who follows it."""

    help = "Restaure une sauvegarde : lignes, fichiers et clés. Tout, ou rien."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, its key, and whether a living site gives way."""
        parser.add_argument("file", type=Path, metavar="SAUVEGARDE")
        parser.add_argument("--identity", type=Path, required=True, metavar="FICHIER", help="clé privée age")
        parser.add_argument("--replace", action="store_true", help="même si le site a déjà un registre")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, then say what to do next."""
        try:
            manifest = restoring.restore(
                options["file"], archive.identity(options["identity"]), replace=options["replace"]
            )
        except Refusal as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"Restauré tel qu’au {manifest['at']} : {rows} lignes, {len(manifest['files'])} fichiers.")
        self.stdout.write("Lancez maintenant « cmq setup », « cmq journal verify » et « cmq doctor ».")
