"""Words brought to the form that the index holds: the same for what is indexed and for what is asked.

Accents go before the stem, as people leave them out; hyphens and apostrophes are spaces; feminine forms join the
masculine ones (« infirmière », « infirmier »), which Snowball's French stemmer does only where accents are left.
"""

import re
from collections.abc import Callable

from cmq.core.text import fold

_MOST_REMEMBERED = 200_000


def listed(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


# Words that bind the others and say nothing; « h f » of « infirmier (h/f) ».
SILENT = listed(
    "a au aux avec ce ces cet cette chez d dans de des du elle en est et eux f h hf fh il ils j je jusqu l la le les"
    " leur leurs lui m ma mais me mes mon n ne nos notre nous on ont ou par pas plus pour qu que quel quelle qui s sa"
    " sans se ses si sont sous sur t ta te tes ton tu un une vers vos votre vous y x mx"
)

_FEMININE = (
    (re.compile(r"(?<=\w{3})ieres?$"), "ier"),
    (re.compile(r"(?<=\w{3})trices?$"), "teur"),
    (re.compile(r"(?<=\w{3})euses?$"), "eur"),
    (re.compile(r"(?<=\w{3})ennes?$"), "en"),
    (re.compile(r"(?<=\w{3})eres?$"), "er"),
    (re.compile(r"(?<=\w{3})elles?$"), "el"),
    (re.compile(r"(?<=\w{3})ees?$"), "e"),
    (re.compile(r"(?<=\w{3})ives?$"), "if"),
)


class _Folding(dict[int, str]):
    """`core.text.fold` sign by sign, for `str.translate`: a million texts are read when the index is rebuilt."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        folded = fold(sign)
        # A combining accent joins what it stands on; any other sign without a letter parts two words.
        self[code] = folded or ("" if not fold(f"e{sign}e").count(" ") else " ")
        return self[code]


_FOLDING = _Folding()
_stems: dict[str, str] = {}
_stemmer: list[Callable[[str], str]] = []


def use_stemmer(stemmer: Callable[[str], str]) -> None:
    """Name the stemmer of single folded words; `engine` does it once."""
    _stemmer[:] = [stemmer]


def words(text: str) -> list[str]:
    """The folded words of a text, in its order, silent ones included: « L’aide-soignante » → l, aide, soignante."""
    return text.translate(_FOLDING).split()


def telling(text: str) -> list[str]:
    """The folded words of a text that say something."""
    return [word for word in words(text) if word not in SILENT]


def stem(word: str) -> str:
    """The stem of a folded word, its feminine brought to the masculine: « infirmieres » → « infirmi »."""
    known = _stems.get(word)
    if known is None:
        if len(_stems) > _MOST_REMEMBERED:
            _stems.clear()
        known = _stems[word] = _stemmer[0](masculine(word))
    return known


def masculine(word: str) -> str:
    """A folded word with its feminine ending replaced, when it has one."""
    for ending, replacement in _FEMININE:
        changed, count = ending.subn(replacement, word)
        if count:
            return changed
    return word


def stems(text: str) -> list[str]:
    """The stems of a text's telling words, in its order."""
    return [stem(word) for word in words(text) if word not in SILENT]


def key(text: str) -> frozenset[str]:
    """What names one thing however it is written: « Infirmier / Infirmière » and « infirmières » have the same key."""
    return frozenset(stems(text))
