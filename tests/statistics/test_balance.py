"""Needs against supply, recomputed by another way; what keepers change; what is secret or missing."""

import csv
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.labour.models import Basin, JobFamily, RecruitmentNeed
from cmq.official.actions import run_importer
from cmq.official.sources import needs
from cmq.reference.models import Filiere
from cmq.search.register import load_rows
from cmq.statistics import actions, balance, mapping, territories
from cmq.statistics.models import BalanceCell, BalanceRun, CodeList, FiliereJobs, Scope
from cmq.statistics.territories import FRANCE, Level
from tests.factories import a_campus, a_director, a_keeper
from tests.statistics import again
from tests.statistics.worlds import SURVEY, a_country, load_survey, some_offers

pytestmark = pytest.mark.django_db
NEED = ("planned", "difficult", "needs", "secret", "secret_difficult")
COURSE = ("courses", "places", "unknown_places", "rates", "rate_sum", "secret_rates")
# The real table, on machines that have it: a workbook as France Travail publishes it.
REAL = os.environ.get("CMQ_REAL_BMO", "")


def ours(path: str | None, names: tuple[str, ...], *, counted: str) -> set[tuple[Any, ...]]:
    """What the cells say, in the form of the other way."""
    slugs = again.filiere_slugs()
    rows = BalanceCell.objects.filter(is_demo=False).order_by()
    by = [path] if path else []
    found = rows.values(*by, "scope", "filiere").annotate(**{f"{name}_sum": Sum(name) for name in names})
    return {
        (row[path] if path else None, slugs.get(row["filiere"], row["scope"]), *(row[f"{each}_sum"] for each in names))
        for row in found
        if row[f"{counted}_sum"]
    }


def test_every_cell_is_what_duckdb_counts(tmp_path: Path) -> None:
    offers, courses = a_country(tmp_path)
    base = again.database(SURVEY, offers, courses)
    for path, need, other in (
        (None, "null", "null"),
        ("departement__region", "REG", "region"),
        ("departement", "Dept", "dept"),
        ("basin", "BE24", "basin"),
    ):
        assert ours(path, NEED, counted="needs") == set(base.sql(again.NEEDS.format(by=need)).fetchall())
        assert ours(path, ("offers", "positions"), counted="offers") == set(
            base.sql(again.OFFERS.format(by=other)).fetchall()
        )
        assert ours(path, COURSE, counted="courses") == set(base.sql(again.COURSES.format(by=other)).fetchall())
    whole = next(each for each in balance.by_filiere(FRANCE, is_demo=False) if each.scope == Scope.WHOLE)
    assert whole.needs == sum(1 for _ in SURVEY.open(encoding="utf-8")) - 1
    assert 0 < whole.secret < whole.secret_difficult < whole.needs


def test_gaps_are_those_of_another_query_and_the_largest_comes_first(tmp_path: Path) -> None:
    offers, courses = a_country(tmp_path)
    base = again.database(SURVEY, offers, courses)
    wanted = base.sql(f"""
        with n as ({again.NEEDS.format(by="Dept")}), c as ({again.COURSES.format(by="dept")})
        select n.place, n.scope, round(n."coalesce(sum(TRY_CAST(xmet AS INTEGER)), 0)"
            - (select sum(try_cast(xmet as int)) from need join scoped s using (thing)
               where s.kind = 'need' and s.scope = n.scope)::double
            * coalesce((select c."count_star()" from c where c.place = n.place and c.scope = n.scope), 0)
            / (select sum("count_star()") from c where c.scope = n.scope))::int
        from n where scope not in ('ensemble', 'hors', 'inconnu')
            and n."count_star()" > n."count_star() FILTER (WHERE (xmet = '*'))"
            and (select sum("count_star()") from c where c.scope = n.scope) > 0
    """).fetchall()
    found = balance.gaps(Level.DEPARTEMENT, filiere=None, within=FRANCE, is_demo=False, campuses=(), limit=1000)
    told = [each for each in found if each.balance.gap is not None]
    assert {(e.territory.code, e.balance.filiere.slug, e.balance.gap) for e in told} == {
        row for row in wanted if row[2] > 0
    }
    assert len(told) > 5 and told == sorted(told, key=lambda each: -each.balance.gap)


def test_what_is_not_loaded_is_unknown_and_what_is_secret_stays_so(tmp_path: Path) -> None:
    actions.load_jobs()
    actions.refresh()
    empty = balance.by_filiere(FRANCE, is_demo=False)
    assert {(each.told_planned, each.known_places, each.rate, each.gap) for each in empty} == {(None,) * 4}
    assert balance.run(is_demo=False).year is None
    load_survey(tmp_path)
    RecruitmentNeed.objects.filter(family="V0X60").update(planned=None, difficult=None, seasonal=None)
    RecruitmentNeed.objects.filter(family="T2A60").delete()
    actions.refresh()
    care = next(e for e in balance.by_filiere(FRANCE, is_demo=False) if e.filiere and "personne" in e.filiere.name)
    assert care.needs == care.secret > 0 and care.told_planned is None and care.gap is None
    # Trainings are not loaded: no gap is made of the needs alone, and the list ranks by them.
    found = balance.gaps(Level.REGION, filiere=None, within=FRANCE, is_demo=False, campuses=(), limit=50)
    assert found and {each.balance.gap for each in found} == {None}
    assert [each.balance.difficult for each in found] == sorted((e.balance.difficult for e in found), reverse=True)
    smallest = balance.run(is_demo=False).smallest
    assert care.most(care.planned, care.secret, smallest) == care.secret * (smallest - 1)


def test_the_nearest_campuses_of_the_filiere_are_named(tmp_path: Path) -> None:
    from tests.statistics.placing import placed

    a_country(tmp_path)
    near = placed("Campus proche", "Services à la personne, bien-être", "62041", region="32")
    far = placed("Campus lointain", "Services à la personne, bien-être", "29232", region="53")
    placed("Campus d’ailleurs", "Tourisme, gastronomie", "62041", region="32")
    found = balance.gaps(
        Level.BASIN,
        filiere=Filiere.objects.get(slug="services-a-la-personne-bien-etre"),
        within=FRANCE,
        is_demo=False,
        campuses=load_rows(on=timezone.localdate()),
        limit=50,
    )
    here = next(each for each in found if each.territory.code == "9901")
    assert [row.pk for row, _ in here.nearest] == [near.pk, far.pk]
    assert here.nearest[0][1] < 90 < here.nearest[1][1]


def test_few_questions_whatever_the_number_of_cells(tmp_path: Path) -> None:
    a_country(tmp_path)
    campuses, region = load_rows(on=timezone.localdate()), territories.find("region-32")
    with CaptureQueriesContext(connection) as asked:
        balance.by_filiere(region, is_demo=False)
    assert len(asked) <= 3
    with CaptureQueriesContext(connection) as asked:
        balance.gaps(Level.BASIN, filiere=None, within=FRANCE, is_demo=False, campuses=campuses, limit=30)
    assert len(asked) <= 6


def test_the_longest_beginning_decides() -> None:
    actions.load_jobs()
    assert actions.load_jobs() == 0
    names = dict(Filiere.objects.values_list("pk", "slug"))
    jobs = mapping.on_day(CodeList.FAP, timezone.localdate())
    for code, slug in (("A0X40", "alimentaire-agroalimentaire"), ("A0X42", "materiaux-materiaux-innovants")):
        assert {names[each] for each in jobs.of(code)} == {slug}
    assert jobs.of("R1X60") == mapping.OUTSIDE and jobs.of("Y9X99") is None
    assert len(jobs.of_any(["F0X33", "R1X60"])) == 2 and jobs.of_any(["R1X60", "Y9"]) == mapping.OUTSIDE
    assert jobs.of_any([]) is None


def test_the_shipped_rows_speak_of_every_job_of_the_rome() -> None:
    from cmq.careers.actions import load_occupations
    from cmq.careers.models import Occupation

    actions.load_jobs()
    load_occupations()
    jobs = mapping.on_day(CodeList.ROME, timezone.localdate())
    assert [code for code in Occupation.objects.values_list("pk", flat=True) if jobs.of(code) is None] == []


@pytest.mark.parametrize("hour", [10, 23])
def test_a_keeper_says_otherwise_with_a_reason_and_the_former_row_stays(tmp_path: Path, hour: int) -> None:
    """In the middle of the day; and when it is the next day in Paris already, not yet in UTC."""
    a_country(tmp_path)
    at = timezone.now().replace(hour=hour)
    keeper, tourism = a_keeper(), Filiere.objects.get(slug="tourisme-gastronomie")
    before = {each.label: each.needs for each in balance.by_filiere(FRANCE, is_demo=False)}
    actions.set_jobs(CodeList.FAP, "v0x60 ", filieres=[tourism], reason="Essai.", by=keeper, at=at)
    after = {each.label: each.needs for each in balance.by_filiere(FRANCE, is_demo=False)}
    moved = RecruitmentNeed.objects.filter(family="V0X60").count()
    assert after[tourism.name] - before[tourism.name] == moved > 0
    row = FiliereJobs.objects.get(prefix="V0X60", until=None)
    assert (row.decided_by, row.reason, row.source.title) == (keeper, "Essai.", actions.KEEPERS_TITLE)
    line = Change.objects.get(act="statistics.set_jobs")
    assert line.by == keeper.pk and line.diff == {"filieres": [[], [tourism.name]]}
    actions.set_jobs(CodeList.FAP, "V0X60", filieres=[], reason="On revient.", by=keeper, at=at)
    assert {each.label: each.needs for each in balance.by_filiere(FRANCE, is_demo=False)} == before
    assert FiliereJobs.objects.filter(prefix="V0X60").count() == 1


@pytest.mark.parametrize(
    ("prefix", "fields", "said"),
    [
        ("15", {}, "commence par une lettre"),
        ("V0X6012", {}, "commence par une lettre"),
        ("V’0", {}, "commence par une lettre"),
        ("V0", {"reason": " "}, "motif"),
        ("V0", {"is_outside": True}, "pas les deux"),
        ("Z7", {"filieres": []}, "rien à oublier"),
    ],
)
def test_what_cannot_be_said_is_refused(prefix: str, fields: dict[str, Any], said: str) -> None:
    actions.load_jobs()
    given = {"filieres": [Filiere.objects.first()], "reason": "Essai."} | fields
    with pytest.raises(Refusal, match=said):
        actions.set_jobs(CodeList.FAP, prefix, by=None, **given)
    with pytest.raises(NotAllowed):
        actions.set_jobs(CodeList.FAP, "V0", filieres=[], reason="x", by=a_director(a_campus()))


def test_the_demonstration_has_cells_of_its_own() -> None:
    actions.load_jobs()
    told = some_offers(60)
    basin = Basin.objects.create(code="FICT01", name="Bassin fictif", departement_id="62", is_demo=True)
    family = JobFamily.objects.create(code="V0X60", name="Aides-soignants", folded_name="aides soignants")
    RecruitmentNeed.objects.create(year=2025, family=family, basin=basin, departement_id="62", planned=40, difficult=30)
    actions.refresh()
    for is_demo in (False, True):
        whole = balance.by_filiere(FRANCE, is_demo=is_demo)[-1]
        live = [each for each in told if not each["is_over"] and each["is_demo"] == is_demo]
        assert (whole.offers, whole.needs) == (len(live), int(is_demo))
    assert [each.is_demo for each in BalanceRun.objects.order_by("is_demo")] == [False, True]


def test_territories_are_found_by_level_and_code() -> None:
    assert territories.find("region-32").name == "Hauts-de-France"
    assert territories.find("departement-2a").title == "Département : Corse-du-Sud"
    for nonsense in ("", "region-", "region-99", "pays-32", "32", "departement-62-1", "bassin-9901"):
        assert territories.find(nonsense) is None, nonsense
    assert [each.level for each in territories.meanings("32")] == [Level.DEPARTEMENT, Level.ACADEMIE, Level.REGION]
    assert territories.meanings("../x") == []


@pytest.mark.skipif(not REAL, reason="CMQ_REAL_BMO names no workbook of the survey")
def test_the_real_survey_too(tmp_path: Path) -> None:
    actions.load_jobs()
    assert run_importer(needs.NEEDS, path=Path(REAL)).refused == 0
    actions.refresh()
    book = openpyxl.load_workbook(REAL, read_only=True)
    sheet = next(each for each in book.worksheets if "open_data" in each.title)
    path = tmp_path / "bmo.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(sheet.iter_rows(values_only=True))
    base = again.database(path)
    # Not by region: the survey gives a whole bassin to one, and counts Saint-Martin with Guadeloupe; the law does not.
    for ours_by, theirs_by in ((None, "null"), ("departement", "Dept"), ("basin", "BE24")):
        assert ours(ours_by, NEED, counted="needs") == set(base.sql(again.NEEDS.format(by=theirs_by)).fetchall())
