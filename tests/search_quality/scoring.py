"""How good the answers are: nDCG@10 and success@3 over questions as people type them (`queries.csv`).

Each question says what it expects, as `kind=what:grade`, grade 3 for what is exactly meant down to 1 for what is still
useful: `metier=J1501:3`, `offre=J1501@59#stage:2` (an offer of that job in that département, a traineeship),
`offre=*@bretagne:1`, `campus=slug:3`. The answers are those of the page, in the order in which it shows them.

nDCG@10 (Järvelin and Kekäläinen, 2002): gain 2^grade - 1, discount log2(rank + 1), over the best order that a page
could show, at most four things of a kind. success@3: whether one of the first three has the best grade expected.
"""

import csv
import re
from dataclasses import dataclass
from math import log2
from pathlib import Path

from cmq.search import folders
from cmq.search.answering import EACH, answer
from cmq.search.asking import Ask, parse
from cmq.search.cells import cells_around
from cmq.search.engine import Wanted
from cmq.search.kinds import Row, by_slug
from cmq.search.selection import Near

QUERIES = Path(__file__).with_name("queries.csv")
DEPTH = 10
_EXPECTED = re.compile(r"(?P<kind>\w+)=(?P<what>[\w*-]+)(?:@(?P<where>[\w-]+))?(?:#(?P<how>\w+))?:(?P<grade>[1-3])")


@dataclass(frozen=True)
class Expected:
    """One thing, or any of some, that answers a question."""

    kind: str
    what: str
    where: str
    how: str
    grade: int

    def fits(self, row: Row) -> bool:
        """Whether a result is one of them."""
        tags = row.document.tags
        return (
            row.kind.slug == self.kind
            and (self.what == "*" or self.what in (*tags.get("rome", ()), *tags.get("campus", ())))
            and (not self.where or self.where in (*tags.get("departement", ()), *tags.get("region", ())))
            and (not self.how or self.how in (*tags.get("nature", ()), *tags.get("voie", ())))
        )

    def available(self, place: Near | None, radius: int) -> int:
        """How many of them there are, around a place when one was understood; more than a page shows do not count."""
        tags: dict[str, tuple[str, ...]] = {}
        if self.how:
            tags["voie" if self.kind == "formation" else "nature"] = (self.how,)
        if self.where:
            tags["departement" if len(self.where) <= 3 else "region"] = (self.where,)
        what = () if self.what == "*" else (("campus" if self.kind == "campus" else "rome", (self.what,)),)
        cells = cells_around(place.lat, place.lon, radius) if place else ()
        reader = folders.reader()
        assert reader is not None
        filters = (("kind", (self.kind,)), *what, *tags.items())
        return min(EACH, reader.count(Wanted(filters=filters, cells=cells, nowhere=("metier",))))


@dataclass(frozen=True)
class Query:
    """A question and what it expects."""

    text: str
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Score:
    """How well one question was answered."""

    query: Query
    ndcg: float
    is_success: bool
    is_answerable: bool
    shown: tuple[str, ...]


def load() -> list[Query]:
    """The test set. Raises ValueError for a line that cannot be read."""
    with QUERIES.open(encoding="utf-8", newline="") as lines:
        return [Query(row["requete"], _expected(row["attendu"])) for row in csv.DictReader(lines, delimiter=";")]


def _expected(text: str) -> tuple[Expected, ...]:
    found = []
    for part in text.split():
        match = _EXPECTED.fullmatch(part)
        if match is None or match["kind"] not in by_slug:
            raise ValueError(f"not an expectation: {part}")
        found.append(
            Expected(match["kind"], match["what"], match["where"] or "", match["how"] or "", int(match["grade"]))
        )
    return tuple(found)


def ask(text: str) -> Ask:
    """As the page reads it."""
    read, problems = parse({"q": [text]})
    assert not problems, text
    return read


def score(query: Query) -> Score:
    """Ask, and compare with what is expected."""
    found = answer(ask(query.text))
    hits = found.hits[:DEPTH]
    grades = [max((each.grade for each in query.expected if each.fits(hit.row)), default=0) for hit in hits]
    place = found.where if isinstance(found.where, Near) else None
    ideal = _ideal(query, place, found.radius)
    shown = tuple(f"{grade} {hit.row.kind.slug}: {hit.row.title}" for grade, hit in zip(grades, hits, strict=True))
    is_success = bool(ideal) and ideal[0] in grades[:3]
    return Score(query, _dcg(grades) / _dcg(ideal) if ideal else 0.0, is_success, bool(ideal), shown)


def _ideal(query: Query, place: Near | None, radius: int) -> list[int]:
    """The grades of the best page that could be shown: at most four things of a kind."""
    by_kind: dict[str, list[int]] = {}
    for each in query.expected:
        by_kind.setdefault(each.kind, []).extend([each.grade] * each.available(place, radius))
    grades = [grade for some in by_kind.values() for grade in sorted(some, reverse=True)[:EACH]]
    return sorted(grades, reverse=True)[:DEPTH]


def _dcg(grades: list[int]) -> float:
    return sum((2**grade - 1) / log2(rank + 2) for rank, grade in enumerate(grades))


def means(scores: list[Score]) -> tuple[float, float]:
    """Mean nDCG@10 and success@3."""
    return sum(each.ndcg for each in scores) / len(scores), sum(each.is_success for each in scores) / len(scores)
