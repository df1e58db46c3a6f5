"""What `bench.search` measures, once it has a database."""

import http.client
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.measuring import row  # noqa: E402
from bench.search_corpus import Maker, fill  # noqa: E402
from bench.search_raw import Raw, full_text, size_of  # noqa: E402
from bench.serving import serving  # noqa: E402
from cmq.careers.actions import load_occupations  # noqa: E402
from cmq.core.feed import change_set, record_bulk  # noqa: E402
from cmq.offers.models import JobOffer  # noqa: E402
from cmq.offers.selection import Choice, offers_of, tally  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.search import folders, indexing  # noqa: E402
from cmq.search.around import offers_around  # noqa: E402
from cmq.search.asking import PAGE_SIZE  # noqa: E402
from cmq.search.words import telling  # noqa: E402

OFFERS = int(os.environ.get("CMQ_BENCH_OFFERS", "100000"))
QUESTIONS = int(os.environ.get("CMQ_BENCH_QUESTIONS", "40"))
CHANGED = 10_000
DEEP = 40  # page


@dataclass(frozen=True)
class Asked:
    """A question: the address of the page, and the same for the raw engine."""

    query: dict[str, object]
    raw: Callable[[], None]


def main(arguments: list[str]) -> None:
    """Fill, then measure; with « growth », again and again on more."""
    prepare()
    maker = Maker()
    if arguments[:1] == ["growth"]:
        from bench.search_growth import grow

        grow(maker, int(arguments[1]) if len(arguments) > 1 else 3_000_000)
        return
    started = time.perf_counter()
    fill(maker, offers=OFFERS, courses=OFFERS // 20)
    row(f"search: {OFFERS:,} offers loaded", f"{time.perf_counter() - started:.0f} s")
    raw = build(OFFERS)
    measure_classes(raw)
    measure_full_text(raw)
    measure_around()
    refresh()


def prepare() -> None:
    """An empty site with its reference data."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("assets", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["dsfr", "django-dsfr"])
    load_reference()
    load_occupations()


def build(offers: int) -> Raw:
    """Both indexes; their size and how long each took."""
    started = time.perf_counter()
    count = indexing.rebuild()
    ours = time.perf_counter() - started
    raw = Raw()
    folder = folders.current()
    assert folder is not None
    size = size_of(folder)
    row(
        f"search: index of {count:,} things (wanted: <= 1.5 of raw)",
        f"{size / raw.size:.2f} of raw tantivy ({size / 1e6:.0f} and {raw.size / 1e6:.0f} MB),"
        f" built in {ours:.0f} s ({raw.seconds:.0f} s raw)",
    )
    return raw


def measure_classes(raw: Raw) -> dict[str, tuple[float, float, float]]:
    """The page of each class of questions against the raw engine and a bare page; seconds, p95 of each."""
    figures = {}
    with serving("cmq.wsgi:application", workers=1) as (url, _), bare_site() as bare:
        for name, questions in classes(raw).items():
            figures[name] = one_class(url, bare, name, questions)
        for who, pid in memory_of_workers():
            row(f"search: memory of {who}", f"{pid / 1e6:.0f} MB")
    return figures


@contextmanager
def bare_site() -> Iterator[str]:
    """The site with the bare page."""
    with serving("bench.bare_search:served", workers=1) as (url, _):
        yield url


def one_class(url: str, bare: str, name: str, questions: list[Asked]) -> tuple[float, float, float]:
    """One row: questions in turn, each asked of the page, of a bare page and of the raw engine."""
    whole, plain, engine = [], [], []
    for question in questions:
        question.raw()
        query = urlencode(question.query, doseq=True)
        get(bare, f"/nue/?{query}")
        get(url, f"/recherche/?{query}")
    for question in questions:
        query = urlencode(question.query, doseq=True)
        whole.append(seconds(lambda query=query: get(url, f"/recherche/?{query}")))
        plain.append(seconds(lambda query=query: get(bare, f"/nue/?{query}")))
        engine.append(seconds(question.raw))
    p95 = tuple(quantile(each) for each in (whole, plain, engine))
    ratio = p95[0] / (p95[1] + p95[2])
    p50 = [statistics.median(each) * 1000 for each in (whole, plain, engine)]
    row(
        f"search: {name} (wanted: <= 3)",
        f"{ratio:.2f} (p95 {p95[0] * 1000:.1f} ms; bare page {p95[1] * 1000:.1f} + raw {p95[2] * 1000:.1f};"
        f" p50 {p50[0]:.1f}, {p50[1]:.1f} + {p50[2]:.1f})",
    )
    return p95  # type: ignore[return-value]


def classes(raw: Raw | None) -> dict[str, list[Asked]]:
    """The questions of each class, drawn from the titles in the database; without `raw`, for the pages only."""
    draw = random.Random(11)
    maker = Maker(seed=13)
    jobs = [maker.names[maker.job().code][0] for _ in range(QUESTIONS * 4)]
    common = [max(telling(title), key=len) for title in jobs][:QUESTIONS]
    pairs = [" ".join(telling(title)[:2]) for title in jobs if len(telling(title)) > 1][:QUESTIONS]
    rare_jobs = [title for job in maker.jobs[-200:] for title in [maker.names[job.code][0]]]
    rare = [max(telling(title), key=len) for title in draw.sample(rare_jobs, min(QUESTIONS, len(rare_jobs)))]
    places = [maker.commune() for _ in range(QUESTIONS)]
    beginnings = [word[:5] for word in common if len(word) > 6]
    slips = [_slip(word, draw) for word in common if len(word) > 5]
    return {
        "rare word": [_text(raw, word) for word in rare],
        "common word": [_text(raw, word) for word in common],
        "two words": [_text(raw, words) for words in pairs],
        "beginning of a word": [Asked(_of_offers(word), lambda w=word: raw.prefix(w)) for word in beginnings],
        "slip": [Asked(_of_offers(word), lambda w=word: raw.typo(w)) for word in slips],
        "text and radius": [_around(raw, word, place) for word, place in zip(common, places, strict=True)],
        "radius by distance": [_nearest(raw, word, place) for word, place in zip(common, places, strict=True)],
        "text and facets": [_facets(raw, word) for word in common],
        "newest first": [_newest(raw, word) for word in common],
        "deep page": [_deep(raw, word) for word in common if _has_deep(word)],
    }


def _of_offers(text: str, **more: object) -> dict[str, object]:
    return {"q": text, "type": "offre", "mot": 1, **more}


def _text(raw: Raw, words: str) -> Asked:
    return Asked(_of_offers(words), lambda: raw.search(raw.text(words)))


def _around(raw: Raw, word: str, place: object) -> Asked:
    lat, lon = place.latitude, place.longitude  # type: ignore[attr-defined]
    query = {"q": word, "type": "offre", "lieu": str(place), "mot": 1}
    return Asked(query, lambda: raw.around(word, lat, lon, 30))


def _nearest(raw: Raw, word: str, place: object) -> Asked:
    lat, lon = place.latitude, place.longitude  # type: ignore[attr-defined]
    query = {"q": word, "type": "offre", "lieu": str(place), "mot": 1, "tri": "distance"}
    return Asked(query, lambda: raw.nearest(word, lat, lon, 30))


def _facets(raw: Raw, word: str) -> Asked:
    query = {"q": word, "type": "offre", "contrat": "CDI", "region": "hauts-de-france", "mot": 1}
    return Asked(query, lambda: raw.facets(f"{word} AND contrat:CDI AND region:hauts-de-france"))


def _newest(raw: Raw, word: str) -> Asked:
    return Asked(_of_offers(word, tri="date"), lambda: raw.search(raw.text(word), newest=True))


def _deep(raw: Raw, word: str) -> Asked:
    offset = (DEEP - 1) * PAGE_SIZE
    return Asked(_of_offers(word, page=DEEP), lambda: raw.search(raw.text(word), offset=offset))


def _has_deep(word: str) -> bool:
    reader = folders.reader()
    assert reader is not None
    from cmq.search.answering import answer
    from cmq.search.asking import Ask

    return answer(Ask(q=word, kind="offre", is_literal=True)).total > DEEP * PAGE_SIZE


def _slip(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def measure_full_text(raw: Raw) -> None:
    """Text and facets against PostgreSQL, in this run."""
    ask = full_text()
    if ask is None:
        row("search: against PostgreSQL full text", "not measured: another database")
        return
    reader = folders.reader()
    assert reader is not None
    maker = Maker(seed=13)
    found = [max(telling(maker.names[maker.job().code][0]), key=len) for _ in range(QUESTIONS)]
    from cmq.search.understanding import understand

    ours, theirs = [], []
    for word in found:
        ask(word)
        theirs.append(seconds(lambda word=word: ask(word)))
        slots = understand(word, reader, reads_place=False).slots
        wanted = indexing.engine.Wanted(slots=slots, filters=(("kind", ("offre",)),))
        ours.append(seconds(lambda wanted=wanted: _top_and_counts(reader, wanted)))
    ratio = statistics.median(theirs) / statistics.median(ours)
    row(
        "search: text and facets (wanted: >= 10)",
        f"{ratio:.0f} times faster than PostgreSQL full text (p50 {statistics.median(ours) * 1000:.1f} and"
        f" {statistics.median(theirs) * 1000:.1f} ms, p95 {quantile(ours) * 1000:.1f} and"
        f" {quantile(theirs) * 1000:.1f})",
    )


def _top_and_counts(reader: object, wanted: object) -> None:
    reader.best(wanted, limit=PAGE_SIZE)  # type: ignore[attr-defined]
    reader.counts(wanted, ["kind", "contrat", "region"])  # type: ignore[attr-defined]


def measure_around() -> None:
    """The list of offers within 100 km, nearest first, with its counts: from the index, and from the database."""
    maker, at, ours, theirs = Maker(seed=17), timezone.now(), [], []
    for _ in range(10):
        choice = Choice(near=maker.commune(), radius=100, by_distance=True)
        offers_around(choice, at=at)
        ours.append(seconds(lambda choice=choice: offers_around(replace(choice, page=2), at=at)))
        theirs.append(seconds(lambda choice=choice: (tally(choice, at=at), list(offers_of(choice, at=at)[20:40]))))
    row(
        "search: offers within 100 km by distance (wanted from 300,000 on: < 1)",
        f"{statistics.median(ours) / statistics.median(theirs):.2f} of the database"
        f" (p50 {statistics.median(ours) * 1000:.0f} and {statistics.median(theirs) * 1000:.0f} ms,"
        f" p95 {quantile(ours) * 1000:.0f} and {quantile(theirs) * 1000:.0f})",
    )


def refresh() -> None:
    """How long the index takes to follow ten thousand changed offers."""
    numbers = list(JobOffer.objects.order_by("pk").values_list("pk", flat=True)[:CHANGED])
    JobOffer.objects.filter(pk__range=(numbers[0], numbers[-1])).update(title="Offre changée par la mesure")
    with change_set():
        record_bulk(model=JobOffer, count=len(numbers), first=numbers[0], last=numbers[-1], summary="Mesure.")
    taken = seconds(indexing.follow)
    row(f"search: refresh after {len(numbers):,} changed offers (wanted: seconds)", f"{taken:.1f} s")


def memory_of_workers() -> Iterator[tuple[str, int]]:
    """Bytes that each process below this one holds."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            parent = Path(f"/proc/{said['PPid']}/status").read_text()
        except (OSError, KeyError):
            continue
        if "granian" in said.get("Name", "") and f"PPid:\t{os.getpid()}\n" in parent and "VmRSS" in said:
            yield f"a web process ({said['Name']})", int(said["VmRSS"].split()[0]) * 1024


def seconds(act: Callable[[], object]) -> float:
    """Of one call."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def quantile(values: list[float], share: float = 0.95) -> float:
    """The value that a share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


_connections: dict[str, http.client.HTTPConnection] = {}


def get(url: str, path: str) -> bytes:
    """One page over a connection that is kept."""
    known = _connections.get(url)
    if known is None:
        known = _connections[url] = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    known.request("GET", path)
    answer = known.getresponse()
    body = answer.read()
    if answer.status in (301, 302):
        return get(url, answer.getheader("Location") or "/")
    assert answer.status == 200, (path, answer.status)
    return body


if __name__ == "__main__":
    assert settings.SEARCH_DIR and connection
    main(sys.argv[1:])
