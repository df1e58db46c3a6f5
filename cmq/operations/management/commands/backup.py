"""`cmq backup`: keep everything in one encrypted file, and prove that the way back is open."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core.errors import Refusal, is_passing
from cmq.operations.backup import archive, restoring


class Command(BaseCommand):
    """Write a backup, or prove one by restoring it aside, or make the pair of keys that it needs."""

    help = "Sauvegarde le site dans un fichier chiffré, ou prouve qu’une sauvegarde se restaure."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and where."""
        parser.add_argument("folder", nargs="?", type=Path, metavar="DOSSIER", help="où écrire la sauvegarde")
        parser.add_argument("--keep", type=int, metavar="N", help="n’y garder que les N dernières")
        parser.add_argument("--new-key", type=Path, metavar="FICHIER", help="fait une clé privée, dit la clé publique")
        parser.add_argument("--verify", type=Path, metavar="SAUVEGARDE", help="la restaure à part et compare tout")
        parser.add_argument("--identity", type=Path, metavar="FICHIER", help="clé privée, pour --verify")

    def handle(self, *args: Any, **options: Any) -> None:
        """One of the three."""
        try:
            if options["new_key"]:
                public = archive.new_identity(options["new_key"])
                self.stdout.write(f"Clé publique, pour CMQ_BACKUP_RECIPIENTS : {public}")
            elif options["verify"]:
                self._verify(options["verify"], options["identity"])
            elif options["folder"]:
                self._write(options["folder"], options["keep"])
            else:
                raise CommandError("Dites où écrire : cmq backup DOSSIER.")
        except Refusal as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            if not is_passing(error):
                raise
            raise CommandError(
                "Le disque n’a plus de place : rien n’a été gardé. Libérez-en, puis recommencez."
            ) from error

    def _write(self, folder: Path, keep: int | None) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep garde au moins une sauvegarde.")
        path, manifest = archive.write(folder, settings.BACKUP_RECIPIENTS, at=timezone.now())
        self.stdout.write(f"{path} : {_told(manifest)}, {path.stat().st_size / 1e6:.1f} Mo.")
        for old in sorted(folder.glob(f"cmq-*{archive.SUFFIX}"))[: -keep if keep else 0]:
            old.unlink()
            self.stdout.write(f"Effacée : {old.name}")

    def _verify(self, path: Path, key: Path | None) -> None:
        if key is None:
            raise CommandError("Donnez la clé privée : --identity FICHIER.")
        manifest = restoring.prove(path, archive.identity(key))
        self.stdout.write(f"Restaurée à part et relue ligne à ligne : {_told(manifest)}, tout est là.")


def _told(manifest: dict[str, Any]) -> str:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    files = sum(name.startswith("media/") for name in manifest["files"])
    return f"{len(manifest['tables'])} tables, {rows} lignes, {files} fichiers"
