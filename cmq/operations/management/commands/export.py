"""`cmq export`: everything that is public, in a folder from which anyone can make a copy."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core.errors import Refusal
from cmq.opendata.catalogue import Publisher
from cmq.opendata.handing_out import export_all


class Command(BaseCommand):
    """One word, one act."""

    help = "Écrit tout le registre public, son journal et sa documentation dans un dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        """What, and where."""
        parser.add_argument("what", choices=["all"], metavar="all", help="tout ce qui est public")
        parser.add_argument("folder", type=Path, metavar="DOSSIER", help="un dossier vide, ou à créer")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        """Write."""
        who = Publisher(settings.SITE_URL, settings.SITE_NAME, settings.SITE_OWNER, settings.CONTACT_EMAIL)
        try:
            files = export_all(folder, who)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        size = sum(path.stat().st_size for path in files)
        self.stdout.write(f"{len(files)} fichiers, {size / 1e6:.1f} Mo dans {folder}.")
        self.stdout.write("Pour en faire une copie : python reconstruire.py copie.sqlite3, dans ce dossier.")
