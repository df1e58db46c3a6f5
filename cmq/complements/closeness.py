"""When two titles of modules say the same thing in other words: « domotique pour l’aide à domicile » and « aide à
domicile : domotique ». Pure.

Titles are compared word by word, whatever the order, without accents, case and the words that carry no subject. Two
words are one when they begin with the same letter and `rapidfuzz` finds them alike at `CLOSE` per cent or more: enough
for a plural, a feminine or a slip (« soin », « soins »: 89), too much for two subjects of one root (« électronique »,
« électrotechnique »: 86). Each word of one title must meet a word of the other: « sécurité alimentaire » is not
« sécurité informatique ». A number or a single letter only meets itself.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz

from cmq.core.text import fold

CLOSE = 88  # per cent of the letters of both words, `tests/complements/test_closeness.py` shows why
# Articles, prepositions, and the words that most titles of modules begin with.
_WITHOUT_SUBJECT = frozenset(
    (
        *("a", "au", "aux", "avec", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par"),
        *("pour", "sur", "un", "une"),
        *("bases", "formation", "formations", "initiation", "introduction", "module", "modules", "notions"),
    )
)

Words = tuple[str, ...]


@functools.lru_cache(maxsize=20_000)
def words_of(title: str) -> Words:
    """The words that say the subject of a title, folded, in alphabetical order, each once."""
    return tuple(sorted(set(fold(title).split()) - _WITHOUT_SUBJECT))


def are_close(one: str, other: str) -> bool:
    """Whether two titles say the same thing; the same in both directions."""
    here, there = words_of(one), words_of(other)
    return _initials(here) == _initials(there) and _meet(here, there)


def close_pairs(mine: Iterable[str], theirs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The titles of both sides that say the same thing, each pair in alphabetical order: the same from both sides."""
    by_initials: dict[Words, list[str]] = defaultdict(list)
    for title in mine:
        by_initials[_initials(words_of(title))].append(title)
    for their in theirs:
        words = words_of(their)
        for title in by_initials.get(_initials(words), ()):
            if _meet(words_of(title), words):
                first, second = sorted((title, their))
                yield first, second


def names(text: str, title: str) -> bool:
    """Whether a text says every word of a title: « cherche un module de domotique » names « La domotique »."""
    said, wanted = words_of(text), words_of(title)
    return bool(wanted) and all(any(_are_one(word, each) for each in said) for word in wanted)


def _initials(words: Words) -> Words:
    return tuple(word[0] for word in words)


def _meet(here: Words, there: Words) -> bool:
    if here == there:
        return bool(here)
    pairs = ((here, there), (there, here))
    return bool(here) and all(any(_are_one(word, each) for each in b) for a, b in pairs for word in a)


@functools.lru_cache(maxsize=100_000)
def _are_one(one: str, other: str) -> bool:
    if one == other:
        return True
    is_plain = one.isalpha() and other.isalpha() and one[0] == other[0]
    return is_plain and fuzz.ratio(one, other) >= CLOSE
