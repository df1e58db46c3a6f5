"""The network through time, who lives near it, how long files take, who pays: counted again by hand or by DuckDB."""

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.applications.models import ApplicationState as S
from cmq.applications.models import LabelApplication, Move
from cmq.campaigns.models import Campaign, College, Specification
from cmq.evidence.actions import load_indicators
from cmq.evidence.models import Indicator, IndicatorValue, ValueShare
from cmq.funding.models import AgreementShare, FunderKind, FundingAgreement, FundingLine
from cmq.reference.models import Commune
from cmq.search.register import load_rows
from cmq.statistics import coverage, delays, network, rules
from cmq.statistics.learners import Learners, learners
from cmq.statistics.money import money
from cmq.statistics.network import Cut, Held
from cmq.statistics.territories import campuses_in, find
from tests.factories import a_campus
from tests.statistics.placing import placed

pytestmark = pytest.mark.django_db
CARE, COOKING = "Services à la personne, bien-être", "Tourisme, gastronomie"
DAY = dt.date(2026, 11, 28)


def test_campuses_of_each_year_by_filiere_and_region() -> None:
    placed("Campus un", CARE, "62108", region="32", ends=2027)
    placed("Campus deux", COOKING, "35238", region="53", ends=2024)
    a_campus("Campus sans label")
    a_campus("Campus fictif", is_demo=True)
    with CaptureQueriesContext(connection) as asked:
        years = network.years(Cut.FILIERE, on=DAY)
    assert len(asked) == 2
    assert [year.day for year in years][:2] == [dt.date(2020, 12, 31), dt.date(2021, 12, 31)]
    assert years[-1].day == DAY
    counts = {year.day.year: year.whole for year in years}
    assert counts[2022] == Held(1, 0) and counts[2023] == Held(2, 0) and counts[2026] == Held(1, 0)
    assert {year.day.year: year.by_name.get(COOKING) for year in years}[2025] is None
    assert years[-1].by_name == {CARE: Held(1, 0)}
    assert [y.whole for y in network.years(Cut.REGION, on=DAY, filiere="tourisme-gastronomie")][-1] == Held(0, 0)


def test_a_label_without_a_known_end_is_perhaps_held() -> None:
    from cmq.core.partial_dates import PartialDate
    from cmq.labels.actions import record_decision
    from cmq.labels.models import DecisionKind
    from tests.factories import an_origin

    campus = a_campus("Campus sans fin")
    record_decision(campus=campus, kind=DecisionKind.AWARDED, decided_on=PartialDate(2020, 3, 1), origin=an_origin())
    assert network.years(Cut.REGION, on=DAY)[-1].whole == Held(0, 1)


def test_labels_fall_in_the_quarter_of_their_last_day() -> None:
    first = placed("Campus un", CARE, "62108", region="32", ends=2026)
    placed("Campus deux", CARE, "62108", region="32", ends=2031)
    due, _ = network.quarters(load_rows(on=DAY), on=DAY)
    assert [quarter.short for quarter in due][:2] == ["T4 2026", "T1 2027"] and len(due) == 20
    assert [[row.pk for row in quarter.campuses] for quarter in due if quarter.campuses] == [[first.pk]]


def test_people_near_a_campus_are_those_that_duckdb_finds() -> None:
    placed("Campus un", CARE, "62108", region="32")
    placed("Campus deux", CARE, "97416", region="04")
    placed("Campus trois", COOKING, "35238", region="53")
    a_campus("Campus sans lieu", filiere=CARE)
    among = coverage.people()
    found = coverage.covered("services-a-la-personne-bien-etre", load_rows(on=DAY), among)
    base = duckdb.connect()
    base.execute("create table town (code text, region text, lat double, lon double, people bigint)")
    columns = ("pk", "departement__region", "latitude", "longitude", "population")
    rows = Commune.objects.filter(kind="commune").values_list(*columns)
    spots = [row for row in rows if row[0] in ("62108", "97416")]
    base.executemany("insert into town values (?, ?, ?, ?, ?)", _around(rows, spots))
    wanted = base.sql("""
        with spot as (select lat, lon from town where code in ('62108', '97416')),
        far as (select town.region, people, min(2 * 6371.0088 * asin(sqrt(
            sin(radians(town.lat - spot.lat) / 2) ** 2
            + cos(radians(town.lat)) * cos(radians(spot.lat)) * sin(radians(town.lon - spot.lon) / 2) ** 2))) as km
            from town, spot group by town.code, town.region, people)
        select region, coalesce(sum(people) filter (km <= 30), 0), coalesce(sum(people) filter (km <= 60), 0)
        from far group by region
    """).fetchall()
    for region, near, wide in wanted:
        assert found.by_region.get((30, region), 0) == near, region
        assert found.by_region.get((60, region), 0) == wide, region
    assert found.total == {30: sum(row[1] for row in wanted), 60: sum(row[2] for row in wanted)}
    assert len(found.campuses) == 3 and len(found.unplaced) == 1 and found.total[30] > 100_000
    assert among.total == sum(row[4] for row in rows if row[4] is not None and row[2] is not None)


def _around(rows: object, spots: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The communes in a wide square around the campuses: the others are farther than any radius."""
    return [
        row
        for row in rows
        if row[2] is not None and any(abs(row[2] - s[2]) < 1.5 and abs(row[3] - s[3]) < 1.5 for s in spots)
    ]


@given(st.lists(st.integers(0, 1000), min_size=1), st.sampled_from([0.5, 0.9]))
def test_a_quantile_is_an_observed_value_that_enough_do_not_exceed(values: list[int], share: float) -> None:
    found = rules.quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def a_campaign(name: str) -> Campaign:
    """A campaign that takes files, with the least that the tables ask."""
    specification, _ = Specification.objects.get_or_create(title="Cahier d’essai", version="essai")
    college, _ = College.objects.get_or_create(title="Collège d’essai", version="essai")
    return Campaign.objects.create(
        title=name,
        slug=name.lower().replace(" ", "-"),
        specification=specification,
        college=college,
        state="ouverte",
        is_rolling=True,
        opens_at=START,
    )


def a_file(campaign: Campaign, *path: tuple[int, S]) -> None:
    """A file handed in at the start, with its moves: (days later, state)."""
    number = LabelApplication.objects.count()
    file = LabelApplication.objects.create(
        reference=f"ESSAI-{number}",
        campaign=campaign,
        campus=a_campus(),
        kind="premiere",
        state=path[-1][1] if path else S.SUBMITTED,
        created_at=START,
        submitted_at=START,
        digest="0" * 64,
    )
    before = S.SUBMITTED
    for step, (days, state) in enumerate(path, 1):
        at = START + dt.timedelta(days)
        Move.objects.create(application=file, step=step, from_state=before, to_state=state, at=at)
        before = state


START = dt.datetime(2025, 1, 10, tzinfo=dt.UTC)


def test_delays_and_steps_of_a_campaign_and_nothing_of_one_with_few_files() -> None:
    many, few = a_campaign("Campagne nombreuse"), a_campaign("Campagne courte")
    for days in (100, 120, 140, 160):
        a_file(many, (5, S.ADMISSIBLE), (30, S.EXPERTISE), (60, S.COLLEGE), (90, S.DECIDED), (days, S.AWARDED))
    a_file(many, (5, S.ADMISSIBLE), (30, S.EXPERTISE), (60, S.COLLEGE), (90, S.DECIDED), (400, S.REFUSED))
    a_file(many, (5, S.CORRECTION), (9, S.SUBMITTED), (12, S.ADMISSIBLE))
    a_file(few, (50, S.AWARDED))
    Campaign.objects.create(
        title="Préparée", slug="p", specification=many.specification, college=many.college, is_rolling=True,
        opens_at=START,
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = {str(each.campaign): each for each in delays.by_campaign(is_demo=False)}
    assert len(asked) == 3 and set(found) == {"Campagne nombreuse", "Campagne courte"}
    told, short = found["Campagne nombreuse"], found["Campagne courte"]
    assert (told.submitted, told.decided, told.running) == (6, 5, 1)
    assert (told.median, told.ninth) == (140, 400)
    assert [number for _, number in told.funnel] == [6, 6, 5, 5, 5, 4]
    assert dict(told.outcomes) == {"Accordé": 4, "Refusé": 1, "Ajourné": 0, "Irrecevable": 0, "Retiré": 0}
    assert not short.is_published and (short.funnel, short.outcomes, short.median) == ((), (), None)


def test_money_counts_public_agreements_once_to_the_cent() -> None:
    holder, sharer = placed("Campus un", CARE, "62108", region="32"), placed("Campus deux", CARE, "35238", region="53")
    common: dict[str, Any] = {"campus": holder, "purpose": "Essai", "is_public": True}
    joint = FundingAgreement.objects.create(kind=FunderKind.REGION, granted_total=Decimal("1000.30"), **common)
    AgreementShare.objects.create(agreement=joint, campus=sharer, confirmed_at=timezone.now())
    FundingLine.objects.create(agreement=joint, year=2025, granted=Decimal("300.10"), paid=Decimal("0.10"))
    FundingLine.objects.create(agreement=joint, year=2026, granted=Decimal("300.10"))
    FundingAgreement.objects.create(kind=FunderKind.STATE, granted_total=Decimal("0.70"), **common)
    hidden = FundingAgreement.objects.create(kind=FunderKind.STATE, **{**common, "is_public": False})
    FundingLine.objects.create(agreement=hidden, year=2025, granted=Decimal(999))
    taken_back = FundingAgreement.objects.create(kind=FunderKind.CNSA, withdrawn_at=timezone.now(), **common)
    FundingLine.objects.create(agreement=taken_back, year=2025, granted=Decimal(5))
    found = money(is_demo=False)
    assert (found.agreements, found.campuses, found.years) == (2, 1, (2025, 2026))
    assert found.whole.granted == Decimal("1001.00") and found.whole.paid == Decimal("0.10")
    assert found.cells[FunderKind.REGION, None].granted == Decimal("400.10")
    assert found.of_year(2025).granted == Decimal("300.10") and found.cells[FunderKind.REGION, 2026].paid is None
    assert found.kinds == [FunderKind.REGION, FunderKind.STATE]
    elsewhere = find("region-53")
    assert elsewhere is not None and campuses_in(elsewhere) == {sharer.pk}
    assert money(is_demo=False, among=campuses_in(elsewhere)).agreements == 0
    for slug in ("region-32", "departement-62", "academie-09"):
        place = find(slug)
        assert place is not None and campuses_in(place) == {holder.pk}, slug


def test_learners_are_added_up_once_and_who_said_nothing_is_missing() -> None:
    load_indicators()
    one, other, silent = (placed(f"Campus {n}", CARE, "62108", region="32") for n in "abc")
    pupils, apprentices = (Indicator.objects.get(code=code) for code in ("eleves", "apprentis"))
    now = timezone.now()
    for campus, indicator, year, number in (
        (one, pupils, 2024, 7),
        (one, pupils, 2025, 100),
        (other, pupils, 2025, 30),
        (other, apprentices, 2025, 5),
    ):
        IndicatorValue.objects.create(campus=campus, indicator=indicator, year=year, number=number, stated_at=now)
    joint = IndicatorValue.objects.create(
        campus=one, indicator=apprentices, year=2025, number=11, is_joint=True, stated_at=now
    )
    ValueShare.objects.create(value=joint, campus=other, confirmed_at=now)
    everyone = frozenset([one.pk, other.pk, silent.pk])
    assert learners(everyone, is_demo=False) == Learners(2025, 146, 2, 3)
    assert learners(frozenset([silent.pk]), is_demo=False) == Learners(None, None, 0, 1)
    # Three people could be found again: their status is left out, and said to be.
    students = Indicator.objects.get(code="etudiants")
    IndicatorValue.objects.create(campus=one, indicator=students, year=2025, number=3, stated_at=now)
    assert learners(everyone, is_demo=False) == Learners(2025, 146, 2, 3, 1)
