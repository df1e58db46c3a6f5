"""Passwords that others would guess, or have: refused without asking any other machine.

Source: CNIL, délibération 2022-100 of 21 July 2022 (length, attempts, known passwords), and NIST SP 800-63B (breached
passwords are refused, no rule about kinds of characters).
"""

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

# The most that zxcvbn reads; beyond, a password is long enough.
_READ = 72
# What whoever knows this site tries first (`docs/guide/connexion.md` names them): worth as much as a common password.
SITE_WORDS = (
    *("campus", "métiers", "metiers", "qualifications", "cmq", "registre", "label", "excellence", "filière", "filiere"),
    *("lycée", "lycee", "académie", "academie", "rectorat", "recteur", "région", "region", "ministère", "ministere"),
    *("directeur", "directrice", "gardien", "gardienne", "formation", "apprentissage", "éducation", "education"),
)


class GuessableValidator:
    """Refuse what leaked lists, names, words of this site, keyboard rows, dates and repetitions make easy to guess.

    Args:
        guesses: how many guesses a password must withstand.
    """

    def __init__(self, guesses: int = 10**10) -> None:
        self.guesses = guesses

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for a password found in fewer guesses, this person's name and address being known."""
        known = [each for each in (getattr(user, "email", ""), getattr(user, "name", "")) if each]
        words = [word for each in known for word in (each, *each.replace("@", " ").replace(".", " ").split())]
        words += SITE_WORDS
        if zxcvbn(password[:_READ], user_inputs=words)["guesses"] < self.guesses:
            raise ValidationError(
                "Ce mot de passe se devine trop vite : il suit une habitude connue ou figure dans des listes volées. "
                "Prenez plutôt plusieurs mots sans lien entre eux.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """What to write."""
        return "Plusieurs mots sans lien entre eux font un bon mot de passe."


class BreachedValidator:
    """Refuse what stands in a file of breached passwords on this machine, when there is one.

    Args:
        path: lines `SHA-1:count` in order, as « Pwned Passwords » offers them for download; empty for none.
    """

    def __init__(self, path: str = "") -> None:
        self.path = Path(path) if path else None

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for a password that the file has. Raises OSError when the file is named and missing:
        a check that was asked for does not vanish in silence."""
        if self.path is None:
            return
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self.path.open("rb") as lines:
            is_known = _has(lines, wanted)
        if is_known:
            raise ValidationError(
                "Ce mot de passe a été volé sur un autre site et circule : prenez-en un autre, "
                "et changez-le partout où vous l’employez.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """Nothing: whether a password was stolen cannot be seen beforehand."""
        return ""


def _has(lines: BinaryIO, wanted: bytes) -> bool:
    """Whether a line begins with `wanted`: forty gigabytes are searched in some thirty readings."""
    low, high = 0, lines.seek(0, os.SEEK_END)
    while low < high:
        middle = (low + high) // 2
        lines.seek(middle)
        if middle:
            lines.seek(middle - 1)
            lines.readline()
        at, line = lines.tell(), lines.readline()
        if not line or at >= high:
            high = middle
        elif line[:40].upper() == wanted:
            return True
        elif line[:40].upper() < wanted:
            low = at + len(line)
        else:
            high = middle
    return False
