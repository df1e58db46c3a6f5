"""What each dataset holds: what is public, whole and typed; never the demonstration, the internal, too few people."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.careers.models import JobTitle
from cmq.core.feed import change_set, record, record_bulk
from cmq.funding.models import FundingAgreement
from cmq.labels.actions import Terms, correct_decision
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.opendata.columns import Kind
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.freshness import last_changed
from tests.factories import a_keeper

from .publishing import a_job, measure, publish

pytestmark = pytest.mark.django_db
OF_CAMPUSES = [slug for slug in DATASETS if slug != "metiers"]
_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.INTEGER: int,
    Kind.NUMBER: (int, float, Decimal),
    Kind.BOOLEAN: bool,
    Kind.DAY: dt.date,
    Kind.LIST: list,
}


def rows_of(slug: str) -> list[dict[str, Any]]:
    dataset = DATASETS[slug]
    return [dict(zip(dataset.names, row, strict=True)) for row in dataset.rows(on=timezone.localdate())]


@pytest.fixture
def public() -> None:
    """A public thing of every kind, beside its demonstration and its internal twin."""
    measure(publish("Ouvert"), "apprentis", Decimal(128))
    measure(publish("Fictif", is_demo=True), "apprentis", Decimal(300))
    publish("Interne", is_public=False)
    a_job(is_regulated=False, definition="Aide des personnes.")


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_every_value_is_of_the_kind_that_its_column_says(dataset: Dataset, public: None) -> None:
    rows = rows_of(dataset.slug)
    assert rows
    for row in rows:
        for column in dataset.columns:
            value = row[column.name]
            assert value is not None or not column.is_required, column.name
            assert value is None or isinstance(value, _TYPES.get(column.kind, str)), column.name
            assert value != "" and (column.kind == Kind.LIST or value != []), column.name
            assert not column.codes or value is None or value in column.codes, column.name
            if column.kind == Kind.PARTIAL_DAY and value:
                assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value), column.name
    assert len({tuple(row[name] for name in dataset.key) for row in rows}) == len(rows)


@pytest.mark.parametrize("slug", OF_CAMPUSES)
def test_no_row_is_of_the_demonstration(slug: str, public: None) -> None:
    told = str(rows_of(slug))
    assert "Ouvert" in told
    assert "ictif" not in told


@pytest.mark.parametrize("slug", ["projets", "evenements", "financements"])
def test_what_is_internal_stays_inside(slug: str, public: None) -> None:
    (row,) = rows_of(slug)
    assert row["campus_nom"] == "Campus Ouvert"


def test_an_agreement_taken_back_is_no_longer_public(public: None) -> None:
    assert rows_of("financements")[0]["accorde"] == Decimal("1500.50")
    FundingAgreement.objects.update(withdrawn_at=timezone.now())
    assert rows_of("financements") == []


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("apprentis", "4", None),
        ("apprentis", "1", None),
        ("apprentis", "5", "5"),
        ("apprentis", "0", "0"),
        ("mobilites", "3", None),
        ("entreprises", "3", "3"),
        ("insertion-6-mois", "2", "2"),
    ],
)
def test_too_few_people_are_not_counted_in_public(code: str, number: str, shown: str | None) -> None:
    measure(publish("Ouvert"), code, Decimal(number), note="Dont Camille", proof_url="https://exemple.fr/liste")
    (row,) = rows_of("indicateurs")
    assert row["valeur"] == (Decimal(shown) if shown else None)
    assert row["masquee"] is (shown is None)
    assert (row["precision"], row["preuve"]) == ((None, None) if shown is None else ("Dont Camille", row["preuve"]))


def test_an_unknown_value_is_not_a_hidden_one() -> None:
    measure(publish("Ouvert"), "apprentis", None, note="Enquête en cours")
    (row,) = rows_of("indicateurs")
    assert (row["valeur"], row["masquee"], row["precision"]) == (None, False, "Enquête en cours")


def test_the_history_keeps_the_corrected_line_and_names_the_one_that_corrects_it() -> None:
    publish("Ouvert")
    line = LabelDecision.objects.get()
    correct_decision(
        line,
        kind=DecisionKind.AWARDED,
        decided_on=line.decided_on,
        filiere=None,
        terms=Terms(duration_years=4),
        by=a_keeper(),
    )
    old, new = rows_of("decisions")
    assert (old["numero"], old["corrigee_par"], old["duree"]) == (line.pk, new["numero"], None)
    assert (new["corrige"], new["duree"], new["date"]) == (line.pk, 4, "2024-02")


def test_more_rows_ask_no_more_queries() -> None:
    def add(number: int) -> None:
        measure(publish(f"Ouvert {number}"), "apprentis", Decimal(128))
        a_job(f"K130{number}")

    def queries(dataset: Dataset) -> int:
        with CaptureQueriesContext(connection) as counted:
            list(dataset.rows(on=timezone.localdate()))
        return len(counted)

    add(1)
    few = {slug: queries(dataset) for slug, dataset in DATASETS.items()}
    for number in range(2, 8):
        add(number)
    assert {slug: queries(dataset) for slug, dataset in DATASETS.items()} == few
    assert max(few.values()) <= 9


def test_the_last_change_is_that_of_its_own_kinds_of_objects() -> None:
    campus = publish("Ouvert")
    before = last_changed(DATASETS["campus"])
    assert before is not None and last_changed(DATASETS["metiers"]) is None
    with change_set():
        record_bulk(model=JobTitle, count=2, first="1", last="2", summary="Deux appellations.")
    after = last_changed(DATASETS["metiers"])
    assert after is not None and after > before
    assert last_changed(DATASETS["campus"]) == before
    with change_set():
        record(campus, "essai.interne", "Interne.", is_private=True)
    assert last_changed(DATASETS["campus"]) == before


def test_a_dataset_that_does_not_say_its_rows_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        type("Half", (Dataset,), {"slug": "moitie"})()
