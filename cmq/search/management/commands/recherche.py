"""`cmq recherche`: build this machine's search index, keep it up to date, say how it is."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from cmq.search import indexing
from cmq.search.engine import LockBusy

_EVERY = 1.0  # seconds between two looks at the feed


class Command(BaseCommand):
    """Four verbs under one word; the work is done by `search.indexing`."""

    help = "Construit l’index de recherche de cette machine, le tient à jour, dit où il en est."

    def add_arguments(self, parser: CommandParser) -> None:
        """Verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True, title="verbes")
        build = verbs.add_parser("reconstruire", help="construit un index neuf, puis le met à la place de l’ancien")
        build.add_argument("--si-besoin", action="store_true", help="seulement s’il manque ou n’est pas de cette base")
        verbs.add_parser("rattraper", help="lit ce qui a changé depuis la dernière fois, puis s’arrête")
        verbs.add_parser("suivre", help="lit ce qui change, sans s’arrêter (sous un superviseur)")
        verbs.add_parser("etat", help="dit ce que l’index contient et s’il est en retard")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do what the verb says."""
        try:
            {"reconstruire": self._build, "rattraper": self._catch_up, "suivre": self._follow, "etat": self._state}[
                verb
            ](**options)
        except LockBusy as error:
            raise CommandError("Un autre processus écrit déjà l’index de cette machine.") from error

    def _build(self, *, si_besoin: bool, **options: Any) -> None:
        if si_besoin and not indexing.needs_rebuilding():
            indexing.follow(say=self._say)
            return
        started = time.monotonic()
        count = indexing.rebuild(say=self._say)
        self._say(f"{count} fiches en {time.monotonic() - started:.1f} s")

    def _catch_up(self, **options: Any) -> None:
        self._say(f"{indexing.follow(say=self._say)} lignes lues")

    def _follow(self, **options: Any) -> None:
        while True:
            close_old_connections()
            try:
                read = indexing.follow(say=self._say)
            except LockBusy:
                read = 0
            if read:
                self._say(f"{read} lignes lues")
            time.sleep(_EVERY)

    def _state(self, **options: Any) -> None:
        state = indexing.state()
        if state is None:
            raise CommandError("Il n’y a pas d’index : « cmq recherche reconstruire » en fait un.")
        self.stdout.write(f"Index {state.name} : {state.size / 1_000_000:.1f} Mo")
        for label, count in state.counts:
            self.stdout.write(f"  {label} : {count}")
        self.stdout.write("À jour." if not state.behind else f"En retard de {state.behind} lignes du fil.")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
