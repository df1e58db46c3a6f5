"""Needs against supply of the whole country on a million offers: `python -m bench.statistics [OFFERS]`.

It works in a database of its own, in a temporary folder (or where DATABASE_URL points: an empty one), on an invented
survey of 53,000 rows, 40,000 trainings and the offers. Two things are timed:

- the question, as a page asks it: the twelve filières of the country, from the cells that `cmq statistiques` made;
- the making of the cells, which reads every offer: once a day.

Against them, DuckDB answers the same from its own tables of the same rows (needs, offers and trainings by filière) and
makes the same sums by département, bassin and filière. Both answers must be equal. Wanted: the question in at most 3
times DuckDB's; here DuckDB reads every offer at each question, and we do not. The last line says what the cells cost.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-statistics-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/statistics.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

import duckdb  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from cmq.careers.actions import load_occupations  # noqa: E402
from cmq.careers.models import Occupation  # noqa: E402
from cmq.catalogue.models import Course  # noqa: E402
from cmq.labour.models import Basin, BasinCommune, JobFamily, RecruitmentNeed  # noqa: E402
from cmq.offers.models import JobOffer  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.reference.models import Commune, Departement  # noqa: E402
from cmq.statistics import actions, balance, mapping  # noqa: E402
from cmq.statistics.models import CodeList  # noqa: E402
from cmq.statistics.territories import FRANCE  # noqa: E402

ROUNDS, COURSES, BASINS, PART = 15, 40_000, 400, 20_000
QUESTION = """
with n as (select filiere, sum(planned) as planned, sum(difficult) as difficult from need
        join filiere_of on code = family group by filiere),
    o as (select filiere, count(*) as offers, sum(positions) as positions from offer
        join filiere_of on code = job group by filiere),
    c as (select filiere, count(*) as courses, sum(places) as places from course
        join filiere_of on code = job group by filiere)
select filiere, planned, difficult, offers, positions, courses, places
from n full join o using (filiere) full join c using (filiere) order by filiere
"""
CELLS = """
select departement, basin, filiere, count(*), sum(positions) from offer
join place using (commune) left join filiere_of on code = job group by all
"""


def main(total: int) -> None:
    """Fill both databases with the same, ask both the same."""
    call_command("migrate", verbosity=0)
    load_reference()
    load_occupations()
    actions.load_jobs()
    draw = random.Random(20261128)
    base = fill(draw, total)
    begun = time.perf_counter()
    made = actions.refresh()
    making = time.perf_counter() - begun
    ours, told = median_of(lambda: balance.by_filiere(FRANCE, is_demo=False))
    theirs, rows = median_of(lambda: base.sql(QUESTION).fetchall())
    check(told, rows)
    cells, _ = median_of(lambda: base.sql(CELLS).fetchall())
    kind = connection.vendor
    print(f"{f'needs against supply, {total:,} offers, DuckDB':<55} {theirs * 1000:>8.1f} ms")
    print(f"{f'needs against supply, from the cells, {kind}':<55} {ours * 1000:>8.1f} ms")
    print(f"{'  ratio (wanted: at most 3)':<55} {ours / theirs:>8.2f}")
    print(f"{f'making the {made:,} cells, once a day, {kind}':<55} {making:>8.1f} s")
    print(f"{'  DuckDB, offers by place and filière':<55} {cells * 1000:>8.1f} ms")


def median_of(question: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, the median of some rounds after a first one; and the answer."""
    answer, spent = question(), []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        question()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent), answer


def check(told: Any, rows: list[tuple[Any, ...]]) -> None:
    """Both say the same of every filière."""
    ours = {
        each.filiere.pk: (each.planned, each.difficult, each.offers, each.positions, each.courses, each.places)
        for each in told
        if each.filiere
    }
    theirs = {row[0]: tuple(int(cell or 0) for cell in row[1:]) for row in rows}
    assert ours == {pk: theirs.get(pk, (0,) * 6) for pk in ours}, (ours, theirs)


def fill(draw: random.Random, total: int) -> Any:
    """The survey, the trainings and the offers, here and in DuckDB."""
    base = duckdb.connect()
    base.execute("create table need (departement text, basin text, family text, planned int, difficult int)")
    base.execute("create table offer (commune text, job text, positions int)")
    base.execute("create table course (commune text, job text, places int)")
    base.execute("create table filiere_of (code text, filiere int)")
    base.execute("create table place (commune text, departement text, basin text)")
    needs(draw, base)
    communes = list(Commune.objects.whole().order_by("pk").values_list("pk", flat=True))
    jobs = list(Occupation.objects.order_by("pk").values_list("pk", flat=True))
    courses(draw, base, communes, jobs)
    offers(draw, base, communes, jobs, total)
    day = timezone.localdate()
    for code_list, codes in (
        (CodeList.ROME, jobs),
        (CodeList.FAP, list(JobFamily.objects.values_list("pk", flat=True))),
    ):
        known = mapping.on_day(code_list, day)
        insert(base, "filiere_of", [(code, pk) for code in codes for pk in known.of(code) or ()])
    links = dict(BasinCommune.objects.values_list("commune", "basin"))
    homes = Commune.objects.values_list("pk", "departement")
    insert(base, "place", [(pk, departement, links.get(pk)) for pk, departement in homes])
    return base


def insert(base: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Many rows into DuckDB at once."""
    base.execute("begin")
    values = ", ".join("?" * len(rows[0]))
    for start in range(0, len(rows), 1000):
        some = rows[start : start + 1000]
        flat = [cell for row in some for cell in row]
        base.execute(f"insert into {table} values {', '.join([f'({values})'] * len(some))}", flat)
    base.execute("commit")


def needs(draw: random.Random, base: Any) -> None:
    """A survey as large as the real one, one cell in five secret."""
    codes = [f"{letter}{digit}X{number}" for letter in "ABCDEFGJLMRSTV" for digit in "0123" for number in (30, 40, 60)]
    JobFamily.objects.bulk_create(JobFamily(code=code, name=code, folded_name=code) for code in codes)
    homes = list(Departement.objects.exclude(academie=None).order_by("pk").values_list("pk", "region"))
    places = [(f"{number:04d}", *homes[number % len(homes)]) for number in range(BASINS)]
    Basin.objects.bulk_create(
        Basin(code=code, name=code, departement_id=home, region_id=region) for code, home, region in places
    )
    by_home: dict[str, list[str]] = {}
    for code, home, _ in places:
        by_home.setdefault(home, []).append(code)
    communes = Commune.objects.whole().order_by("pk").values_list("pk", "departement")
    BasinCommune.objects.bulk_create(
        [BasinCommune(commune_id=pk, basin_id=draw.choice(by_home[home])) for pk, home in communes if home in by_home],
        batch_size=5000,
    )
    rows: list[tuple[Any, ...]] = []
    for code, home, _ in places:
        for family in codes:
            planned = draw.randint(5, 200) if draw.random() > 0.2 else None
            difficult = draw.randint(0, planned) if planned is not None and draw.random() > 0.2 else None
            rows.append((home, code, family, planned, difficult))
    RecruitmentNeed.objects.bulk_create(
        [
            RecruitmentNeed(
                year=2025, departement_id=home, basin_id=code, family_id=family, planned=planned, difficult=difficult
            )
            for home, code, family, planned, difficult in rows
        ],
        batch_size=5000,
    )
    insert(base, "need", rows)


def courses(draw: random.Random, base: Any, communes: list[str], jobs: list[str]) -> None:
    """Trainings of one job each."""
    rows = [(draw.choice(communes), draw.choice(jobs), draw.choice([None, 12, 24, 35])) for _ in range(COURSES)]
    made = [
        Course(
            key=f"mesure-{number}",
            title="Formation",
            folded_title="formation",
            place_name="Lieu",
            commune_id=commune,
            rome_codes=[job],
            places=places,
        )
        for number, (commune, job, places) in enumerate(rows)
    ]
    Course.objects.bulk_create(made, batch_size=2000)
    insert(base, "course", rows)


def offers(draw: random.Random, base: Any, communes: list[str], jobs: list[str], total: int) -> None:
    """Open offers, written by SQL: what they say besides is the same for all."""
    now = timezone.now()
    same = JobOffer(title="Offre", folded_title="offre", published_at=now, modified_at=now, confirmed_at=now)
    fields = [field for field in JobOffer._meta.concrete_fields if not field.primary_key]
    values = {field.column: field.get_db_prep_save(field.pre_save(same, True), connection) for field in fields}
    columns = list(values)
    marks = ", ".join(["%s"] * len(columns))
    sql = f"insert into {JobOffer._meta.db_table} ({', '.join(columns)}) values ({marks})"
    for start in range(0, total, PART):
        count = min(PART, total - start)
        rows = [(draw.choice(communes), draw.choice(jobs), draw.randint(1, 4)) for _ in range(count)]
        lines = [
            list((values | {"commune_id": commune, "occupation_id": job, "positions": positions}).values())
            for commune, job, positions in rows
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(sql, lines)
        insert(base, "offer", rows)
    connection.cursor().execute("analyze")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("CMQ_BENCH_OFFERS", "1000000")))
