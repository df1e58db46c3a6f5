"""`cmq droits`: the table of who may do what, as `docs/rights.md` shows it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.module_loading import autodiscover_modules

from cmq.core.rights import as_markdown

HEAD = """# Qui peut faire quoi

Cette table est tirée du code (`cmq droits > docs/rights.md`) et vérifiée case par case par `tests/test_rights.py`.
« Le campus », « l’organisation » : celui ou celle dont il s’agit. Qui a plusieurs rôles a les droits de chacun.

"""


class Command(BaseCommand):
    """Print the table of rights in Markdown."""

    help = "Affiche la table des droits (Markdown), telle que docs/rights.md la montre."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every room's rules, then print."""
        autodiscover_modules("rules")
        self.stdout.write(HEAD + as_markdown(), ending="")
