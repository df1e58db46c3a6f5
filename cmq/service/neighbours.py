"""What the site leans on besides its database, when the settings name it: files, antivirus, counts. Does it answer?

Anyone may read how they are (`/etat/`): each is asked once in `EVERY` by a process, however many readers ask.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from cmq.core import antivirus, shared_cache
from cmq.core.object_store import ObjectStorage

EVERY = 15.0  # seconds


@dataclass(frozen=True)
class Neighbour:
    """One of them.

    Attributes:
        name, well, ill: for readers; `ill` says what it means to them.
        place: where it is, for who mends it; never with a password.
        problem: what is wrong, in French, or ""; a question of two seconds at most, which changes nothing.
        proof: the same, by using it, for who installs and mends.
        stops: whether some pages do not work without it.
    """

    name: str
    place: str
    problem: Callable[[], str]
    proof: Callable[[], str]
    well: str
    ill: str
    stops: bool

    def looked_at(self) -> str:
        """What is wrong with it, as it was found some seconds ago at most."""
        return seen.ask(self)

    def proved(self) -> str:
        """What is wrong with it when it is used now."""
        return _said(self.proof)


def neighbours() -> list[Neighbour]:
    """Those that this site has."""
    found = []
    files = storages["default"]
    if isinstance(files, ObjectStorage):
        place, well = f"{files.endpoint}, {files.bucket}", "Le dépôt des fichiers répond."
        ill = "Le dépôt des fichiers ne répond pas : rien ne se joint ni ne se télécharge pour le moment."
        found.append(Neighbour("Fichiers", place, files.problem, files.proof, well, ill, True))
    if antivirus.is_configured():
        place, well, ask = settings.ANTIVIRUS[0], "Chaque pièce envoyée est examinée.", antivirus.problem
        ill = "L’antivirus ne répond pas : aucune pièce ne peut être jointe pour le moment."
        found.append(Neighbour("Antivirus", place, ask, ask, well, ill, True))
    if (counts := shared_cache.in_use()) is not None:
        well = "Les nœuds comptent ensemble les essais et les demandes."
        ill = "La base compte à la place du serveur de cache : tout marche, un peu moins vite."
        found.append(Neighbour("Compteurs partagés", counts.place, counts.problem, counts.problem, well, ill, False))
    return found


def _said(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except ImproperlyConfigured as error:
        # Its library is not installed.
        return str(error)


class _Seen:
    """What each was when it was last looked at. While one looks, the others hear the last answer."""

    def __init__(self) -> None:
        self.looking, self.said = threading.Lock(), dict[str, tuple[float, str]]()

    def ask(self, each: Neighbour) -> str:
        known = self.said.get(each.place)
        if known is not None and time.monotonic() - known[0] < EVERY:
            return known[1]
        if not self.looking.acquire(blocking=known is None):
            return known[1] if known else ""
        try:
            now = self.said.get(each.place)
            if now is None or now is known:
                now = self.said[each.place] = (time.monotonic(), _said(each.problem))
            return now[1]
        finally:
            self.looking.release()


seen = _Seen()
