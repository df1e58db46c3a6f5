"""Open data against bare code: `python -m bench.opendata [ROWS]`; a hundred thousand rows when not said.

In a database of its own, in a temporary folder (or where DATABASE_URL points: an empty one). The CSV of the dataset
« indicateurs » is streamed to nowhere, against a bare cursor that reads the same rows with one statement and writes
the same bytes with `csv.writer`; wanted: at least 0.50, and flat memory. Then the p95 of a page of the API, fifty rows,
against a bare JSON view of the same rows; wanted: at most 2.
"""

import csv
import gc
import io
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-opendata-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/opendata.sqlite3")
os.environ.setdefault("CMQ_API_PER_MINUTE", "1000000000")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.measuring import row  # noqa: E402
from cmq.campuses.models import Campus  # noqa: E402
from cmq.evidence.actions import load_indicators  # noqa: E402
from cmq.evidence.models import Indicator, IndicatorValue  # noqa: E402
from cmq.opendata.datasets import DATASETS  # noqa: E402
from cmq.opendata.formats import write_csv  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.reference.models import Region  # noqa: E402

ROUNDS = 3
CALLS = 200
YEARS = range(2010, 2101)
BARE = """
    SELECT v.id, c.slug, c.name, '', i.code, i.name, i.family, i.unit, v.year,
        CASE WHEN {small} THEN NULL ELSE {number} END, CASE WHEN {small} THEN 'true' ELSE 'false' END,
        CASE WHEN v.is_joint THEN 'true' ELSE 'false' END, CASE WHEN {small} THEN NULL ELSE v.note END,
        CASE WHEN {small} THEN NULL ELSE v.proof_url END, {day}
    FROM evidence_indicatorvalue v
    JOIN campuses_campus c ON c.id = v.campus_id JOIN evidence_indicator i ON i.id = v.indicator_id
    WHERE v.ended_at IS NULL AND NOT c.is_demo ORDER BY v.id
"""
SMALL = "(v.number > 0 AND v.number < 5 AND i.unit NOT IN ('places', 'entreprises', '%', '€'))"


def main(total: int) -> None:
    """Fill the database, then the rows of the report."""
    call_command("migrate", verbosity=0)
    load_reference()
    load_indicators()
    fill(total)
    stream(total)
    api("indicateurs")


def fill(total: int) -> None:
    """A register of so many values, unless it has some already."""
    if IndicatorValue.objects.exists():
        return
    region = Region.objects.order_by("code").first()
    indicators = list(Indicator.objects.all())
    count = -(-total // (len(indicators) * len(YEARS)))
    campuses = [Campus(name=f"Campus {n:05}", slug=f"campus-{n:05}", region=region) for n in range(count)]
    Campus.objects.bulk_create(campuses, batch_size=500)
    kept = list(Campus.objects.order_by("pk"))
    values = (
        IndicatorValue(campus=campus, indicator=each, year=year, number=year % 97, stated_at=timezone.now())
        for campus in kept
        for each in indicators
        for year in YEARS
    )
    held: list[IndicatorValue] = []
    for number, value in enumerate(values):
        if number >= total:
            break
        held.append(value)
        if len(held) == 5_000:
            IndicatorValue.objects.bulk_create(held)
            held.clear()
    IndicatorValue.objects.bulk_create(held)


def stream(total: int) -> None:
    """One row: bytes a second, the ratio, the memory that streaming took."""
    dataset, on = DATASETS["indicateurs"], timezone.localdate()
    times, sizes = [], []
    for _ in range(ROUNDS):
        gc.collect()
        bare, size = timed(bare_csv)
        before = peak()
        ours, same = timed(lambda: write_csv(dataset, dataset.rows(on=on)))
        times.append((bare, ours, peak() - before))
        sizes.append((size, same))
    bare, ours, memory = (statistics.median(each) for each in zip(*times, strict=True))
    assert all(size == same for size, same in sizes), sizes
    megabytes = sizes[0][0] / 1e6
    told = f"{bare / ours:.2f} of a bare cursor ({megabytes / ours:.1f} and {megabytes / bare:.1f} MB/s)"
    row(f"CSV of {total:,} rows (≥ 0.50)", f"{told}, {memory / 1024:.0f} MB more memory at its peak")


def bare_csv() -> Iterator[bytes]:
    """The same bytes, by one statement and the csv module."""
    number = "printf('%.2f', v.number)" if connection.vendor == "sqlite" else "v.number"
    day = "substr(v.stated_at, 1, 10)" if connection.vendor == "sqlite" else "(v.stated_at AT TIME ZONE 'UTC')::date"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(DATASETS["indicateurs"].names)
    with connection.cursor() as cursor:
        cursor.execute(BARE.format(small=SMALL, day=day, number=number))
        while rows := cursor.fetchmany(500):
            writer.writerows(rows)
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()


def timed(make: Callable[[], Iterator[bytes]]) -> tuple[float, int]:
    """Seconds, and bytes."""
    begun = time.perf_counter()
    size = sum(map(len, make()))
    return time.perf_counter() - begun, size


def peak() -> int:
    """The most memory that this process has held, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def api(slug: str) -> None:
    """Two rows: pages that nobody has asked before, and one that was asked already."""
    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    with override_settings(ROOT_URLCONF="bench.bare_api"):
        keys = list(DATASETS[slug].queryset(on=timezone.localdate()).values_list(DATASETS[slug].key_field, flat=True))
        bare = p95(client, [f"/nue/{slug}?after={keys[n % len(keys)]}" for n in range(CALLS)])
        addresses, address = [], f"/api/v1/{slug}"
        for _ in range(CALLS):
            told: Any = client.get(address).json()
            addresses.append(f"{address}{'&' if '?' in address else '?'}fields={','.join(DATASETS[slug].names)}")
            address = (told["next"] or f"/api/v1/{slug}").removeprefix(settings.SITE_URL)
        fresh = p95(client, addresses)
        known = p95(client, [addresses[0]] * CALLS)
    figures = f"({fresh * 1000:.1f} and {bare * 1000:.1f} ms)"
    row(f"API {slug}: p95 of pages never asked (≤ 2)", f"{fresh / bare:.2f} of a bare JSON view {figures}")
    row(f"API {slug}: p95 of a page asked already", f"{known / bare:.2f} of it ({known * 1000:.1f} ms)")


def p95(client: Client, addresses: list[str]) -> float:
    """Seconds."""
    times = []
    for address in addresses:
        begun = time.perf_counter()
        assert client.get(address).status_code == 200, address
        times.append(time.perf_counter() - begun)
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
