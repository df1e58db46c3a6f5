"""The web server keeps its machine's index up to date: a thread looks at the feed, and does small things itself.

Of several processes only one gets the lock; the others find nothing left to do. What is long (a first index, a large
load) is given to a process of its own, so that pages are not drawn more slowly meanwhile.
"""

import logging
import subprocess
import sys
import threading
import time

from django.db import DatabaseError, close_old_connections
from django.db.models import Sum
from django.utils import timezone

from cmq.catalogue import actions as catalogue
from cmq.core import feed
from cmq.core.models import Change
from cmq.search import folders, indexing
from cmq.search.engine import LockBusy

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds
_SMALL = 500  # rows


def start() -> None:
    """Begin to follow, in a thread that ends with the process."""
    threading.Thread(target=_forever, name="recherche", daemon=True).start()


def _forever() -> None:
    while True:
        time.sleep(EVERY)
        try:
            close_old_connections()
            look()
        except (DatabaseError, OSError, ValueError):
            # Tried again: pages go on, with the index as it is or without it.
            log.exception("the search index was not brought up to date")
            time.sleep(30 * EVERY)
        finally:
            close_old_connections()


def look() -> None:
    """Bring the list of trainings, then the index, up to date once, when they are not and nobody else does."""
    catalogue.follow()
    behind = indexing.behind()
    if behind == 0 and not indexing.is_due(timezone.now()):
        return
    try:
        if behind >= 0 and _rows_changed(behind) <= _SMALL:
            indexing.follow()
            return
        with folders.writing():
            pass
    except LockBusy:
        return
    command = [sys.executable, "-m", "cmq.cli", "recherche", "rattraper"]
    # Every word of the command is ours.
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def _rows_changed(behind: int) -> int:
    """How many rows the last lines of the feed name."""
    lines = Change.objects.filter(position__gt=feed.position() - behind)
    return int(lines.aggregate(rows=Sum("count"))["rows"] or 0)
