"""Which campuses held the label on a day: one answer, in SQL, from the series of decisions."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField, Category
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.feed import position
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.labels import actions
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.labels.states import LabelState, state_of
from tests.factories import a_campus, a_keeper, a_person, an_origin

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)


def decide(campus: Campus, kind: DecisionKind, date: str, **terms: object) -> LabelDecision:
    return record_decision(
        campus=campus, kind=kind, decided_on=PartialDate.parse(date), terms=Terms(**terms), origin=an_origin()
    )


def held(day: str) -> set[str]:
    return set(Label.objects.held_on(dt.date.fromisoformat(day)).values_list("campus__name", flat=True))


def perhaps(day: str) -> set[str]:
    return set(Label.objects.perhaps_held_on(dt.date.fromisoformat(day)).values_list("campus__name", flat=True))


def test_a_label_holds_from_its_first_to_its_last_day() -> None:
    decide(a_campus("A"), DecisionKind.AWARDED, "2020-03-01", duration_years=3)
    assert held("2020-02-29") == set()
    assert held("2020-03-01") == {"A"}
    assert held("2023-02-28") == {"A"}
    assert held("2023-03-01") == set()
    assert perhaps("2023-03-01") == set()


def test_an_unknown_end_is_no_certainty_and_no_refusal() -> None:
    decide(a_campus("A"), DecisionKind.AWARDED, "2017-02")
    assert held("2017-03-01") == set()
    assert perhaps("2017-02-01") == {"A"}
    assert perhaps("2040-01-01") == {"A"}
    assert perhaps("2017-01-31") == set()


def test_a_partly_known_start_is_certain_from_its_last_possible_day() -> None:
    decide(a_campus("A"), DecisionKind.AWARDED, "2016", duration_years=4)
    assert perhaps("2016-06-01") == {"A"}
    assert held("2016-12-31") == {"A"}
    assert held("2019-12-31") == {"A"}
    assert held("2020-06-01") == set()
    assert perhaps("2020-06-01") == {"A"}
    assert perhaps("2021-01-01") == set()


def test_a_renewal_takes_over_on_its_eve_even_when_it_comes_early() -> None:
    campus = a_campus("A")
    decide(campus, DecisionKind.AWARDED, "2018-09-01", duration_years=5)
    decide(campus, DecisionKind.RAISED, "2021-02-04", duration_years=3, category=Category.EXCELLENCE)
    first, second = Label.objects.filter(campus=campus)
    assert first.ends_by == first.ends_from == dt.date(2021, 2, 3)
    assert (second.starts_from, second.ends_from) == (dt.date(2021, 2, 4), dt.date(2024, 2, 3))
    campus.refresh_from_db()
    assert campus.category == Category.EXCELLENCE


def test_an_end_closes_the_label() -> None:
    campus = a_campus("A")
    decide(campus, DecisionKind.AWARDED, "2020-01-01", duration_years=5)
    decide(campus, DecisionKind.ENDED, "2022-07-01")
    assert held("2022-06-30") == {"A"}
    assert held("2022-07-01") == set()


def test_two_sources_for_one_event_make_one_period_as_wide_as_their_doubt() -> None:
    campus = a_campus("A")
    march = decide(campus, DecisionKind.AWARDED, "2016-03")
    record_decision(
        campus=campus,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2016, 12),
        same_event_as=march,
        origin=an_origin("Région Occitanie"),
    )
    (label,) = Label.objects.filter(campus=campus)
    assert (label.starts_from, label.starts_by) == (dt.date(2016, 3, 1), dt.date(2016, 12, 31))


def test_recording_the_same_decision_twice_changes_nothing() -> None:
    campus = a_campus("A")
    decide(campus, DecisionKind.AWARDED, "2020-03-01", duration_years=3)
    before = position()
    decide(campus, DecisionKind.AWARDED, "2020-03-01", duration_years=3)
    assert position() == before
    assert campus.decisions.count() == 1


def test_a_decision_told_otherwise_is_a_correction_that_keeps_the_old_line() -> None:
    campus = a_campus("A")
    old = decide(campus, DecisionKind.AWARDED, "2020-03-01", duration_years=3)
    new = decide(campus, DecisionKind.AWARDED, "2020-03-01", duration_years=5)
    assert new.corrects == old
    assert list(campus.decisions.standing()) == [new]
    assert held("2024-12-31") == {"A"}


def test_an_unnamed_award_waits_and_is_matched_by_a_new_line() -> None:
    campus = a_campus("A", region="44")
    unnamed = record_decision(
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2022, 4, 15),
        claimed_name="(nom non donné) Grand Est",
        region=campus.region,
        terms=Terms(duration_years=3),
        origin=an_origin(),
    )
    assert list(LabelDecision.objects.unmatched()) == [unnamed]
    matched = actions.match_decision(unnamed, campus, by=a_keeper())
    assert not LabelDecision.objects.unmatched().exists()
    assert matched.corrects == unnamed
    assert list(matched.sources.all()) == list(unnamed.sources.all())
    assert held("2023-01-01") == {"A"}
    with pytest.raises(Refusal):
        actions.match_decision(unnamed, campus, by=a_keeper())


def test_an_award_is_not_matched_to_another_region_nor_by_a_stranger() -> None:
    campus = a_campus("A", region="44")
    unnamed = record_decision(
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2022, 4, 15),
        claimed_name="(nom non donné)",
        region=a_campus("B", region="32").region,
    )
    with pytest.raises(Refusal, match="autre région"):
        actions.match_decision(unnamed, campus, by=a_keeper())
    with pytest.raises(NotAllowed):
        actions.match_decision(unnamed, campus, by=a_person())


@pytest.mark.parametrize("years", [0, 6, 100])
def test_a_label_lasts_one_to_five_years_by_action_and_by_constraint(years: int) -> None:
    campus = a_campus("A")
    with pytest.raises(Refusal, match="un à cinq ans"):
        decide(campus, DecisionKind.AWARDED, "2020", duration_years=years)
    decision = LabelDecision(
        campus=campus, region=campus.region, kind=DecisionKind.AWARDED, decided_on="2020", duration_years=years
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.save()


def test_an_act_number_has_the_form_of_a_nor() -> None:
    with pytest.raises(Refusal, match="NOR"):
        decide(a_campus("A"), DecisionKind.AWARDED, "2020", nor="MENE19")
    decide(a_campus("B"), DecisionKind.AWARDED, "2020", nor="MENE1925423A")


def test_states() -> None:
    def a(name: str, *decisions: tuple[DecisionKind, str, dict[str, object]], seen: str = "") -> Campus:
        campus = a_campus(name)
        for kind, date, terms in decisions:
            decide(campus, kind, date, **terms)
        if seen:
            Campus.objects.filter(pk=campus.pk).update(last_seen_on=seen)
        return campus

    awarded, project = DecisionKind.AWARDED, DecisionKind.PROJECT
    expected = {
        LabelState.CURRENT: a("en cours", (awarded, "2025-06-01", {"duration_years": 5})),
        LabelState.TO_RENEW: a("à renouveler", (awarded, "2022-06-02", {"duration_years": 5})),
        LabelState.EXPIRED: a("expiré", (awarded, "2013-06-01", {"duration_years": 4}), seen="2016"),
        LabelState.PROJECT: a("projet", (project, "2026-02-21", {})),
        LabelState.TO_CHECK: a("sans fin connue", (awarded, "2017-02", {})),
    }
    for state, campus in expected.items():
        assert state_of(campus, on=TODAY) == state, campus.name
    assert state_of(a("sans décision"), on=TODAY) == LabelState.TO_CHECK
    seen_after = a("vu après son terme", (awarded, "2013-06-01", {"duration_years": 4}), seen="2022-12-02")
    assert state_of(seen_after, on=TODAY) == LabelState.TO_CHECK
    assert state_of(expected[LabelState.CURRENT], on=dt.date(2020, 1, 1)) == LabelState.TO_CHECK


def test_a_raise_outdates_what_was_said_before_it_and_leaves_what_is_said_after() -> None:
    campus = a_campus()
    decide(campus, DecisionKind.AWARDED, "2016-01-01", duration_years=4, category=Category.CMQ)
    decide(campus, DecisionKind.RAISED, "2020-02-06", category=Category.EXCELLENCE)
    standing = campus.facts.standing().filter(field=CampusField.CATEGORY)
    assert [fact.value for fact in standing] == [Category.EXCELLENCE]
    decide(campus, DecisionKind.RENEWED, "2018-01-01", duration_years=2, category=Category.CMQ)
    assert [fact.value for fact in standing.all()] == [Category.EXCELLENCE]
    later = Origin(observed_on=PartialDate(2024, 5, 14))
    state_fact(campus, field=CampusField.CATEGORY, value=Category.CMQ, origin=later)
    assert {fact.value for fact in standing.all()} == set(Category.values)
