"""The same figures by another way: DuckDB, on the files and the rows themselves, with no code of the product."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from cmq.reference.models import Commune, Departement, Filiere
from tests.statistics.worlds import COMMUNES

MAPPING = Path("cmq/statistics/data/rapprochement.csv")
_SCOPES = """
create table scoped as
with known as (
    select list, code, max(length(prefix)) as longest
    from (select distinct list, code from thing_code) join mapping using (list)
    where starts_with(code, prefix) group by all
), code_filiere as (
    select list, code, filiere from known join mapping using (list) where prefix = left(code, longest)
), told as (
    select distinct t.kind, t.thing, filiere from thing_code t join code_filiere using (list, code)
)
select kind, thing, 'ensemble' as scope from thing
union all
select distinct kind, thing, filiere from told where filiere <> ''
union all
select distinct kind, thing, 'hors' from told
where not exists (select 1 from told o where o.kind = told.kind and o.thing = told.thing and o.filiere <> '')
union all
select kind, thing, 'inconnu' from thing
where not exists (select 1 from told o where o.kind = thing.kind and o.thing = thing.thing)
"""


def database(survey: Path, offers: Iterable[dict[str, Any]] = (), courses: Iterable[dict[str, Any]] = ()) -> Any:
    """A DuckDB with the survey read from its CSV, the offers and the trainings, and `scoped`: thing → scope."""
    base = duckdb.connect()
    base.execute(
        "create table need as select row_number() over () as thing, columns(*)"
        " from read_csv(?, delim=';', all_varchar=true)",
        [str(survey)],
    )
    base.execute('alter table need rename column "Code métier BMO" to fap')
    base.execute(
        "create table mapping as select nomenclature as list, debut as prefix, coalesce(filiere, '') as filiere"
        " from read_csv(?, header=true, all_varchar=true)",
        [str(MAPPING)],
    )
    base.execute("create table place (commune text, dept text, region text, academie text, basin text)")
    _fill(base, "place", _places())
    base.execute("create table offer (thing int, commune text, job text, positions int)")
    live = [each for each in offers if not each["is_over"] and not each["is_demo"]]
    _fill(base, "offer", [(n, e["commune"], e["job"], e["positions"]) for n, e in enumerate(live)])
    base.execute("create table course (thing int, commune text, places int, rate int, is_secret boolean)")
    held = list(courses)
    _fill(base, "course", [(n, e["commune"], e["places"], e["rate"], e["is_secret"]) for n, e in enumerate(held)])
    base.execute(
        "create table thing as select 'need' as kind, thing from need union all"
        " select 'offer', thing from offer union all select 'course', thing from course"
    )
    base.execute("create table thing_code as select 'need' as kind, thing, 'fap' as list, fap as code from need")
    base.execute("insert into thing_code select 'offer', thing, 'rome', job from offer where job is not null")
    _fill(base, "thing_code", [("course", n, "rome", code) for n, e in enumerate(held) for code in e["jobs"]])
    base.execute(_SCOPES)
    return base


def _fill(base: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        base.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)


def _places() -> list[tuple[Any, ...]]:
    homes = {each.pk: (each.region_id, each.academie_id) for each in Departement.objects.all()}
    wanted = [*COMMUNES, "75113", "29232"]
    rows = Commune.objects.filter(pk__in=wanted).values_list("pk", "departement_id")
    return [(pk, dept, *homes[dept], COMMUNES.get(pk)) for pk, dept in rows]


NEEDS = """
select {by} as place, scope,
    coalesce(sum(try_cast(met as int)), 0), coalesce(sum(try_cast(xmet as int)), 0), count(*),
    count(*) filter (met = '*'), count(*) filter (xmet = '*')
from need join scoped using (thing) where kind = 'need' group by all
"""
OFFERS = """
select {by} as place, scope, count(*), sum(positions)
from offer join scoped using (thing) left join place using (commune) where kind = 'offer' group by all
"""
COURSES = """
select {by} as place, scope, count(*), coalesce(sum(places), 0), count(*) filter (places is null), count(rate),
    coalesce(sum(rate), 0), count(*) filter (is_secret)
from course join scoped using (thing) left join place using (commune) where kind = 'course' group by all
"""


def filiere_slugs() -> dict[int, str]:
    """Key → slug."""
    return dict(Filiere.objects.values_list("pk", "slug"))
