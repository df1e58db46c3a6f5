"""The last signature awards, exactly once, whatever arrives at the same instant."""

import datetime as dt

import pytest

from cmq.applications.models import ApplicationState
from cmq.awards.actions.deciding import decide, sign
from cmq.awards.actions.publishing import publish, publish_many
from cmq.awards.models import DecisionState, JointDecision
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.feed import first_broken_position
from cmq.labels.models import Label, LabelDecision
from tests.procedure.test_at_once import at_once
from tests.procedure.world import (
    World,
    a_submitted,
    a_world,
    before_the_college,
    decided,
    signed,
    signers_of,
    some_terms,
    voted,
)


@pytest.fixture
def world(db: None) -> World:
    return a_world(publishes_together=False)


def test_the_last_signature_awards_and_not_one_before(world: World) -> None:
    decision = signed(decided(world, a_submitted(world)), world, but=1)
    assert decision.state == DecisionState.SIGNING
    assert not Label.objects.filter(campus=world.campus).exists()
    decision = signed_fully(decision, world)
    assert decision.state == DecisionState.PUBLISHED
    label = Label.objects.get(campus=world.campus)
    assert (label.starts_from, label.ends_from) == (dt.date(2026, 1, 5), dt.date(2031, 1, 4))
    assert decision.item.application.state == ApplicationState.AWARDED
    assert [entry.label_decision.kind for entry in decision.entries.all()] == ["obtenu"]


def signed_fully(decision: JointDecision, world: World) -> JointDecision:
    for signature, person in signers_of(decision):
        if signature.signed_at is None:
            sign(signature, by=person, at=world.at)
    return JointDecision.objects.get(pk=decision.pk)


def test_the_wrong_authority_and_a_second_signature_are_refused(world: World) -> None:
    decision = decided(world, a_submitted(world))
    (first, person), (second, _) = signers_of(decision)[:2]
    for stranger in (world.secretary, world.director, world.recteur):
        with pytest.raises(NotAllowed, match="pour cette autorité"):
            sign(first, by=stranger, at=world.at)
    with pytest.raises(NotAllowed):
        sign(second, by=person, at=world.at)
    sign(first, by=person, at=world.at)
    with pytest.raises(Refusal, match="a déjà signé"):
        sign(first, by=person, at=world.at)


def test_terms_that_changed_are_not_signed(world: World) -> None:
    decision = decided(world, a_submitted(world))
    signature, person = signers_of(decision)[0]
    with pytest.raises(Refusal, match="rechargez"):
        sign(signature, digest="0" * 64, by=person, at=world.at)
    JointDecision.objects.filter(pk=decision.pk).update(duration_years=4)
    with pytest.raises(Refusal, match="rechargez"):
        sign(signature, digest=decision.digest, by=person, at=world.at)


@pytest.mark.parametrize("years", [0, 6, None])
def test_six_years_are_refused(world: World, years: int | None) -> None:
    application = before_the_college(a_submitted(world), world)
    with pytest.raises(Refusal, match="un à cinq ans"):
        decide(
            voted(world, application), some_terms(application, duration_years=years), by=world.secretary, at=world.at
        )
    assert not JointDecision.objects.exists()


def test_what_is_signed_waits_for_a_common_publication(db: None) -> None:
    world = a_world(publishes_together=True)
    decision = signed(decided(world, a_submitted(world)), world)
    assert decision.state == DecisionState.SIGNED
    assert not LabelDecision.objects.filter(campus=world.campus).exists()
    # Neither the file nor its history tells the campus anything yet.
    assert decision.item.application.state == ApplicationState.DECIDED
    assert not decision.item.application.moves.filter(reason__contains="Motifs").exists()
    report = publish_many([decision, decision], by=world.secretary, at=world.at)
    assert [bool(refusal) for _, refusal in report] == [False, True]
    assert LabelDecision.objects.filter(campus=world.campus).count() == 1
    with pytest.raises(NotAllowed):
        publish(decision, by=world.director, at=world.at)


@pytest.mark.usefixtures("committed_db")
def test_two_last_signatures_at_once_award_one_label() -> None:
    world = a_world(publishes_together=False)
    decision = signed(decided(world, a_submitted(world)), world, but=2)
    last = [each for each in signers_of(decision) if each[0].signed_at is None]
    at_once(*(lambda s=signature, p=person: sign(s, by=p, at=world.at) for signature, person in last))
    decision.refresh_from_db()
    assert decision.state == DecisionState.PUBLISHED
    assert Label.objects.filter(campus=world.campus).count() == 1
    assert LabelDecision.objects.filter(campus=world.campus).count() == 1
    assert decision.item.application.moves.filter(to_state=ApplicationState.AWARDED).count() == 1
    assert first_broken_position() is None


@pytest.mark.usefixtures("committed_db")
def test_one_signature_given_five_times_at_once_counts_once() -> None:
    world = a_world(publishes_together=False)
    decision = signed(decided(world, a_submitted(world)), world, but=1)
    signature, person = next(each for each in signers_of(decision) if each[0].signed_at is None)
    results = at_once(*[lambda: sign(signature, by=person, at=world.at)] * 5)
    assert sum(isinstance(each, Refusal) for each in results) == 4
    assert Label.objects.filter(campus=world.campus).count() == 1
