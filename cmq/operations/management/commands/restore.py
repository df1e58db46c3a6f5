"""`cmq restore`: put a backup in the place of this site."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core.errors import Refusal
from cmq.operations.backup import archive, restoring


class Command(BaseCommand):
    """Restore all or nothing; the search index is made again by who follows it."""

    help = "Restaure une sauvegarde : lignes et fichiers, tout ou rien ; met les secrets à part."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, its key, and whether a living site gives way."""
        parser.add_argument("file", type=Path, metavar="SAUVEGARDE")
        parser.add_argument("--identity", type=Path, required=True, metavar="FICHIER", help="clé privée age")
        parser.add_argument("--replace", action="store_true", help="même si le site a déjà un registre")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, then say what to do next."""
        try:
            done = restoring.restore(options["file"], archive.identity(options["identity"]), replace=options["replace"])
        except Refusal as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in done.manifest["tables"].values())
        files = sum(name.startswith("media/") for name in done.manifest["files"])
        self.stdout.write(f"Restauré tel qu’au {done.manifest['at']} : {rows} lignes, {files} fichiers.")
        if done.lacking:
            self.stdout.write(
                f"Cet environnement n’a pas, ou a autrement, ces secrets du site : {', '.join(done.lacking)}.\n"
                f"Ils sont dans {done.secrets}, que son propriétaire seul peut lire. Reprenez-les par\n"
                f"  cmq secrets --dans .env --reprendre {done.secrets}\n"
                "ou dans le coffre d’où viennent ceux du site, puis effacez ce fichier."
            )
        self.stdout.write("Lancez maintenant « cmq setup », « cmq journal verify » et « cmq doctor ».")
