"""`cmq conservation`: end what has been kept of people for as long as the table says."""

import datetime as dt
import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core import retention
from cmq.core.retention import Kept
from cmq.service.models import RetentionRun

log = logging.getLogger(__name__)
HEAD = """# Registre des activités de traitement (RGPD, article 30)

Cette table est tirée du code (`cmq conservation --table > docs/personal-data.md`) ; `cmq conservation`, chaque nuit,
fait ce qu’elle dit. Le responsable du traitement est celui qui publie le site (`CMQ_SITE_OWNER`), son hébergeur
(`CMQ_SITE_HOSTING`) est sous-traitant ; le logiciel lui-même n’envoie rien hors de l’Union européenne.
"""


class Command(BaseCommand):
    """Meant to run every night. Cut short or run twice, it does no harm: what is over is over."""

    help = "Efface ou rend anonyme ce qui a fait son temps, et dit combien. À lancer chaque nuit."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day can be another one, to see what it would end."""
        parser.add_argument("--dry-run", action="store_true", help="compter seulement, ne rien changer")
        parser.add_argument("--le", metavar="JOUR", help="le jour (2027-03-12), avec --dry-run ; aujourd’hui sans cela")
        parser.add_argument("--table", action="store_true", help="afficher la table (Markdown)")

    def handle(self, *args: Any, dry_run: bool, le: str | None, table: bool, **options: Any) -> None:
        """One line of output for each line of the table that the night ends something of."""
        if table:
            self.stdout.write(HEAD + retention.as_markdown(), ending="")
            return
        if le and not dry_run:
            raise CommandError("Un autre jour ne se joue qu’avec --dry-run.")
        at = _instant(le) if le else timezone.now()
        lines = [line for line in retention.table() if line.is_swept]
        failed = [line.name for line in lines if not (self._count(line, at) if dry_run else self._sweep(line, at))]
        if failed:
            raise CommandError(f"Sans succès : {', '.join(failed)}. Le reste est fait ; les logs disent pourquoi.")

    def _count(self, line: Kept, at: dt.datetime) -> bool:
        number = retention.waiting(line, at=at)
        self.stdout.write(f"{line.name} : {'compté en le faisant' if number is None else f'{number} à traiter'}")
        return True

    def _sweep(self, line: Kept, at: dt.datetime) -> bool:
        """Whether it went well; one line that fails keeps no other waiting."""
        try:
            number = retention.sweep(line, at=at)
        except Exception:
            log.exception("retention of %s failed", line.name)
            return False
        RetentionRun.objects.create(line=line.name, ran_at=at, number=number)
        self.stdout.write(f"{line.name} : {number} ({line.then.lower()})")
        return True


def _instant(text: str) -> dt.datetime:
    try:
        return timezone.make_aware(dt.datetime.combine(dt.date.fromisoformat(text), dt.time(4, 30)))
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas un jour : écrivez 2027-03-12.") from error
