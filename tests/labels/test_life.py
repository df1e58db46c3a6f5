"""What happens to a label after its award: extended, suspended, withdrawn, refused its renewal, corrected, voided."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cmq.campuses.models import Campus, Category
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import AppendOnlyError, Change
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import UNKNOWN_ORIGIN, Origin
from cmq.labels import actions, review
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind, Label, LabelDecision, LabelSuspension
from cmq.labels.rules import original_of, standing_of
from cmq.labels.states import LabelState, state_of
from tests.factories import a_campus, a_keeper, a_person, an_origin
from tests.labels.deciding import decide

pytestmark = pytest.mark.django_db
K = DecisionKind
DAY = dt.timedelta(days=1)


def awarded(*, on: str = "2022-01-01", years: int = 3) -> Campus:
    campus = a_campus()
    decide(campus, K.AWARDED, on, duration_years=years)
    return campus


def days(campus: Campus, day: str) -> set[str]:
    """What SQL answers of a day."""
    on, own = dt.date.fromisoformat(day), Label.objects.filter(campus=campus)
    answers = {
        "held": own.held_on(on),
        "perhaps": own.perhaps_held_on(on),
        "suspended": own.suspended_on(on),
        "in force": own.in_force_on(on),
    }
    return {name for name, labels in answers.items() if labels.exists()}


def ends(campus: Campus) -> list[tuple[dt.date | None, dt.date | None]]:
    return list(Label.objects.filter(campus=campus).order_by("starts_from").values_list("ends_from", "ends_by"))


# --- extension --------------------------------------------------------------------------------------------------


def test_an_extension_moves_the_end_by_years_or_to_a_day() -> None:
    by_years, to_a_day = awarded(), awarded()
    extension = decide(by_years, K.EXTENDED, "2024-10-01", duration_years=1)
    decide(to_a_day, K.EXTENDED, "2024-10-01", ends_on="2025-08-31")
    assert ends(by_years) == [(dt.date(2025, 12, 31),) * 2]
    assert ends(to_a_day) == [(dt.date(2025, 8, 31),) * 2]
    assert Label.objects.get(campus=by_years).extended_by == extension
    assert days(by_years, "2025-06-01") == {"held", "in force"}


def test_an_extension_never_shortens_and_adds_to_the_one_before() -> None:
    campus = awarded()
    decide(campus, K.EXTENDED, "2024-02-01", ends_on="2023-06-30", starts_on="2023-02-01")
    assert ends(campus) == [(dt.date(2024, 12, 31),) * 2]
    decide(campus, K.EXTENDED, "2023-10-01", duration_years=1)
    decide(campus, K.EXTENDED, "2025-10-01", duration_years=1)
    assert ends(campus) == [(dt.date(2026, 12, 31),) * 2]


def test_an_extension_until_nobody_knows_when_is_certain_up_to_the_old_end() -> None:
    campus = awarded()
    decide(campus, K.EXTENDED, "2024-10-01")
    assert days(campus, "2024-12-31") == {"held", "in force"}
    assert days(campus, "2025-01-01") == {"perhaps"}
    assert state_of(campus, on=dt.date(2026, 1, 1)) == LabelState.TO_CHECK


def test_a_stated_end_closes_nothing_that_an_extension_without_end_left_open() -> None:
    campus = awarded()
    decide(campus, K.EXTENDED, "2024-10-01")
    decide(campus, K.EXTENDED, "2025-01-02", ends_on="2025-01-02")
    assert ends(campus) == [(dt.date(2025, 1, 2), None)]
    assert days(campus, "2025-01-02") == {"held", "in force"}
    assert days(campus, "2025-01-03") == {"perhaps"}
    later = decide(campus, K.EXTENDED, "2025-02-01", ends_on="2025-08-31")
    assert ends(campus) == [(dt.date(2025, 8, 31), None)]
    assert Label.objects.get(campus=campus).extended_by == later
    assert not list(review.oddities())
    decide(campus, K.RENEWED, "2026-01-01", duration_years=5)
    assert ends(campus)[0] == (dt.date(2025, 8, 31), dt.date(2025, 12, 31))


def test_an_extension_may_begin_on_the_morrow_of_the_end_and_not_later() -> None:
    campus = awarded()
    late = decide(campus, K.EXTENDED, "2025-03-01", duration_years=1)
    assert ends(campus) == [(dt.date(2024, 12, 31),) * 2]
    assert [odd.decision for odd in review.oddities()] == [late]
    decide(campus, K.EXTENDED, "2025-02-01", starts_on="2025-01-01", duration_years=1)
    assert ends(campus)[0][0] >= dt.date(2025, 12, 31)


def test_five_years_in_all_are_the_most_that_the_procedure_gives() -> None:
    campus = awarded(years=4)
    decide(campus, K.EXTENDED, "2025-10-01", origin=UNKNOWN_ORIGIN, duration_years=1)
    with pytest.raises(Refusal, match="plus de cinq ans en tout"):
        decide(campus, K.EXTENDED, "2026-10-01", origin=UNKNOWN_ORIGIN, ends_on="2027-01-01")
    with pytest.raises(Refusal, match="plus de cinq ans en tout"):
        decide(a_campus(), K.AWARDED, "2022-01-01", ends_on="2027-01-01")
    assert ends(campus) == [(dt.date(2026, 12, 31),) * 2]
    assert campus.decisions.count() == 2


def test_more_than_five_years_told_by_a_source_with_its_act_is_kept_and_shown_as_a_contradiction() -> None:
    campus = awarded(years=5)
    with pytest.raises(Refusal, match="citez-le"):
        decide(campus, K.EXTENDED, "2026-10-01", duration_years=1)
    extension = decide(campus, K.EXTENDED, "2026-10-01", duration_years=1, act="Arrêté du 1er octobre 2026")
    assert Label.objects.get(campus=campus).is_too_long
    ((odd,), why) = [odd.decision for odd in review.oddities()], review.oddities()[0].why
    assert odd == extension and "D.335-34" in why


# --- suspension -------------------------------------------------------------------------------------------------


def test_a_suspended_label_is_held_and_not_in_force_until_it_is_lifted() -> None:
    campus = awarded()
    suspension = decide(campus, K.SUSPENDED, "2023-03-01")
    assert days(campus, "2023-02-28") == {"held", "in force"}
    assert days(campus, "2023-03-01") == days(campus, "2024-12-31") == {"held", "suspended"}
    assert days(campus, "2025-01-01") == set()
    assert state_of(campus, on=dt.date(2024, 6, 1)) == LabelState.SUSPENDED
    lifting = decide(campus, K.RESTORED, "2023-06-01")
    assert days(campus, "2023-05-31") == {"held", "suspended"}
    assert days(campus, "2023-06-01") == {"held", "in force"}
    stretch = LabelSuspension.objects.get()
    assert (stretch.decision, stretch.lifted_by) == (suspension, lifting)
    assert ends(campus) == [(dt.date(2024, 12, 31),) * 2]


def test_a_suspension_may_say_its_own_last_day_and_come_again() -> None:
    campus = awarded()
    decide(campus, K.SUSPENDED, "2023-03-01", ends_on="2023-04-30")
    decide(campus, K.SUSPENDED, "2023-09-01")
    assert days(campus, "2023-04-30") == {"held", "suspended"}
    assert days(campus, "2023-05-01") == {"held", "in force"}
    assert days(campus, "2023-09-01") == {"held", "suspended"}


def test_a_suspension_known_to_the_month_leaves_that_month_open() -> None:
    campus = awarded()
    decide(campus, K.SUSPENDED, "2023-03")
    assert days(campus, "2023-03-15") == {"held"}
    assert days(campus, "2023-03-31") == {"held", "suspended"}


def test_a_suspension_of_a_label_without_known_end_lasts_as_long() -> None:
    campus = a_campus()
    decide(campus, K.AWARDED, "2022-01-01")
    decide(campus, K.SUSPENDED, "2023-03-01")
    assert days(campus, "2023-06-01") == {"perhaps"}
    decide(campus, K.RENEWED, "2024-01-01", duration_years=2)
    assert days(campus, "2024-06-01") == {"held", "in force"}


# --- withdrawal, refused renewal, end ------------------------------------------------------------------------------


def test_a_withdrawal_closes_the_label_on_its_eve() -> None:
    campus = awarded()
    decide(campus, K.WITHDRAWN, "2023-07-01")
    assert days(campus, "2023-06-30") == {"held", "in force"}
    assert days(campus, "2023-07-01") == set()
    assert state_of(campus, on=dt.date(2023, 6, 30)) == LabelState.TO_RENEW
    assert state_of(campus, on=dt.date(2023, 7, 1)) == LabelState.WITHDRAWN


def test_an_end_that_a_decision_tells_is_no_doubt_even_when_the_campus_was_seen_later() -> None:
    campus = awarded()
    decide(campus, K.ENDED, "2023-07-01")
    Campus.objects.filter(pk=campus.pk).update(last_seen_on="2024-05")
    assert state_of(campus, on=dt.date(2024, 6, 1)) == LabelState.ENDED
    never_dated = a_campus()
    decide(never_dated, K.WITHDRAWN, "2023-07-01")
    assert state_of(never_dated, on=dt.date(2024, 6, 1)) == LabelState.WITHDRAWN


def test_after_a_withdrawal_only_a_new_award_opens_a_label() -> None:
    campus = awarded()
    decide(campus, K.WITHDRAWN, "2023-07-01")
    for kind in (K.RENEWED, K.RAISED, K.EXTENDED, K.SUSPENDED, K.RESTORED, K.NOT_RENEWED):
        decide(campus, kind, "2023-09-01", duration_years=2)
    assert Label.objects.filter(campus=campus).count() == 1
    assert len(review.oddities()) == 6
    decide(campus, K.AWARDED, "2024-01-01", duration_years=2)
    assert state_of(campus, on=dt.date(2024, 2, 1)) == LabelState.CURRENT
    assert Label.objects.filter(campus=campus).count() == 2


def test_a_refused_renewal_cuts_nothing_and_stops_the_call_to_renew() -> None:
    campus = awarded()
    assert state_of(campus, on=dt.date(2024, 6, 1)) == LabelState.TO_RENEW
    decide(campus, K.NOT_RENEWED, "2024-05-01")
    assert days(campus, "2024-12-31") == {"held", "in force"}
    assert state_of(campus, on=dt.date(2024, 4, 30)) == LabelState.TO_RENEW
    assert state_of(campus, on=dt.date(2024, 6, 1)) == LabelState.CURRENT
    Campus.objects.filter(pk=campus.pk).update(last_seen_on="2025-05")
    assert state_of(campus, on=dt.date(2025, 6, 1)) == LabelState.EXPIRED


def test_a_refused_renewal_may_tell_an_end_that_nobody_knew() -> None:
    campus = a_campus()
    decide(campus, K.AWARDED, "2022-01-01")
    decide(campus, K.NOT_RENEWED, "2024-05-01", ends_on="2024-08-31")
    assert ends(campus) == [(dt.date(2024, 8, 31),) * 2]


@pytest.mark.parametrize("kind", [K.EXTENDED, K.SUSPENDED, K.RESTORED, K.WITHDRAWN, K.NOT_RENEWED])
def test_the_procedure_acts_on_a_label_that_runs(kind: DecisionKind) -> None:
    campus = a_campus()
    with pytest.raises(Refusal, match="aucun label ne court"):
        decide(campus, kind, "2023-09-01", origin=UNKNOWN_ORIGIN)
    assert not campus.decisions.exists()


def test_the_procedure_lifts_what_is_suspended_and_renews_what_runs() -> None:
    campus = awarded()
    with pytest.raises(Refusal, match="aucune suspension"):
        decide(campus, K.RESTORED, "2023-09-01", origin=UNKNOWN_ORIGIN)
    decide(campus, K.SUSPENDED, "2023-09-01", origin=UNKNOWN_ORIGIN)
    with pytest.raises(Refusal, match="déjà suspendu"):
        decide(campus, K.SUSPENDED, "2023-10-01", origin=UNKNOWN_ORIGIN)
    decide(campus, K.ENDED, "2024-01-01", origin=UNKNOWN_ORIGIN)
    with pytest.raises(Refusal, match="s’attribue de nouveau"):
        decide(campus, K.RENEWED, "2024-02-01", origin=UNKNOWN_ORIGIN, duration_years=3)


def test_an_end_before_the_beginning_is_refused_in_french() -> None:
    with pytest.raises(Refusal, match="précède son début"):
        decide(a_campus(), K.AWARDED, "2024-01-01", ends_on="2023-01-01")


def test_a_renewal_and_a_raise_of_one_day_are_one_label_with_the_duration_of_either() -> None:
    campus = awarded()
    decide(campus, K.RAISED, "2024-06-01", category=Category.EXCELLENCE)
    decide(campus, K.RENEWED, "2024-06-01", duration_years=5)
    assert ends(campus)[1:] == [(dt.date(2029, 5, 31),) * 2]
    assert Label.objects.filter(campus=campus).last().category == Category.EXCELLENCE


# --- history ----------------------------------------------------------------------------------------------------


def test_history_is_not_rewritten() -> None:
    campus = awarded()
    decision = campus.decisions.get()
    for rewrite in (
        lambda: LabelDecision.objects.filter(pk=decision.pk).update(duration_years=5),
        lambda: LabelDecision.objects.filter(pk=decision.pk).delete(),
        lambda: campus.decisions.all().delete(),
        decision.delete,
        decision.save,
        lambda: decision.save(update_fields=["duration_years", "observed_on"]),
    ):
        with pytest.raises(AppendOnlyError):
            rewrite()
    assert campus.decisions.get().duration_years == 3


def test_the_same_decision_from_a_later_source_adds_its_day_of_observation() -> None:
    campus = awarded()
    later = Origin(an_origin("Autre source").sources, PartialDate(2025, 1, 1))
    decide(campus, K.AWARDED, "2022-01-01", origin=later, duration_years=3)
    decision = campus.decisions.get()
    assert (decision.observed_on, decision.sources.count()) == (PartialDate(2025, 1, 1), 2)


def test_a_line_entered_by_mistake_is_voided_with_its_reason_and_stays() -> None:
    campus, keeper = awarded(), a_keeper()
    wrong = decide(campus, K.RAISED, "2023-01-01", duration_years=5, category=Category.EXCELLENCE)
    campus.refresh_from_db()
    assert campus.category == Category.EXCELLENCE
    voiding = actions.void_decision(wrong, reason="  C’était   un autre campus. ", by=keeper)
    assert voiding.void_reason == "C’était un autre campus."
    assert ends(campus) == [(dt.date(2024, 12, 31),) * 2]
    assert list(campus.decisions.replaced()) == [wrong]
    assert not campus.decisions.standing().filter(kind=K.RAISED).exists()
    assert (
        "Motif : C’était un autre campus."
        in Change.objects.order_by("-position")
        .filter(act="labels.void_decision")
        .values_list("summary", flat=True)
        .get()
    )
    campus.refresh_from_db()
    assert campus.category == ""
    for act in (
        lambda: actions.void_decision(wrong, reason="encore", by=keeper),
        lambda: actions.void_decision(voiding, reason="encore", by=keeper),
        lambda: actions.complete_act(wrong, nor="MENE1925423A", by=keeper),
    ):
        with pytest.raises(Refusal):
            act()
    assert decide(campus, K.RAISED, "2023-01-01", duration_years=5) not in (wrong, voiding)


def test_voiding_gives_back_the_category_of_the_decision_before() -> None:
    campus = a_campus()
    decide(campus, K.AWARDED, "2020-01-01", duration_years=5, category=Category.CMQ)
    wrong = decide(campus, K.RAISED, "2023-01-01", duration_years=5, category=Category.EXCELLENCE)
    actions.void_decision(wrong, reason="autre campus", by=a_keeper())
    campus.refresh_from_db()
    assert campus.category == Category.CMQ


def test_voiding_takes_a_reason_and_a_keeper_and_asks_for_the_other_dates_first() -> None:
    campus, keeper = awarded(), a_keeper()
    decision = campus.decisions.get()
    other = record_decision(
        campus=campus, kind=K.AWARDED, decided_on=PartialDate(2022, 3), same_event_as=decision, origin=an_origin()
    )
    with pytest.raises(NotAllowed):
        actions.void_decision(decision, reason="erreur", by=a_person())
    for reason, message in ((" ", "pourquoi"), ("x" * 301, "300"), ("erreur", "autre date")):
        with pytest.raises(Refusal, match=message):
            actions.void_decision(decision, reason=reason, by=keeper)
    actions.void_decision(other, reason="erreur", by=keeper)
    actions.void_decision(decision, reason="erreur", by=keeper)
    assert not Label.objects.filter(campus=campus).exists()


def test_a_void_line_has_a_reason_and_something_to_void_by_constraint() -> None:
    campus = awarded()
    decision = campus.decisions.get()
    for fields in (
        {"is_void": True, "corrects": decision},
        {"is_void": True, "void_reason": "erreur"},
        {"void_reason": "erreur"},
    ):
        line = LabelDecision(campus=campus, region=campus.region, kind=K.AWARDED, decided_on="2022", **fields)
        with pytest.raises(IntegrityError), transaction.atomic():
            line.save()


def test_the_act_of_a_decision_arrives_piece_by_piece_as_new_lines_of_one_label() -> None:
    campus = a_campus()
    first = decide(campus, K.AWARDED, "2024-03-01", origin=UNKNOWN_ORIGIN, duration_years=5)
    signed = actions.complete_act(first, act="arrêté du 4 mars 2024", signed_on=PartialDate(2024, 3, 4), by=None)
    published = actions.complete_act(first, nor=" mene2400001a ", published_on=PartialDate(2024, 3, 9), by=None)
    again = actions.complete_act(signed, nor="MENE2400001A", by=None)
    assert again == published
    assert (published.act, published.nor, str(published.signed_on)) == (
        "arrêté du 4 mars 2024",
        "MENE2400001A",
        "4 mars 2024",
    )
    assert campus.decisions.count() == 3 and campus.decisions.standing().count() == 1
    label = Label.objects.get(campus=campus)
    assert (label.decision, label.original) == (published, first)
    assert original_of(published) == first and standing_of(first) == published
    with pytest.raises(Refusal, match="signé le » est déjà connu : 4 mars 2024"):
        actions.complete_act(first, signed_on=PartialDate(2024, 3, 5), by=None)
    with pytest.raises(Refusal, match="NOR"):
        actions.complete_act(decide(a_campus(), K.AWARDED, "2024"), nor="MENE", by=None)
    with pytest.raises(NotAllowed):
        actions.complete_act(first, act="autre", by=a_person())


def test_the_original_of_a_matched_decision_is_the_line_without_a_name() -> None:
    campus = a_campus()
    unnamed = record_decision(
        kind=K.AWARDED, decided_on=PartialDate(2022), claimed_name="Sans nom", region=campus.region, origin=an_origin()
    )
    actions.match_decision(unnamed, campus, by=a_keeper())
    assert Label.objects.get(campus=campus).original == unnamed
