"""Indicators: shipped, stated with proof, corrected with their history, shared and counted once."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.models import Campus
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.evidence import actions, rules
from cmq.evidence.actions import Statement
from cmq.evidence.models import Indicator, IndicatorValue, SumKind, ValueShare
from cmq.evidence.rules import Told, figure
from tests.factories import a_campus, a_contributor, a_director, a_person

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def indicator(code: str = "eleves") -> Indicator:
    return Indicator.objects.get(code=code)


def say(
    campus: Campus, number: str | None = "12", *, code: str = "eleves", year: int = 2025, **more: Any
) -> IndicatorValue:
    texts = {name: more.pop(name) for name in ("note", "proof_url") if name in more}
    said = Statement(Decimal(number) if number else None, **texts)
    return actions.state_value(campus, indicator(code), year=year, said=said, by=None, at=NOW, **more)


def test_indicators_are_shipped_with_definition_and_unit_and_loaded_once() -> None:
    assert Indicator.objects.count() >= 12 and actions.load_indicators() == 0
    assert set(Indicator.objects.values_list("sums", flat=True)) == set(SumKind.values)
    assert not Indicator.objects.exclude(source=None).exists()
    Indicator.objects.filter(code="eleves").update(name="Autre")
    assert actions.load_indicators() == 1 and indicator().name.startswith("Élèves")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "-1"}, "jamais négative"),
        ({"number": "1.234"}, "Deux chiffres"),
        ({"number": "100.5", "code": "insertion-6-mois"}, "ne dépasse pas 100 %"),
        ({"number": None}, "si elle est inconnue, dites pourquoi"),
        ({"year": 2027}, "n’a pas commencé"),
        ({"year": 1990}, "L’année va de"),
        ({"note": "x" * 501}, "500 signes"),
        ({"proof_url": "ftp://exemple.fr"}, "https://"),
    ],
)
def test_what_cannot_be_said(campus: Campus, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        say(campus, **fields)
    assert not IndicatorValue.objects.exists()


def test_a_correction_keeps_the_former_value_with_its_reason_and_proof(campus: Campus) -> None:
    director = a_director(campus)
    said = Statement(Decimal(12), proof=ContentFile(PDF), proof_name="preuve.pdf", proof_size=len(PDF))
    first = actions.state_value(campus, indicator(), year=2025, said=said, by=director, at=NOW)
    with pytest.raises(Refusal, match="corrigez la valeur"):
        say(campus, "13")
    with pytest.raises(Refusal, match="pourquoi"):
        actions.correct_value(first, said=Statement(Decimal(13)), reason=" ", by=director)
    new = actions.correct_value(first, said=Statement(Decimal(13)), reason="Double compte", by=director, at=NOW)
    first.refresh_from_db()
    assert (first.number, first.ended_at, new.replaces, new.proof_name) == (12, NOW, first, "preuve.pdf")
    assert list(IndicatorValue.objects.current()) == [new]
    assert Change.objects.about(new)[0].diff == {"number": ["12.00", "13"]}
    with pytest.raises(Refusal, match="entre-temps"):
        actions.correct_value(first, said=Statement(Decimal(14)), reason="Encore", by=director)
    actions.withdraw_value(new, by=director, at=NOW)
    assert not IndicatorValue.objects.current().exists()
    assert say(campus, "15").number == 15


def test_unknown_is_said_as_unknown(campus: Campus) -> None:
    value = say(campus, None, note="Enquête non faite.")
    assert value.number is None
    assert figure(SumKind.SUM, rules.told([value]), among=frozenset({campus.pk})) == rules.Figure(None, 0)


def test_strangers_say_nothing(campus: Campus) -> None:
    value = say(campus, shared_with=[a_campus()])
    share, said = value.shares.get(), Statement(Decimal(1))
    for by in (a_person(), a_contributor(a_campus())):
        acts: list[Callable[[], object]] = [
            lambda by=by: actions.state_value(campus, indicator(), year=2024, said=said, by=by, at=NOW),
            lambda by=by: actions.correct_value(value, said=said, reason="x", by=by),
            lambda by=by: actions.withdraw_value(value, by=by),
            lambda by=by: actions.confirm_share(share, by=by),
            lambda by=by: actions.end_share(share, by=by),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()


def test_a_shared_value_is_counted_once_for_all_who_confirmed_it(campus: Campus) -> None:
    other, third = a_campus(), a_campus(region="53")
    say(campus, "100"), say(other, "10"), say(third, "1")
    joint = say(campus, "50", shared_with=[other, third])

    def whole(*among: Campus) -> rules.Figure:
        values = IndicatorValue.objects.current().filter(indicator=indicator()).prefetch_related("shares")
        return figure(SumKind.SUM, rules.told(values), among=frozenset(each.pk for each in among))

    assert whole(other) == rules.Figure(Decimal(10), 1, 0)
    for share in joint.shares.all():
        actions.confirm_share(share, by=a_director(share.campus), at=NOW)
    assert whole(campus, other, third) == rules.Figure(Decimal(161), 3, 1)
    assert whole(other) == rules.Figure(Decimal(60), 1, 1)
    assert whole(third).number == 51
    assert set(IndicatorValue.objects.current().of(other)) == {joint, IndicatorValue.objects.get(number=10)}
    with pytest.raises(Refusal, match="déjà confirmée"):
        actions.confirm_share(joint.shares.get(campus=other), by=None)
    new = actions.correct_value(joint, said=Statement(Decimal(40)), reason="Erreur", by=a_director(campus), at=NOW)
    assert {share.campus for share in new.shares.filter(confirmed_at=None)} == {other, third}
    with pytest.raises(Refusal, match="corrigée"):
        actions.confirm_share(joint.shares.get(campus=other), by=None)
    actions.end_share(new.shares.get(campus=other), by=a_director(other))
    assert new.shares.count() == 1


def test_a_value_is_shared_with_another_campus_of_the_same_world(campus: Campus) -> None:
    with pytest.raises(Refusal, match="autre campus"):
        say(campus, shared_with=[campus])
    with pytest.raises(Refusal, match="pas au registre"):
        say(campus, shared_with=[a_campus(is_demo=True)])
    assert not IndicatorValue.objects.exists()


VALUES = st.lists(
    st.builds(
        Told,
        st.one_of(st.none(), st.decimals(min_value=0, max_value=10**6, places=2)),
        st.frozensets(st.integers(0, 5), min_size=1),
    )
)


@given(VALUES, st.frozensets(st.integers(0, 5)), st.frozensets(st.integers(0, 5)))
def test_sums_of_two_territories_make_that_of_both_less_what_they_share(
    values: list[Told], one: frozenset[int], two: frozenset[int]
) -> None:
    def whole(among: frozenset[int]) -> Decimal:
        return figure(SumKind.SUM, values, among=among).number or Decimal(0)

    shared = [each for each in values if each.number is not None and each.campuses & one and each.campuses & two]
    twice = sum((each.number for each in shared if each.number is not None), Decimal(0))
    assert whole(one) + whole(two) - twice == whole(one | two)
    mean = figure(SumKind.MEAN, values, among=one)
    known = [each.number for each in values if each.number is not None and each.campuses & one]
    assert (mean.number is None) == (not known)
    assert mean.number is None or min(known) <= mean.number <= max(known)
    assert figure(SumKind.NONE, values, among=one).number is None


@pytest.mark.parametrize(
    "fields",
    [
        {"number": Decimal(-1)},
        {"number": None},
        {"year": 1999},
        {"proof_name": "sans document.pdf"},
    ],
)
def test_the_database_forbids_the_same(campus: Campus, fields: dict[str, Any]) -> None:
    base = {"campus": campus, "indicator": indicator(), "year": 2025, "number": Decimal(1), "stated_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(**{**base, **fields})


def test_the_database_forbids_doubles_and_mute_corrections(campus: Campus) -> None:
    value = say(campus, shared_with=[a_campus()])
    base = {"campus": campus, "indicator": indicator(), "year": 2025, "number": Decimal(1), "stated_at": NOW}
    attempts: list[Callable[[], object]] = [
        lambda: IndicatorValue.objects.create(**base, is_joint=True),
        lambda: IndicatorValue.objects.create(**base, replaces=value),
        lambda: ValueShare.objects.create(value=value, campus=value.shares.get().campus),
        lambda: Indicator.objects.create(code="x", name="x", definition="", unit="x", sums="somme", position=99),
        lambda: Indicator.objects.create(code="x", name="x", definition="x", unit="", sums="somme", position=99),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
