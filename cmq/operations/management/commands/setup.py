"""`cmq setup`: all that the site needs before it is served, done once, checked in seconds afterwards."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dsfr
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.campaigns.texts import load_texts
from cmq.careers.actions import load_occupations
from cmq.core.errors import Refusal
from cmq.editorial.actions.rubrics import load_rubrics
from cmq.evidence.actions import load_indicators
from cmq.operations import demonstration
from cmq.proof import keys
from cmq.proof.actions import publish_keys
from cmq.reference.actions import load_reference
from cmq.statistics import actions as statistics

WEB = Path(__file__).resolve().parents[3] / "web"
# What our own style sheet replaces; what Django’s administration asks for in another, smaller form. Long to compress.
NEVER_SERVED = ["dsfr", "django-dsfr", "jquery.js", "select2.full.js", "xregexp.js"]


class Command(BaseCommand):
    """Prepare the database, the data and the static files."""

    help = "Prépare la base, les données de référence, le registre, la démonstration et les fichiers statiques."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--no-demo", action="store_true", help="sans la démonstration")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        """Do each step that is not done yet."""
        Path(settings.VAR_DIR).mkdir(parents=True, exist_ok=True)
        self.stdout.write("Base de données…")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        self.stdout.write("Données de référence…")
        load_reference(progress=self._say)
        load_occupations()
        load_texts()
        load_indicators()
        load_rubrics()
        statistics.load_jobs()
        self._publish_keys()
        self.stdout.write("Registre…")
        call_command("import", "register", stdout=self.stdout)
        if not no_demo and not settings.HTTPS:
            demonstration.build(progress=self._say)
        if not statistics.is_fresh(timezone.now()):
            self.stdout.write("Statistiques des territoires…")
            statistics.refresh()
        self.stdout.write("Index de recherche…")
        call_command("recherche", "reconstruire", "--si-besoin", stdout=self.stdout)
        self._static_files()

    def _publish_keys(self) -> None:
        """Those that the environment has, and that nobody can check by yet."""
        try:
            publish_keys(at=timezone.now())
            if not keys.private_keys():
                self._say("Aucune clé de signature : « cmq secrets » en fait une, pour CMQ_SIGNING_KEYS.")
        except Refusal as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")

    def _static_files(self) -> None:
        """Built again only when what they are made of has changed."""
        stamp = Path(settings.VAR_DIR) / "static.stamp"
        state = _state_of_assets()
        if stamp.exists() and stamp.read_text() == state and Path(settings.STATIC_ROOT).exists():
            return
        self.stdout.write("Fichiers statiques…")
        call_command("assets", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=NEVER_SERVED)
        stamp.write_text(state)


def _state_of_assets() -> str:
    """Tells what the files are made of; whatever the theme of the site, those of each theme are there."""
    digest = hashlib.sha256(str(Path(dsfr.__file__).stat().st_mtime_ns).encode())
    for path in _own_files():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _own_files() -> Iterator[Path]:
    yield WEB / "assets.py"
    for folder in ("static", "data"):
        yield from sorted(path for path in (WEB / folder).rglob("*") if path.is_file())
