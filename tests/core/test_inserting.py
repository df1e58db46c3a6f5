"""Rows that are stored at once are those that Django would have stored, one by one."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from cmq.catalogue.models import InsertionRate
from cmq.core.inserting import insert_rows
from cmq.offers.models import ContractKind, JobOffer, OfferKind, OfferOrigin, OfferSource
from cmq.official.models import OfficialRun

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC)


def an_offer(**fields: Any) -> JobOffer:
    said = {"title": "Soudeur", "folded_title": "soudeur", "kind": OfferKind.JOB, "published_at": AT, "modified_at": AT}
    return JobOffer(**{**said, "confirmed_at": AT, **fields})


def test_each_value_comes_back_as_if_stored_by_django() -> None:
    said: list[dict[str, Any]] = [
        {"text": "L’été,\ttab\nligne \\ et \\N « guillemets » 'simples'", "contract": ContractKind.PERMANENT},
        {"weekly_hours": Decimal("35.5"), "latitude": 50.25, "longitude": 2.0, "is_accessible": True, "level": 3},
        {"starts_on": dt.date(2026, 9, 1), "expires_at": AT + dt.timedelta(days=3), "commune_id": "62108"},
        {"positions": 4, "is_accessible": False, "listed_at": timezone.now(), "title": "Été"},
    ]
    ours, theirs = [an_offer(**each) for each in said], [an_offer(**each) for each in said]
    insert_rows(ours)
    JobOffer.objects.bulk_create(theirs)
    for one, other in zip(ours, theirs, strict=True):
        one.refresh_from_db()
        other.refresh_from_db()
        differs = {"id", *(() if "listed_at" in said[ours.index(one)] else ("listed_at",))}
        left, right = (
            {n: v for n, v in each.__dict__.items() if n not in differs and n != "_state"} for each in (one, other)
        )
        assert left == right and one.folded_title == "soudeur"


def test_lists_and_empty_tables_too() -> None:
    insert_rows([])
    insert_rows([OfficialRun(importer="fap", started_at=AT, report={"rejected": [], "mots": "é"})])
    insert_rows([InsertionRate(period="2024", uai="0590001A", code_kind="CFD", code="1", title="CAP", way="scolaire")])
    assert model_to_dict(OfficialRun.objects.get())["report"] == {"rejected": [], "mots": "é"}
    assert InsertionRate.objects.get().further_study is None


def test_numbers_are_new_whatever_was_there_before_and_comes_after() -> None:
    first = [an_offer() for _ in range(3)]
    insert_rows(first)
    last = first[-1].pk
    JobOffer.objects.filter(pk=last).delete()
    again = [an_offer(), an_offer()]
    insert_rows(again)
    alone = JobOffer.objects.create(**{n: v for n, v in an_offer().__dict__.items() if n not in ("_state", "id")})
    numbers = [each.pk for each in (*first[:2], *again, alone)]
    assert len(set(numbers)) == 5 and min(again[0].pk, alone.pk) > last
    assert not again[0]._state.adding
    insert_rows([OfferOrigin(offer=again[0], source=OfferSource.FRANCE_TRAVAIL, number="1", seen_at=AT)])
    assert again[0].origins.get().number == "1"


def test_a_row_against_the_rules_stops_all() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([an_offer(), an_offer(title="")])
    assert not JobOffer.objects.exists()
