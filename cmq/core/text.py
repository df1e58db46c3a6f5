"""Text as people type it, brought to one form for comparing."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_ENDING = re.compile(r"\((\w+)\)")
MOST_ASKED = 100  # characters of what is looked for: no name that is sought is longer


def fold(value: str) -> str:
    """Lower-case, without accents, every other sign a single space: « L’Île-d'Yeu » → « l ile d yeu »."""
    if value.isascii():
        return _NOT_WORD.sub(" ", value.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", value.translate(_LIGATURES).lower())
    return _NOT_WORD.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def slug_of(value: str, *, max_length: int = 80) -> str:
    """An address part made of `fold`'s words, cut between two words."""
    slug = fold(value).replace(" ", "-")
    if len(slug) <= max_length:
        return slug
    return slug[: max_length + 1].rsplit("-", 1)[0]


def one_line(value: str) -> str:
    """White space of any kind folded to single spaces, control characters dropped."""
    kept = "".join(" " if c.isspace() else c for c in value if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join(kept.split())


def asked_words(typed: str) -> str:
    """What somebody types to look for, on one line, cut at `MOST_ASKED` characters."""
    return one_line(typed)[:MOST_ASKED]


def agreed(wording: str, count: int) -> str:
    """A wording whose endings agree with a number, singular below 2: « dossier(s) », 2 → « dossiers »."""
    return _ENDING.sub(r"\1" if abs(count) >= 2 else "", wording)
