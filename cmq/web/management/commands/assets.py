"""`cmq assets`: build the style sheets of the site into `var/assets/cmq/`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cmq.web import assets


class Command(BaseCommand):
    """Build the style sheets and fonts that `collectstatic` then gathers."""

    help = "Construit les feuilles de style du site (les parties du DSFR en usage et les nôtres)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files and say what they weigh."""
        target = Path(settings.VAR_DIR) / "assets" / "cmq"
        for name, size in assets.build(target).items():
            self.stdout.write(f"{name} : {size // 1024} ko")
