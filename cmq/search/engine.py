"""The only module that knows tantivy: the schema of the index, its writing, and the questions put to it.

The index holds no text and no row, only what finds them: answers are kinds and numbers, and the database has the rest.
Traps that were met: a deletion by an integer term deletes nothing (so `key` is text), and one writer at a time.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from cmq.search import words
from cmq.search.cells import cells_of

# Raised when a field or the form of a text changes: an index of another version is built again.
SCHEMA_VERSION = 1

# What narrows, and is counted; each document may have several values of each.
TAGS = ("region", "departement", "nature", "contrat", "niveau", "voie", "filiere", "campus", "rome")
# What is read, and what a word found there is worth.
TEXTS = {"title": 4.0, "names": 3.0, "place": 1.5, "body": 1.0}
_NAMES = {name: TEXTS[name] for name in ("title", "names")}
_SHARE_OF_OTHERS = 0.1  # of the fields where a word is found besides the best one
_A_JOB = 20.0  # worth of being that very job, whatever its title says: as much as a good title
_IN_A_ROW = 3.0  # worth of the words standing in the title as they were typed
_KIND_STEP = 1 << 48  # kind and number in one column
HEAP_BYTES = 64 * 1024 * 1024
_DEGREE = 100_000
_NOWHERE = 1_000 * _DEGREE
_MOST_VALUES = 150
_MOST_COUNTED = 500
_POSITION_KEY = "_position"

words.use_stemmer(
    (lambda analyzer: lambda word: (analyzer.analyze(word) or [word])[0])(
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stemmer("french")).build()
    )
)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("key", "cell"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    for name in TAGS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", tokenizer_name="whitespace", index_option="position")
    for name in ("names", "place", "body"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    # The words of titles as they are written, for slips and unfinished words.
    builder.add_text_field("spelling", tokenizer_name="whitespace", index_option="basic")
    for name in ("ident", "published"):
        builder.add_unsigned_field(name, fast=True)
    for name in ("lat", "lon"):
        builder.add_integer_field(name, fast=True)
    builder.add_text_field("note", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = _schema()


@dataclass(frozen=True, slots=True)
class Document:
    """What the index learns of one thing.

    Attributes:
        kind, number: what it is, and its number among those of its kind.
        title: its name; names: others that it goes by; place: where it is, in words; body: all else to find it by.
        spots: latitudes and longitudes in degrees.
        published: seconds since 1970; 0 when it has no date.
        tags: name of a tag → values.
    """

    kind: str
    kind_number: int
    number: int
    title: str
    names: str = ""
    body: str = ""
    place: str = ""
    spots: tuple[tuple[float, float], ...] = ()
    published: int = 0
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A way to find what a part of the question names: all of some stems, or jobs of the ROME."""

    stems: tuple[str, ...] = ()
    romes: tuple[str, ...] = ()
    weight: float = 1.0


Slot = tuple[Alternative, ...]
Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question to the index.

    Attributes:
        slots: parts of the text, each found when one of its alternatives is.
        need: how many of the slots must be found; all when None.
        filters: tag or « kind » → values, one of which must be there.
        cells: squares, one of which must be there, but for the kinds of `nowhere`, which have no place.
        eithers: sets of groups of filters; of each set, one group must hold.
        keys: « kind:number » of the things, one of which it must be.
        only_names: look in titles and names only.
        favours: tag or « kind » → value, of what comes first, other things being equal.
    """

    slots: tuple[Slot, ...] = ()
    need: int | None = None
    filters: Filters = ()
    eithers: tuple[tuple[Filters, ...], ...] = ()
    cells: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    favours: tuple[tuple[str, str], ...] = ()
    only_names: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found."""

    kind_number: int
    number: int
    score: float = 0.0
    lat: float | None = None
    lon: float | None = None


# --- asking -------------------------------------------------------------------------------------------------------


class Reader:
    """An index as it stood at one commit. Any thread may ask."""

    def __init__(self, folder: Path) -> None:
        self.index = tantivy.Index(SCHEMA, path=str(folder))
        self.index.config_reader("manual")
        self.index.reload()
        self.searcher = self.index.searcher()
        # What many readers ask: the counts of a question, as long as this commit is the last.
        self.counted: OrderedDict[object, dict[str, dict[str, int]]] = OrderedDict()
        self.lock = threading.Lock()

    @cached_property
    def note(self) -> str:
        """What the last commit said of itself (`Writer.commit`)."""
        found = self.searcher.search(_term("key", _POSITION_KEY), limit=1)
        return str(self.searcher.doc(found.hits[0][1]).get_first("note")) if found.hits else ""

    @property
    def size(self) -> int:
        """How many things it holds."""
        return max(0, int(self.searcher.num_docs) - 1)

    def best(
        self, wanted: Wanted, *, limit: int, offset: int = 0, newest: bool = False, with_place: bool = False
    ) -> list[Found]:
        """The best answers from `offset` on, or the newest; `with_place` says where they are."""
        result = self.searcher.search(
            _query(wanted, scores=not newest),
            limit=max(1, limit),
            offset=offset,
            count=False,
            order_by_field="published" if newest else None,
        )
        hits = result.hits[:limit]
        found = self._found([address for _, address in hits], with_place=with_place)
        if newest:
            return found
        return [replace(each, score=score) for each, (score, _) in zip(found, hits, strict=True)]

    def count(self, wanted: Wanted) -> int:
        """How many answers there are."""
        return _count(self.searcher.search(_query(wanted, scores=False), limit=1, count=True))

    def located(self, wanted: Wanted, *, limit: int) -> list[Found]:
        """At most `limit` answers, in no order, with where they are."""
        result = self.searcher.search(_query(wanted, scores=False), limit=max(1, limit), count=False)
        found = self._found([address for _, address in result.hits], with_place=True)
        return [each for each in found if each.lat is not None]

    def counts(self, wanted: Wanted, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """How many answers have each value of each of some tags (or « kind »)."""
        asked = tuple(names)
        if not asked:
            return {}
        known = self.counted.get((wanted, asked))
        if known is None:
            terms = {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in asked}
            answer = self.searcher.aggregate(_query(wanted, scores=False), terms)
            known = {name: {each["key"]: each["doc_count"] for each in answer[name]["buckets"]} for name in asked}
            with self.lock:
                self.counted[wanted, asked] = known
                while len(self.counted) > _MOST_COUNTED:
                    self.counted.popitem(last=False)
        return known

    def frequency(self, stem: str) -> int:
        """In how many texts a stem stands, at least: the field that has it most."""
        return max(self.searcher.doc_freq(name, stem) for name in TEXTS)

    def is_named(self, stem: str) -> bool:
        """Whether a title or another name has a stem; one that only texts have may begin a word of these."""
        return any(self.searcher.doc_freq(name, stem) for name in _NAMES)

    def spellings(self) -> list[tuple[str, int]]:
        """The words of all titles as they are written, in their order, with the number of things that have each."""
        return self.searcher.terms_with_prefix("spelling", "")

    def _found(self, addresses: list[tantivy.DocAddress], *, with_place: bool = False) -> list[Found]:
        idents = self.searcher.fast_field_values("ident", addresses)
        if not with_place:
            return [Found(*divmod(int(ident or 0), _KIND_STEP)) for ident in idents]
        lats = self.searcher.fast_field_values("lat", addresses)
        lons = self.searcher.fast_field_values("lon", addresses)
        return [
            Found(*divmod(int(ident or 0), _KIND_STEP), 0.0, _degrees(lat), _degrees(lon))
            for ident, lat, lon in zip(idents, lats, lons, strict=True)
        ]


def _degrees(column: float | None) -> float | None:
    return None if column is None or column == _NOWHERE else column / _DEGREE


def _count(result: tantivy.SearchResult) -> int:
    return int(getattr(result, "count", None) or 0)


def _query(wanted: Wanted, *, scores: bool = True) -> Query:
    must = [(Occur.Must, Query.const_score_query(_one_of(name, values), 0.0)) for name, values in wanted.filters]
    for either in wanted.eithers:
        groups = [_all([_one_of(name, values) for name, values in group]) for group in either]
        must.append((Occur.Must, Query.const_score_query(_any(groups), 0.0)))
    if wanted.cells:
        near = [Query.term_set_query(SCHEMA, "cell", list(wanted.cells))]
        near += [_term("kind", kind) for kind in wanted.nowhere]
        must.append((Occur.Must, Query.const_score_query(_any(near), 0.0)))
    if wanted.keys:
        must.append((Occur.Must, Query.const_score_query(Query.term_set_query(SCHEMA, "key", list(wanted.keys)), 0.0)))
    fields = _NAMES if wanted.only_names else TEXTS
    slots = [_slot(slot, fields, scores=scores) for slot in wanted.slots]
    if wanted.need is None or wanted.need >= len(slots):
        must += [(Occur.Must, each) for each in slots]
    elif slots:
        some = Query.boolean_query([(Occur.Should, each) for each in slots], max(1, wanted.need))
        must.append((Occur.Must, some))
    if not must:
        must.append((Occur.Must, Query.const_score_query(Query.all_query(), 1.0)))
        must.append((Occur.MustNot, _term("key", _POSITION_KEY)))
    if scores:
        must += [(Occur.Should, each) for each in _preferences(wanted)]
    return Query.boolean_query(must)


def _preferences(wanted: Wanted) -> Iterator[Query]:
    """What puts an answer before another without letting it in."""
    for name, value in wanted.favours:
        yield Query.const_score_query(_term(name, value), 6.0)
    typed = [stem for slot in wanted.slots for alternative in slot[:1] for stem in alternative.stems]
    if len(typed) > 1:
        yield Query.boost_query(Query.phrase_query(SCHEMA, "title", typed), _IN_A_ROW)  # type: ignore[arg-type]


def _slot(slot: Slot, fields: Mapping[str, float], *, scores: bool) -> Query:
    ways = []
    for alternative in slot:
        if alternative.romes:
            ways.append(Query.const_score_query(_one_of("rome", alternative.romes), _A_JOB * alternative.weight))
        if alternative.stems:
            way = _all([_anywhere(stem, fields, scores=scores) for stem in alternative.stems])
            ways.append(way if alternative.weight == 1 else Query.boost_query(way, alternative.weight))
    return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways, _SHARE_OF_OTHERS) if scores else _any(ways)


def _anywhere(stem: str, fields: Mapping[str, float], *, scores: bool) -> Query:
    if not scores:
        return _any([_term(name, stem) for name in fields])
    found = [Query.boost_query(_term(name, stem, "freq"), worth) for name, worth in fields.items()]
    return Query.disjunction_max_query(found, _SHARE_OF_OTHERS)


def _term(name: str, value: str, option: str = "basic") -> Query:
    return Query.term_query(SCHEMA, name, value, option)


def _one_of(name: str, values: Sequence[str]) -> Query:
    return _term(name, values[0]) if len(values) == 1 else Query.term_set_query(SCHEMA, name, list(values))


def _any(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, each) for each in queries])


def _all(queries: list[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, each) for each in queries])


# --- writing ------------------------------------------------------------------------------------------------------


class Writer:
    """The one that writes an index. What it was told is seen, and survives a crash, once committed.

    Raises LockBusy when another writer is at work.
    """

    def __init__(self, folder: Path, *, heap_bytes: int = HEAP_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(SCHEMA, path=str(folder))
        try:
            self.writer = index.writer(heap_size=heap_bytes, num_threads=1)
        except ValueError as error:
            raise LockBusy(str(error)) from error

    def add(self, document: Document) -> None:
        """Learn of a thing that the index does not hold."""
        self.writer.add_document(tantivy.Document.from_dict(_fields(document), SCHEMA))

    def forget(self, kind: str, number: int) -> None:
        """Drop one thing."""
        self.writer.delete_documents_by_term("key", f"{kind}:{number}")

    def forget_kind(self, kind: str) -> None:
        """Drop all things of a kind."""
        self.writer.delete_documents_by_term("kind", kind)

    def forget_range(self, kind_number: int, first: int, last: int) -> None:
        """Drop the things of a kind whose numbers lie from `first` to `last`, both included."""
        low, high = (kind_number * _KIND_STEP + number for number in (first, last))
        between = Query.range_query(SCHEMA, "ident", tantivy.FieldType.Unsigned, low, high)
        self.writer.delete_documents_by_query(between)

    def commit(self, note: str) -> None:
        """Make all of it last, with a word on how far it goes."""
        self.writer.delete_documents_by_term("key", _POSITION_KEY)
        self.writer.add_document(
            tantivy.Document.from_dict({"key": _POSITION_KEY, "kind": "_", "note": note, **_NUMBERS}, SCHEMA)
        )
        self.writer.commit()

    def close(self) -> None:
        """Wait for the tidying that goes on behind, and let another writer in."""
        self.writer.wait_merging_threads()


class LockBusy(Exception):
    """Another writer is at work on the same index."""


_NUMBERS = {"ident": 0, "published": 0, "lat": _NOWHERE, "lon": _NOWHERE}


def _fields(document: Document) -> dict[str, object]:
    lat, lon = document.spots[0] if document.spots else (None, None)
    title, names = document.title, document.names
    return {
        "key": f"{document.kind}:{document.number}",
        "kind": document.kind,
        "cell": [cell for lat, lon in document.spots for cell in cells_of(lat, lon)],
        "title": " ".join(words.stems(title)),
        "names": " ".join(words.stems(names)) if names else "",
        "place": " ".join(words.stems(document.place)),
        "body": " ".join(words.stems(document.body)),
        "spelling": " ".join(dict.fromkeys(words.telling(f"{title} {names}"))),
        "ident": document.kind_number * _KIND_STEP + document.number,
        "published": max(0, document.published),
        "lat": _NOWHERE if lat is None else round(lat * _DEGREE),
        "lon": _NOWHERE if lon is None else round(lon * _DEGREE),
        **{name: list(dict.fromkeys(document.tags.get(name) or ())) for name in TAGS},
    }


def is_index(folder: Path) -> bool:
    """Whether a folder holds an index that this version can read."""
    try:
        return folder.is_dir() and tantivy.Index.exists(str(folder)) and tantivy.Index.is_compatible(str(folder))
    except (OSError, ValueError):
        return False
