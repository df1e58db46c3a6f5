"""`cmq lettre`: send what is due, read what came back, find the proof of a consent."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core import smtp
from cmq.newsletter import consent, returns
from cmq.newsletter.actions import returning, sending
from cmq.newsletter.models import Consent


class Command(BaseCommand):
    """The letter's own command; `envoyer` is meant to run every few minutes."""

    help = "Lettre d’information : envoie ce qui est dû, lit les retours, retrouve la preuve d’un consentement."

    def add_arguments(self, parser: CommandParser) -> None:
        """Three acts."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
        acts.add_parser("envoyer", help="envoie les numéros dus, par lots, et reprend un envoi interrompu")
        read = acts.add_parser(
            "retours", help="lit une boîte (maildir, mbox, dossier de .eml) et retire ce qu’elle a lu"
        )
        read.add_argument("folder", type=Path, metavar="BOÎTE")
        acts.add_parser("preuve", help="dit les consentements d’une adresse, lue sur l’entrée")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        """Do it and say what was done, of nobody."""
        {"envoyer": self._send, "retours": self._read, "preuve": self._prove}[act](options)

    def _send(self, options: dict[str, Any]) -> None:
        if not smtp.is_set_up():
            raise CommandError("Aucun serveur de courrier n’est réglé (CMQ_MAIL_URL) : rien ne part.")
        report = sending.run()
        if report is None:
            self.stdout.write("Un autre envoi est en cours : rien à faire ici.")
            return
        self.stdout.write(
            f"Lettres parties : {report.sent}. Sans objet : {report.empty}. Refusées : {report.refused}. "
            f"Plus tard : {report.later}. Au sort inconnu, pas renvoyées : {report.doubtful}."
        )
        for number in report.finished:
            self.stdout.write(f"Le numéro {number} est entièrement parti.")
        if report.trouble:
            raise CommandError(report.trouble)

    def _read(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        if not folder.exists():
            raise CommandError(f"La boîte {folder} n’existe pas.")
        read = new = 0
        for message, discard in returns.read_folder(folder):
            found = returns.read_report(message)
            new += sum(returning.take(each, at=timezone.now()) for each in found)
            read += 1
            # What is no report stays for somebody to read.
            if found:
                discard()
        self.stdout.write(f"Messages lus : {read}. Retours nouveaux : {new}.")

    def _prove(self, options: dict[str, Any]) -> None:
        # On the input, not in an argument: commands are kept in histories and lists of processes.
        address = sys.stdin.readline()
        rows = Consent.objects.filter(address_hash__in=consent.hashes_of(address))
        for row in rows:
            end = f", terminé le {row.ended_at:%d/%m/%Y} ({row.get_end_display()})" if row.ended_at else ""
            self.stdout.write(
                f"Demandé le {row.asked_at:%d/%m/%Y %H:%M}, confirmé le {row.confirmed_at:%d/%m/%Y %H:%M}{end}. "
                f"Texte {row.text_version} : {consent.TEXTS[row.text_version]}"
            )
        if not rows:
            self.stdout.write("Aucun consentement gardé pour cette adresse.")
