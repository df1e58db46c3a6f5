"""`cmq journal`: prove the journal, hand it out, have its end time-stamped."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cmq.core import timestamps
from cmq.core.errors import Refusal
from cmq.core.journal import Head, Verdict, export, verify, verify_export


class Command(BaseCommand):
    """One word, three acts."""

    help = "Vérifie, exporte ou horodate le journal des changements (docs/guide/verifier.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
        check = acts.add_parser("verify", help="prouve qu’aucune ligne n’a été changée, retirée ni déplacée")
        check.add_argument("file", nargs="?", type=Path, metavar="FICHIER", help="un export ; la base sans cela")
        check.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="POSITION:EMPREINTE",
            help="une tête notée auparavant, que le journal doit encore contenir",
        )
        check.add_argument("--against", type=Path, metavar="EXPORT", help="un export antérieur, qui en fait partie")
        check.add_argument("--processes", type=int, metavar="N", help="processus qui se partagent la base")
        write = acts.add_parser("export", help="écrit le journal en JSON Lines, pour qui veut le vérifier ailleurs")
        write.add_argument("file", type=Path, metavar="FICHIER", help="le fichier à écrire ; « - » pour la sortie")
        acts.add_parser("stamp", help="fait horodater la tête du journal (CMQ_TSA_URL)")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        """Do the act."""
        getattr(self, f"_{act}")(**options)

    def _verify(
        self, *, file: Path | None, head: list[str], against: Path | None, processes: int | None, **options: Any
    ) -> None:
        known = [_head(text) for text in head]
        if against is not None:
            earlier = _verified(against, [])
            self._say_broken(earlier, f"L’export {against} est lui-même rompu. ")
            known.append(Head(earlier.head.position, earlier.head.digest, f"l’export {against.name}"))
        if file is None:
            verdict, stamps = verify(known=known, processes=processes), timestamps.stored()
        else:
            verdict = _verified(file, known)
            stamps = timestamps.exported(verdict.stamps)
        self._say_broken(verdict)
        self._check_stamps(stamps)
        self.stdout.write(f"✓ Journal intact : {verdict.head.position} lignes. Tête : {verdict.head}")

    def _say_broken(self, verdict: Verdict, introduction: str = "") -> None:
        if verdict.broken:
            self.stdout.write(f"✗ {introduction}{verdict.broken}")
            raise SystemExit(1)

    def _check_stamps(self, stamps: list[timestamps.Stamp]) -> None:
        for stamp in stamps:
            if problem := timestamps.problem(stamp):
                self.stdout.write(f"✗ Horodatage de la position {stamp.position} : {problem}")
                raise SystemExit(1)
        if not stamps:
            self.stdout.write("Aucun horodatage : rien d’extérieur à cette base ne prouve la fin du journal.")
            return
        doubt = "" if settings.TSA_ROOTS else " Leur signature n’a pas été vérifiée : donnez CMQ_TSA_ROOTS."
        self.stdout.write(f"Horodatages : {len(stamps)}, le dernier à la position {stamps[-1].position}.{doubt}")

    def _export(self, *, file: Path, **options: Any) -> None:
        if str(file) == "-":
            export(sys.stdout.buffer)
            return
        try:
            with file.open("xb") as out:
                head = export(out)
        except FileExistsError as error:
            raise CommandError(f"{file} existe déjà : donnez un autre nom.") from error
        except OSError as error:
            raise CommandError(f"{file} ne peut pas être écrit ({error.strerror}).") from error
        self.stdout.write(f"Journal écrit dans {file} : {head.position} lignes. Tête : {head}")
        self.stdout.write("Notez cette tête hors de cette machine : elle prouvera que rien n’a été retiré jusque-là.")

    def _stamp(self, **options: Any) -> None:
        try:
            stamp, is_new = timestamps.stamp_head()
        except Refusal as error:
            raise CommandError(str(error)) from error
        what = "Horodaté" if is_new else "Déjà horodaté"
        self.stdout.write(f"{what} : position {stamp.position}, le {stamp.stamped_at:%d/%m/%Y à %H:%M:%S} (UTC).")


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError as error:
        raise CommandError(f"« {text[:90]} » n’est pas une tête : POSITION:EMPREINTE, comme « 12:9f86d0… ».") from error


def _verified(path: Path, known: list[Head]) -> Verdict:
    try:
        with path.open("rb") as file:
            return verify_export(file, known=known)
    except OSError as error:
        raise CommandError(f"{path} ne peut pas être lu ({error.strerror}).") from error
