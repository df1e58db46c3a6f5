"""`cmq import`: files into the register, the template, the register that the product carries, official sources."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.imports import actions, empty
from cmq.imports.report import Outcome, Report
from cmq.imports.tables import NamedFile
from cmq.imports.template import SHEETS
from cmq.official import standing
from cmq.official.models import OfficialRun, RunState
from cmq.official.running import run_source
from cmq.official.sources import IMPORTERS
from cmq.statistics.actions import refresh as refresh_statistics

_MOST_TOLD = 20


class Command(BaseCommand):
    """A few verbs under one word; the work is done by `imports.actions` and `official.actions`."""

    help = (
        "Charge des fichiers dans le registre, écrit le modèle vide, charge le registre livré ou une source officielle."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Verbs and options."""
        parser.add_argument(
            "--list", action="store_true", help="dit ce qui est chargé, depuis quand, et ce qui a vieilli"
        )
        verbs = parser.add_subparsers(dest="verb", title="verbes")
        campus = verbs.add_parser("campus", help="charge des fichiers du modèle (CSV ou XLSX) dans le registre")
        campus.add_argument("files", nargs="+", metavar="FICHIER", type=Path)
        campus.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, sans rien écrire")
        modele = verbs.add_parser("modele", help="écrit le modèle vide (XLSX et CSV) dans un dossier")
        modele.add_argument("folder", metavar="DOSSIER", type=Path)
        verbs.add_parser("register", help="charge le registre livré avec le logiciel, s’il a changé")
        official = verbs.add_parser("official", help="charge des sources officielles")
        official.add_argument("slugs", nargs="*", metavar="SOURCE", help="toutes celles qui ont vieilli, si aucune")
        official.add_argument("--file", type=Path, metavar="FICHIER", help="un fichier déjà là, pour une seule source")
        official.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, sans rien écrire")
        official.add_argument("--force", action="store_true", help="charge même un fichier inchangé ou suspect")

    def handle(self, *args: Any, verb: str | None, **options: Any) -> None:
        """Do what the verb says."""
        if options["list"]:
            self._list()
        elif verb is None:
            raise CommandError("Dites quoi charger (cmq import --help).")
        elif verb == "official":
            self._official(**{name: options[name] for name in ("slugs", "file", "dry_run", "force")})
        elif verb == "campus":
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

    def _list(self) -> None:
        now = timezone.now()
        for each in standing.of_all(IMPORTERS.values(), at=now):
            self.stdout.write(each.sentence)

    def _official(self, *, slugs: list[str], file: Path | None, dry_run: bool, force: bool) -> None:
        unknown = sorted(set(slugs) - set(IMPORTERS))
        if unknown:
            raise CommandError(f"Source inconnue : {', '.join(unknown)}. Il y a : {', '.join(sorted(IMPORTERS))}.")
        if file is not None and len(slugs) != 1:
            raise CommandError("Un fichier se charge pour une seule source, à nommer.")
        standings = standing.of_all(IMPORTERS.values(), at=timezone.now())
        stale = [each.importer.slug for each in standings if each.is_stale and each.importer.has_key]
        failed = 0
        for slug in slugs or stale:
            self.stdout.write(f"{IMPORTERS[slug].title}…")
            try:
                run = run_source(
                    IMPORTERS[slug],
                    path=file,
                    dry_run=dry_run,
                    force=force,
                    progress=lambda s: self.stdout.write(f"  {s}"),
                )
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            failed += run.state in (RunState.REFUSED, RunState.FAILED)
            self._tell_run(run)
        if not dry_run:
            refresh_statistics()
        if failed:
            raise CommandError(f"{failed} source(s) en échec : ce qui était chargé est resté.")

    def _tell_run(self, run: OfficialRun) -> None:
        if run.report.get("error"):
            self.stderr.write(f"✗ {run.report['error']}")
            return
        for reason, count in run.report.get("notes", {}).items():
            self.stdout.write(f"  {reason} {count} fois")
        for row in run.report.get("rejected", [])[:_MOST_TOLD]:
            self.stderr.write(f"  ligne {row['number']} : {row['reason']} {row['excerpt']}")
        if run.refused > _MOST_TOLD:
            self.stderr.write(f"  … et {run.refused - _MOST_TOLD} autres.")
        self.stdout.write(f"  {run.get_state_display()}. {run.counts}")

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
