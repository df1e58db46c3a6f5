"""Slips of the keyboard: the words of the index that a typed word may stand for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_SHORTEST = 4  # letters: shorter words are not guessed
_ALIKE = 0.5
_LONGER = 8  # from here on, two slips are forgiven


class Spellings:
    """The words that titles are written with, and how many things have each."""

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        self.counts = dict(counted)
        self.sorted = sorted(self.counts)
        self.by_length: dict[int, list[str]] = defaultdict(list)
        for word in self.sorted:
            self.by_length[len(word)].append(word)

    def beginning(self, beginning: str, *, limit: int = 12) -> list[str]:
        """The words that begin so, the most used first."""
        start = bisect_left(self.sorted, beginning)
        end = bisect_left(self.sorted, beginning + "\x7f")
        return sorted(self.sorted[start:end], key=lambda word: (-self.counts[word], word))[:limit]

    def close(self, word: str, *, limit: int = 3) -> list[str]:
        """The words at one slip (two from eight letters), fewest slips first, then the most used.

        A slip is a letter too many, too few, changed, or two letters exchanged; figures are never guessed.
        """
        slips = 0 if len(word) < _SHORTEST or not word.isalpha() else 1 if len(word) < _LONGER else 2
        if not slips:
            return []
        near = (each for length in range(len(word) - slips, len(word) + slips + 1) for each in self.by_length[length])
        others = [each for each in near if each != word]
        found = extract(word, others, scorer=OSA.distance, score_cutoff=slips, limit=50)
        ranked = sorted((slip, -self.counts[each], each) for each, slip, _ in found if each.isalpha())
        return [each for slip, _, each in ranked if slip == ranked[0][0]][:limit]

    def alike(self, word: str, *, limit: int = 3) -> list[str]:
        """The words that look most like one that nothing explains; none below half of its letters in common."""
        if len(word) < _SHORTEST or not word.isalpha():
            return []
        found = extract(word, self.sorted, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE, limit=50)
        ranked = sorted((-likeness, -self.counts[each], each) for each, likeness, _ in found if each.isalpha())
        return [each for _, _, each in ranked][:limit]

    def parted(self, word: str) -> tuple[str, str] | None:
        """Two words written as one: « aidesoignante » → aide, soignante; None when it is not that."""
        parts = ((word[:at], word[at:]) for at in range(3, len(word) - 2))
        known = [(min(self.counts[a], self.counts[b]), a, b) for a, b in parts if a in self.counts and b in self.counts]
        return max(known)[1:] if known else None
