"""What people type to name a place, understood: « ST ETIENNE 42 », « Lyon 3ème », « 59110 La Madeleine »."""

import re
from dataclasses import dataclass

from cmq.core.text import fold

# Longer than any commune's name with its postcode; the rest of a hostile text is not read.
_LONGEST_TEXT = 80
_MOST_WORDS = 10

_SAINTS = {"st": "saint", "ste": "sainte"}
_ORDINAL = re.compile(r"0*([0-9]{1,2})(?:e|er|eme|ieme|ere)")
_CEDEX = re.compile(r"\bcedex( [0-9]{1,2}\b)?")
_SPACED_POSTCODE = re.compile(r"\b([0-9]{2}) ([0-9]{3})\b")
_AREA_CODE = re.compile(r"[0-9]{2,5}|2a|2b")


@dataclass(frozen=True)
class PlaceText:
    """A folded place name, and the figures that say where it is.

    Attributes:
        words: the words, figures of the postcode left out.
        every_word: the words, figures included: « Lyon 03 » is a name too.
        area: a postcode or its beginning (two to five figures), « 2A », « 2B », or nothing.
        unfinished: « st » or « ste » as the last word: Saint, or someone on the way to Strasbourg.
    """

    words: tuple[str, ...]
    every_word: tuple[str, ...]
    area: str
    unfinished: str = ""

    @property
    def names(self) -> list[str]:
        """The whole names that the text may be."""
        return [name for name in dict.fromkeys((" ".join(self.every_word), " ".join(self.words))) if name]

    @property
    def beginnings(self) -> list[str]:
        """What the name may begin with."""
        return [*self.names, " ".join((*self.words[:-1], self.unfinished))] if self.unfinished else self.names


def place_text(text: str) -> PlaceText:
    """Read what was typed, whatever it holds."""
    folded = fold(text[:_LONGEST_TEXT])
    typed = _SPACED_POSTCODE.sub(r"\1\2", _CEDEX.sub(" ", folded)).split()[:_MOST_WORDS]
    # The figures stand at one end: « 59110 La Madeleine » as on an envelope, « La Madeleine 59 » as people say.
    at = next((i for i in (len(typed) - 1, 0) if typed and _AREA_CODE.fullmatch(typed[i])), None)
    area = "" if at is None else typed[at].upper()
    words = [word for i, word in enumerate(typed) if i != at]
    return PlaceText(
        words=tuple(map(_word, words)),
        every_word=tuple(map(_word, typed)),
        area=area,
        unfinished=words[-1] if words and words[-1] in _SAINTS else "",
    )


def folded_place(name: str) -> str:
    """A place's name in the form that its column `folded_name` holds."""
    return " ".join(_SAINTS.get(word, word) for word in fold(name).split())


def _word(word: str) -> str:
    """One word in the form that official names have: « ste » → « sainte », « 03ème » → « 3e », « 01 » → « 1 »."""
    if word in _SAINTS:
        return _SAINTS[word]
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return ordinal[1] + ("er" if ordinal[1] == "1" else "e")
    return word.lstrip("0") or word if word.isdigit() else word
