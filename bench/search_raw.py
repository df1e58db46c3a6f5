"""The yardsticks of the search: tantivy with nothing of ours around it, and PostgreSQL's full text."""

import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tantivy
from django.db import connection
from tantivy import Occur, Query

from cmq.offers.models import JobOffer
from cmq.reference.geo import distance_km
from cmq.search.words import SILENT

LIMIT = 20
_CELL = 0.1


def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    builder = builder.filter(tantivy.Filter.ascii_fold()).filter(tantivy.Filter.custom_stopword(sorted(SILENT)))
    return builder.filter(tantivy.Filter.stemmer("french")).build()


class Raw:
    """A bare index of the offers: title, text, what is counted, day, place; and the bare form of each question."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="cmq-raw-")
        builder = tantivy.SchemaBuilder().add_text_field("key", stored=True, tokenizer_name="raw")
        for name in ("title", "body"):
            builder = builder.add_text_field(name, tokenizer_name="fr")
        for name in ("region", "departement", "nature", "contrat", "rome"):
            builder = builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        builder = builder.add_text_field("cell", tokenizer_name="raw", index_option="basic")
        builder = builder.add_unsigned_field("published", fast=True)
        self.schema = builder.add_float_field("lat", fast=True).add_float_field("lon", fast=True).build()
        self.index = tantivy.Index(self.schema, path=self.folder.name)
        self.index.register_tokenizer("fr", _analyzer())
        self.seconds = self._build()
        self.index.reload()
        self.searcher = self.index.searcher()

    def _build(self) -> float:
        started = time.perf_counter()
        writer = self.index.writer(heap_size=64 * 1024 * 1024, num_threads=1)
        rows = JobOffer.objects.values_list(
            *("pk", "title", "text", "commune__departement__region__slug", "commune__departement", "kind"),
            *("contract", "occupation", "published_at", "latitude", "longitude"),
        )
        for pk, title, text, region, departement, kind, contract, rome, published, lat, lon in rows.iterator(2000):
            values = {
                "key": f"offre:{pk}",
                "title": title,
                "body": text,
                "region": region,
                "departement": departement,
                "nature": kind,
                "contrat": contract,
                "rome": rome,
                "cell": _cell(lat, lon),
                "published": int(published.timestamp()),
                "lat": lat,
                "lon": lon,
            }
            writer.add_document(tantivy.Document.from_dict(values, self.schema))
        writer.commit()
        writer.wait_merging_threads()
        return time.perf_counter() - started

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return size_of(Path(self.folder.name))

    def text(self, words: str) -> Query:
        """All words, in the title or the text."""
        return self.index.parse_query_lenient(words, ["title", "body"], conjunction_by_default=True)[0]

    def search(self, query: Query, *, newest: bool = False, offset: int = 0) -> None:
        """The top and the exact count, with the keys of what is shown."""
        order = {"order_by_field": "published"} if newest else {}
        found = self.searcher.search(query, limit=LIMIT, count=True, offset=offset, **order)
        for _, address in found.hits:
            self.searcher.doc(address)

    def prefix(self, beginning: str) -> None:
        self.search(Query.regex_query(self.schema, "title", f"{beginning}.*"))

    def typo(self, word: str) -> None:
        self.search(Query.fuzzy_term_query(self.schema, "title", word, 1 if len(word) < 8 else 2))

    def facets(self, words: str) -> None:
        query = self.text(words)
        self.search(query)
        self.searcher.aggregate(query, {name: {"terms": {"field": name}} for name in ("contrat", "region")})

    def around(self, words: str, lat: float, lon: float, radius: float) -> None:
        self.search(self._near(words, lat, lon, radius))

    def nearest(self, words: str, lat: float, lon: float, radius: float) -> None:
        """All that is around, by distance."""
        near = self._near(words, lat, lon, radius)
        addresses = [address for _, address in self.searcher.search(near, limit=5_000, count=True).hits]
        lats = self.searcher.fast_field_values("lat", addresses)
        lons = self.searcher.fast_field_values("lon", addresses)
        sorted(distance_km(lat, lon, y, x) for y, x in zip(lats, lons, strict=True))[:LIMIT]

    def _near(self, words: str, lat: float, lon: float, radius: float) -> Query:
        high = radius / 111.2
        wide = high / math.cos(math.radians(lat))
        rows = range(math.floor((lat - high) / _CELL), math.floor((lat + high) / _CELL) + 1)
        columns = range(math.floor((lon - wide) / _CELL), math.floor((lon + wide) / _CELL) + 1)
        cells = Query.term_set_query(self.schema, "cell", [f"{row}.{column}" for row in rows for column in columns])
        return Query.boolean_query([(Occur.Must, self.text(words)), (Occur.Must, cells)])


def _cell(lat: float, lon: float) -> str:
    return f"{math.floor(lat / _CELL)}.{math.floor(lon / _CELL)}"


def size_of(folder: Path) -> int:
    """Bytes of the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_COLUMNS = """
CREATE TABLE mesure_texte AS
  SELECT o.id, o.contract, r.slug AS region,
         setweight(to_tsvector('french', o.title), 'A') || to_tsvector('french', o.text) AS words
  FROM offers_joboffer o JOIN reference_commune c ON c.insee_code = o.commune_id
  JOIN reference_departement d ON d.code = c.departement_id JOIN reference_region r ON r.code = d.region_id;
CREATE INDEX mesure_texte_words ON mesure_texte USING gin (words);
ANALYZE mesure_texte
"""


def full_text() -> Callable[[str], None] | None:
    """Text and two facets by PostgreSQL: top, exact count, counts of contracts and regions; None on another database.

    One narrow table, in which nothing but what is asked stands: kinder to PostgreSQL than the site's own.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)

    def ask(text: str) -> None:
        found = "FROM mesure_texte, plainto_tsquery('french', %s) q WHERE words @@ q"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id {found} ORDER BY ts_rank(words, q) DESC LIMIT {LIMIT}", [text])
            cursor.fetchall()
            grouped = f"SELECT contract, region, count(*) {found} GROUP BY GROUPING SETS ((contract), (region), ())"
            cursor.execute(grouped, [text])
            cursor.fetchall()

    return ask
