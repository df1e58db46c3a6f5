"""The identifier of an award, and how its label stands on any day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import correct_decision, match_decision, record_decision, void_decision
from cmq.labels.models import DateNature
from cmq.labels.models import DecisionKind as K
from cmq.proof.identifiers import ALPHABET, key_of, public_id
from cmq.proof.rules import Award, Standing, award_of, following, standing_on
from cmq.proof.wording import doubts
from tests.factories import a_campus, a_keeper, an_origin
from tests.proof.making import again, an_award, decide

pytestmark = pytest.mark.django_db
KEYS = st.integers(1, 2**39)


def on(award: Award, day: str) -> str:
    return standing_on(award, dt.date.fromisoformat(day)).value


@given(KEYS)
def test_an_identifier_is_read_back_however_it_was_copied(key: int) -> None:
    identifier = public_id(key)
    assert len(identifier) == 11
    careless = identifier.replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert key_of(identifier) == key_of(careless) == key


@given(KEYS, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_most_wrong_copies_are_told(key: int, place: int, sign: str) -> None:
    """A sign that was taken for another is never the neighbour's award."""
    identifier = public_id(key)
    wrong = identifier[:place] + sign + identifier[place + 1 :]
    assert key_of(wrong) in (None, key) or key_of(wrong) > 2**20 or abs(key_of(wrong) - key) > 1000


@pytest.mark.parametrize("text", ["", "-", "x", "ABCDE-FGHIJ", "é" * 10, "0" * 10, "../../etc", "9" * 4000])
def test_what_is_no_identifier(text: str) -> None:
    assert key_of(text) is None
    assert award_of(text) is None


def test_identifiers_do_not_follow_each_other() -> None:
    assert len({public_id(key)[0] for key in range(1, 40)}) > 10


def test_a_label_through_its_days() -> None:
    award = an_award("2024-09-01", years=2)
    assert doubts(award) == []
    days = ("2024-08-31", "2024-09-01", "2026-08-31", "2026-09-01")
    assert [on(award, day) for day in days] == ["a-venir", "valide", "valide", "expire"]


def test_an_unknown_end_is_uncertain() -> None:
    award = an_award(years=None)
    assert doubts(award)
    assert [on(award, day) for day in ("2024-08-31", "2024-09-01", "2050-01-01")] == ["a-venir"] + ["incertain"] * 2


def test_a_partly_known_start_is_uncertain_in_between() -> None:
    award = an_award("2024", years=1)
    assert doubts(award)
    days = ("2023-12-31", "2024-06-01", "2024-12-31", "2025-06-01", "2026-01-01")
    assert [on(award, day) for day in days] == ["a-venir", "incertain", "valide", "incertain", "expire"]


@pytest.mark.parametrize(
    ("doubtful", "word"),
    [({"date_nature": DateNature.ANNOUNCEMENT}, "annonce"), ({"date_nature": DateNature.NO_LATER}, "au plus tard")],
)
def test_a_date_that_is_not_the_acts_is_no_certain_start(doubtful: dict[str, object], word: str) -> None:
    assert word in " ".join(doubts(an_award(**doubtful)))
    assert doubts(an_award(starts_on="2024-10-01", ends_on="2026-09-30", **doubtful)) == []


def test_a_label_longer_than_the_law_allows_is_not_attested() -> None:
    assert "plus de cinq ans" in " ".join(doubts(an_award("2018-01-01", years=None, ends_on="2025-12-31")))


def test_what_was_deduced_or_is_hardly_trusted_is_not_attested() -> None:
    for trouble in ({"is_deduced": True}, {"reliability": Reliability.LOW}):
        decision = record_decision(
            kind=K.AWARDED,
            decided_on=PartialDate(2024, 1, 1),
            campus=a_campus(),
            terms=decide_terms(duration_years=3),
            origin=an_origin(**trouble),
        )
        assert doubts(again(decision))


def test_a_suspension_and_its_lifting() -> None:
    award = an_award("2024-01-01", years=3)
    decide(award.campus, K.SUSPENDED, "2025-03-01")
    decide(award.campus, K.RESTORED, "2025-06-01")
    award = again(award.original)
    days = ("2025-02-28", "2025-03-01", "2025-05-31", "2025-06-01")
    assert [on(award, day) for day in days] == ["valide", "suspendu", "suspendu", "valide"]


def test_a_suspension_known_to_the_month_is_uncertain_in_that_month() -> None:
    award = an_award("2024-01-01", years=3)
    decide(award.campus, K.SUSPENDED, "2025-03")
    award = again(award.original)
    assert [on(award, day) for day in ("2025-02-28", "2025-03-15", "2025-03-31", "2026-12-31")] == [
        "valide", "incertain", "suspendu", "suspendu",
    ]  # fmt: skip


def test_a_withdrawal_and_an_end() -> None:
    withdrawn, ended = an_award("2024-01-01", years=3), an_award("2024-01-01", years=3)
    decide(withdrawn.campus, K.WITHDRAWN, "2025-03-01")
    decide(ended.campus, K.ENDED, "2025-03-01")
    days = ("2025-02-28", "2025-03-01", "2030-01-01")
    assert [on(again(withdrawn.original), day) for day in days] == ["valide", "retire", "retire"]
    assert [on(again(ended.original), day) for day in days] == ["valide", "termine", "termine"]


def test_an_extension_moves_the_end() -> None:
    award = an_award("2024-01-01", years=1)
    decide(award.campus, K.EXTENDED, "2024-12-01", ends_on="2025-06-30")
    award = again(award.original)
    assert [on(award, day) for day in ("2025-06-30", "2025-07-01")] == ["valide", "expire"]


def test_a_renewal_is_an_award_of_its_own_and_takes_over() -> None:
    first = an_award("2021-01-01", years=4)
    second = again(decide(first.campus, K.RENEWED, "2024-01-01", duration_years=3))
    first = again(first.original)
    assert first.public_id != second.public_id
    assert [on(first, "2023-12-31"), on(first, "2024-01-01")] == ["valide", "expire"]
    assert [on(second, "2023-12-31"), on(second, "2024-01-01")] == ["a-venir", "valide"]
    assert following(first) == second.label and following(second) is None


def test_a_correction_keeps_the_identifier() -> None:
    award, keeper = an_award("2024-09-01", years=5), a_keeper()
    corrected = correct_decision(
        award.decision,
        kind=K.AWARDED,
        decided_on=PartialDate(2024, 9, 1),
        filiere=None,
        terms=decide_terms(duration_years=2),
        by=keeper,
    )
    after = again(award.original)
    assert after.decision == corrected and after.public_id == award.public_id
    assert on(after, "2026-09-01") == "expire"
    assert award_of(public_id(corrected.pk)) is None


def decide_terms(**terms: object) -> object:
    from cmq.labels.actions import Terms

    return Terms(**terms)


def test_a_line_entered_by_mistake_has_no_effect() -> None:
    award = an_award()
    void_decision(award.decision, reason="Saisie deux fois.", by=a_keeper())
    after = again(award.original)
    assert after.label is None and on(after, "2025-01-01") == Standing.VOID


def test_another_date_for_an_event_is_that_events_award() -> None:
    award = an_award("2024-09-01")
    other = record_decision(
        kind=K.AWARDED, decided_on=PartialDate(2024, 10), campus=award.campus, same_event_as=award.decision,
        origin=an_origin(),
    )  # fmt: skip
    assert again(other).original == award.original


def test_an_unnamed_award_has_no_page_until_it_is_matched() -> None:
    campus = a_campus()
    unnamed = record_decision(
        kind=K.AWARDED, decided_on=PartialDate(2024, 1, 1), claimed_name="Sans nom", region=campus.region
    )
    assert award_of(public_id(unnamed.pk)) is None
    match_decision(unnamed, campus, by=a_keeper())
    assert again(unnamed).campus == campus


def test_what_opens_no_label_has_no_page() -> None:
    assert award_of(public_id(decide(a_campus(), K.PROJECT, "2024").pk)) is None
    assert award_of(public_id(10**6)) is None
