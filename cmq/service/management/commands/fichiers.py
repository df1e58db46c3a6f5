"""`cmq fichiers`: remove stored files that no row has named for a week; tell rows whose file is missing."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core import stored_files
from cmq.core.errors import Refusal
from cmq.core.stored_files import Found

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Meant to run every night. Cut short or run twice, it does no harm: what is gone is gone."""

    help = "Ôte les fichiers qu’aucune ligne ne nomme depuis une semaine, et dit les lignes dont le fichier manque."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to look only, and whether to go beyond the threshold."""
        parser.add_argument("--dry-run", action="store_true", help="compter seulement, ne rien ôter")
        parser.add_argument("--tout", action="store_true", help="ôter même un nombre qui paraît trop grand")

    def handle(self, *args: Any, dry_run: bool, tout: bool, **options: Any) -> None:
        """Names first, for they may be many; what counts last."""
        try:
            found = stored_files.sweep(at=timezone.now(), changes=not dry_run, whatever_the_number=tout)
        except Refusal as error:
            raise CommandError(str(error)) from error
        for name in found.shown:
            self.stdout.write(f"{'à ôter' if dry_run else 'ôté'} : {name}")
        for name in found.shown_missing:
            self.stdout.write(f"manque : {name}")
        for line in _told(found, dry_run=dry_run):
            self.stdout.write(line)
        if found.missing:
            # Nothing mends it but a backup: whoever watches the logs must hear.
            log.error("%s rows name a file that is not in the store", found.missing)


def _told(found: Found, *, dry_run: bool) -> list[str]:
    lines = [
        f"fichiers : {found.files}",
        f"sans ligne depuis moins d’une semaine, gardés : {found.young}",
        f"sans ligne : {found.over}, à ôter" if dry_run else f"ôtés : {found.removed}",
        f"lignes dont le fichier manque : {found.missing}",
    ]
    if found.foreign:
        lines.append(f"noms qui ne sont pas de ce site, laissés : {found.foreign}")
    if dry_run and found.is_too_many:
        lines.append("Trop pour des restes : sans « --tout », rien ne sera ôté.")
    return lines
