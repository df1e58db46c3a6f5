"""The synthesis: counts, spread, reasons, never a name."""

from collections.abc import Callable
from dataclasses import asdict

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from cmq.applications.models import LabelApplication
from cmq.campaigns.models import Side
from cmq.campuses.models import Category
from cmq.expertise.actions.marking import abstain
from cmq.expertise.models import Advice
from cmq.expertise.synthesis import _name, spread_of, synthesis
from tests.expertise.desk import a_campaign, a_file, a_secretary, an_expert, given, handed_in


@pytest.fixture
def file(db: None) -> LabelApplication:
    return a_file(a_campaign(), category=Category.EXCELLENCE)


def test_counts_spread_and_reasons(file: LabelApplication) -> None:
    secretary = a_secretary()
    experts = [an_expert(Side.ECONOMIC), an_expert(Side.STATE), an_expert(Side.LOCAL), an_expert(Side.ECONOMIC)]
    one, two, three, four = given(file, *experts, by=secretary)
    handed_in(one, 1, advice=Advice.REFUSE), handed_in(two, 4), handed_in(three, None)
    abstain(four, reason="x", by=experts[3].person)
    said = synthesis(file)
    assert (said.experts, said.abstained, said.pending) == (3, 1, 0)
    assert (said.parity.economic, said.parity.public, said.parity.is_kept) == (1, 2, False)
    line = said.criteria[0]
    assert [count for _, count in line.counts] == [0, 1, 0, 0, 1]
    assert line.abstentions == 1
    assert (line.spread.lowest, line.spread.highest, line.spread.range, line.spread.is_divided) == (1, 4, 3, True)
    assert (line.spread.mean, line.spread.deviation) == (2.5, 1.5)
    assert {reason.letter for reason in line.reasons} == {"Expert A", "Expert B", "Expert C"}
    assert {reason.verdict for reason in line.reasons} == {"Insuffisant", "Remarquable", "Abstention"}
    requirement = said.requirements[0]
    assert (requirement.met, requirement.not_met, requirement.abstentions) == (1, 1, 1)
    assert requirement.is_divided
    assert len(said.divided) == 11
    assert said.advice_counts() == [("Accorder", 2), ("Refuser", 1)]
    assert [reason.letter for reason in said.advices] == ["Expert A", "Expert B", "Expert C"]
    text = repr(asdict(said)["criteria"]) + repr(said.advices) + repr(said.requirements)
    assert not [expert for expert in experts if str(expert) in text or expert.person.email in text]


def test_drafts_do_not_show(file: LabelApplication) -> None:
    one, _ = given(file, an_expert(), an_expert(Side.STATE), by=a_secretary())
    handed_in(one, 2)
    said = synthesis(file)
    assert (said.experts, said.pending) == (1, 1)
    assert said.criteria[0].spread.range == 0


def test_letters_are_the_same_on_every_page_and_tell_no_order(db: None) -> None:
    campaign, secretary, experts = a_campaign(), a_secretary(), [an_expert(), an_expert(Side.STATE)]
    seen = set()
    for _ in range(12):
        file = a_file(campaign)
        for expert in experts:
            expert.most_files = 50
            expert.save()
        one, other = given(file, *experts, by=secretary)
        handed_in(one, 1), handed_in(other, 4)
        first = [reason.verdict for reason in synthesis(file).criteria[0].reasons]
        assert first == [reason.verdict for reason in synthesis(file).criteria[0].reasons]
        seen.add(tuple(first))
    assert len(seen) == 2


def test_its_cost_does_not_grow_with_the_experts(
    file: LabelApplication, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    secretary = a_secretary()
    for assignment in given(file, *(an_expert() for _ in range(4)), by=secretary):
        handed_in(assignment)
    fresh = LabelApplication.objects.select_related("campaign__specification").get(pk=file.pk)
    with django_assert_max_num_queries(8):
        synthesis(fresh)


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")])
def test_letters(place: int, name: str) -> None:
    assert _name(place) == f"Expert {name}"


@any_of(st.lists(st.integers(0, 4), max_size=12))
def test_a_spread_holds_its_marks(ranks: list[int]) -> None:
    spread = spread_of(ranks)
    if not ranks:
        assert spread is None
        return
    assert spread.lowest <= spread.mean <= spread.highest
    assert 0 <= spread.deviation <= spread.range
    assert spread.is_divided == (max(ranks) - min(ranks) >= 2)
