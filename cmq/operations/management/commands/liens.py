"""`cmq liens`: try the outside addresses that articles lead to."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import F, Q
from django.utils import timezone

from cmq.core.links import ask
from cmq.editorial.actions.links import list_links, note_answers
from cmq.editorial.models import WatchedLink

# An address is left alone for this long after it was tried.
REST = dt.timedelta(days=6)


class Command(BaseCommand):
    """Tries the addresses that have not been tried for a while, oldest first, and writes down what they answered."""

    help = "Essaie les liens des articles publiés ; à lancer chaque jour."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at most."""
        parser.add_argument("--au-plus", type=int, default=200, help="nombre d’adresses à essayer (200)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the list up to date, try, and say how many fail."""
        watched = list_links()
        due = WatchedLink.objects.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - REST))
        urls = due.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("url", flat=True)
        # Written one by one: what is stopped halfway has not been done for nothing.
        tried = [note_answers({url: ask(url)}) for url in urls[: options["au_plus"]]]
        failing = WatchedLink.objects.exclude(problem="").count()
        self.stdout.write(f"{watched} liens surveillés, {len(tried)} essayés, {failing} en défaut.")
