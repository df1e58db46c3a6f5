"""The names that jobs go by: those of the ROME, and ours (`data/synonyms.csv`) for what people say and no list has."""

import csv
import threading
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from django.db.models import Count, Max

from cmq.careers.models import JobTitle, Occupation
from cmq.search import words

# Longer runs of words are no name; a name of more jobs says too little.
LONGEST = 7
_MOST_JOBS = 8

Key = frozenset[str]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What else a term is looked for by: other wordings, and codes of the ROME."""

    wordings: tuple[str, ...]
    romes: tuple[str, ...]


@lru_cache(maxsize=1)
def synonyms() -> dict[Key, Synonyms]:
    """Our own table, by the key of the term."""
    with files("cmq.search").joinpath("data/synonyms.csv").open(encoding="utf-8") as lines:
        return {
            words.key(row["terme"]): Synonyms(
                tuple(filter(None, row["aussi"].split("|"))), tuple(filter(None, row["rome"].split("|")))
            )
            for row in csv.DictReader(lines, delimiter=";")
        }


class _Jobs:
    """Every name of a job of the ROME → its codes, read again when the ROME has changed."""

    def __init__(self) -> None:
        self.seen: object = None
        self.version: object = None
        self.codes: dict[Key, tuple[str, ...]] = {}
        # The stems of all titles of the ROME.
        self.stems: frozenset[str] = frozenset()
        self.lock = threading.Lock()

    def refresh(self, seen: object) -> None:
        """Look whether the ROME was loaded again, when `seen` (how far the index goes) is not what it was."""
        if seen == self.seen:
            return
        edition = Occupation.objects.aggregate(Count("pk"), Max("loaded_on"))
        version = (*edition.values(), JobTitle.objects.count())
        with self.lock:
            if version != self.version:
                self.codes = _read_names()
                self.stems = frozenset(stem for key in self.codes for stem in key)
            self.seen, self.version = seen, version


def _read_names() -> dict[Key, tuple[str, ...]]:
    current = Occupation.objects.current()
    named: dict[Key, set[str]] = defaultdict(set)
    for title, code in current.values_list("title", "code"):
        named[words.key(title)].add(code)
    titles = JobTitle.objects.filter(occupation__in=current)
    for name, code in titles.values_list("long_name", "occupation").iterator():
        named[words.key(name)].add(code)
    return {key: tuple(sorted(codes)) for key, codes in named.items() if key and len(codes) <= _MOST_JOBS}


jobs = _Jobs()


def is_word_of_jobs(text: str) -> bool:
    """Whether all words of a text are words that jobs are named with."""
    key = words.key(text)
    return bool(key) and (key <= jobs.stems or key in synonyms())


def codes_named(key: Key) -> tuple[str, ...]:
    """The codes of the jobs that go by exactly this name."""
    return jobs.codes.get(key, ())
