"""`cmq import`: files into the register, the empty template, the register that the product carries."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.imports import actions, empty
from cmq.imports.report import Outcome, Report
from cmq.imports.tables import NamedFile
from cmq.imports.template import SHEETS


class Command(BaseCommand):
    """Three verbs under one word; the work is done by `imports.actions`."""

    help = "Charge des fichiers dans le registre, écrit le modèle vide, ou charge le registre livré."

    def add_arguments(self, parser: CommandParser) -> None:
        """Verbs and options."""
        verbs = parser.add_subparsers(dest="verb", required=True, title="verbes")
        campus = verbs.add_parser("campus", help="charge des fichiers du modèle (CSV ou XLSX) dans le registre")
        campus.add_argument("files", nargs="+", metavar="FICHIER", type=Path)
        campus.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, sans rien écrire")
        modele = verbs.add_parser("modele", help="écrit le modèle vide (XLSX et CSV) dans un dossier")
        modele.add_argument("folder", metavar="DOSSIER", type=Path)
        verbs.add_parser("register", help="charge le registre livré avec le logiciel, s’il a changé")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do what the verb says."""
        if verb == "campus":
            self._campus(options["files"], dry_run=options["dry_run"])
        elif verb == "modele":
            for path in empty.write_template(options["folder"]):
                self.stdout.write(str(path))
        else:
            self._register()

    def _campus(self, paths: list[Path], *, dry_run: bool) -> None:
        try:
            files = [NamedFile(path.name, path.read_bytes()) for path in paths]
        except OSError as error:
            raise CommandError(f"Fichier illisible : {error.filename} ({error.strerror}).") from error
        self.stdout.write(f"{'Vérification' if dry_run else 'Import'} de {len(files)} fichier(s)…")
        report = self._checked(actions.check(files, by=None)) if dry_run else self._applied(files)
        self._tell(report)
        if dry_run:
            self.stdout.write("Essai seulement : rien n’a été écrit.")

    def _applied(self, files: list[NamedFile]) -> Report:
        try:
            return actions.apply(files, by=None)
        except actions.ImportRefused as refusal:
            return self._checked(refusal.report)

    def _register(self) -> None:
        try:
            loaded = actions.load_register(progress=lambda line: self.stdout.write(f"  {line}"))
        except actions.ImportRefused as refusal:
            self._checked(refusal.report)
        else:
            self.stdout.write("  Registre chargé." if loaded else "  Le registre est à jour.")

    def _checked(self, report: Report) -> Report:
        """The report, unless it has errors: then they are listed and the exit code is 1."""
        if not report.errors:
            return report
        for error in report.errors:
            self.stderr.write(f"✗ {error}")
        raise CommandError(report.summary)

    def _tell(self, report: Report) -> None:
        for line in report.lines:
            if line.what != Outcome.UNCHANGED:
                self.stdout.write(f"  {line.sheet}, ligne {line.row} : {Outcome(line.what).label} – {line.label}")
        for sheet in SHEETS:
            counts = [group.get(sheet.name, 0) for group in (report.created, report.changed, report.unchanged)]
            if any(counts):
                words = "{} créées, {} complétées, {} inchangées".format(*counts)
                self.stdout.write(f"{sheet.name} : {words}")
        self.stdout.write(report.summary)
