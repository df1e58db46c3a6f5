"""Campaigns: dated phases, frozen texts, seats."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cmq.campaigns import actions, rules
from cmq.campaigns.models import (
    PHASE_ENDS,
    Campaign,
    CampaignState,
    College,
    Criterion,
    Phase,
    Seat,
    Side,
    Specification,
)
from cmq.campaigns.texts import load_texts
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
from tests.factories import a_person
from tests.procedure.world import MONTH, START, World, a_calendar, a_college, a_world

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    return a_world()


def test_the_shipped_texts_are_exact_and_entered_once() -> None:
    assert load_texts() == 4
    assert load_texts() == 0
    specification = Specification.objects.get(version="2019")
    assert specification.criteria.count() == 11
    assert [criterion.number for criterion in specification.criteria.filter(is_incomplete=True)] == [11]
    assert specification.requirements.count() == 5
    of_2014 = College.objects.get(version="D.335-35 (2014)")
    assert Seat.objects.filter(authority__college=of_2014).count() == 18
    since_2019 = College.objects.get(version="depuis 2019")
    assert (since_2019.parity, Seat.objects.filter(authority__college=since_2019).count()) == ("moitie", 0)


def test_phases_follow_each_other_to_the_second(world: World) -> None:
    campaign = world.campaign
    assert campaign.phase(campaign.opens_at - SECOND) is Phase.ANNOUNCED
    for phase, column in list(PHASE_ENDS.items())[1:]:
        end = getattr(campaign, column)
        assert campaign.phase(end) is phase
        assert campaign.phase(end + SECOND) is not phase
    assert campaign.phase(campaign.publication_until + SECOND) is Phase.OVER


@pytest.mark.parametrize("column", list(PHASE_ENDS.values())[1:])
def test_phases_neither_overlap_nor_run_backwards(world: World, column: str) -> None:
    ends = a_calendar()
    columns = list(PHASE_ENDS.values())
    ends[column] = ends[columns[columns.index(column) - 1]]
    with pytest.raises(Refusal, match="doit finir après"):
        rules.check_calendar(ends, is_rolling=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=world.campaign.pk).update(**{column: ends[column]})


def test_a_rolling_campaign_has_no_end() -> None:
    world = a_world(ends={"opens_at": START - MONTH}, is_rolling=True)
    assert world.campaign.phase(START + 100 * MONTH) is Phase.SUBMISSION
    with pytest.raises(Refusal, match="n’a pas de fin"):
        rules.check_calendar(a_calendar(), is_rolling=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=world.campaign.pk).update(submission_until=START)


def test_opening_freezes_the_texts(world: World) -> None:
    criterion = world.campaign.specification.criteria.all()[0]
    criterion.title = "Autre chose"
    with pytest.raises(Refusal, match="nouvelle version"):
        actions.write_line(criterion, by=world.secretary)
    with pytest.raises(Refusal, match="nouvelle version"):
        actions.add_authority(world.campaign.college, name="Autre", side=Side.STATE, by=world.secretary)
    copied = actions.copy_specification(world.campaign.specification, version="2027", by=world.secretary)
    assert copied.criteria.count() == 11
    eleventh = copied.criteria.get(number=11)
    eleventh.title, eleventh.is_incomplete = "Démarche qualité", False
    actions.write_line(eleventh, by=world.secretary)
    assert Criterion.objects.filter(number=11, is_incomplete=True).count() == 1


def test_a_college_out_of_parity_opens_no_campaign(world: World) -> None:
    college = actions.copy_college(world.campaign.college, version="bancal", by=world.secretary)
    actions.add_authority(college, name="Un de trop", side=Side.STATE, by=world.secretary)
    campaign = actions.prepare_campaign(
        title="Bancale",
        specification=world.campaign.specification,
        college=college,
        ends=a_calendar(),
        by=world.secretary,
    )
    with pytest.raises(Refusal, match="pas paritaire"):
        actions.open_campaign(campaign, by=world.secretary)
    assert Campaign.objects.get(pk=campaign.pk).state == CampaignState.PREPARED


def test_a_new_holder_replaces_the_old_one(world: World) -> None:
    seat = Seat.objects.filter(authority__college=world.campaign.college)[0]
    old, new = seat.holders.get().person, a_person()
    day = dt.date(2026, 3, 1)
    actions.seat_person(seat, new, by=world.secretary, on=day)
    assert [each.person for each in seat.holders.active(day)] == [new]
    assert [each.person for each in seat.holders.active(day - dt.timedelta(days=1))] == [old]
    with pytest.raises(Refusal, match="occupe déjà"):
        actions.seat_person(seat, new, is_deputy=True, by=world.secretary, on=day)


def test_a_moved_date_is_told_to_those_it_touches(world: World) -> None:
    ends = {column: getattr(world.campaign, column) for column in PHASE_ENDS.values()}
    ends["expertise_until"] += dt.timedelta(days=3)
    people = [world.director, world.director, world.recteur]
    moved = actions.move_calendar(
        world.campaign, ends=ends, reason="Expertises en retard.", tell=people, by=world.secretary, at=world.at
    )
    assert moved == [Phase.EXPERTISE]
    letters = OutgoingMail.objects.filter(key__startswith="campaign-moved:")
    assert sorted(letter.to for letter in letters) == sorted({world.director.email, world.recteur.email})
    assert "Expertises en retard." in letters[0].text


def test_what_is_over_does_not_move(world: World) -> None:
    ends = {column: getattr(world.campaign, column) for column in PHASE_ENDS.values()}
    late = ends["submission_until"] + SECOND
    ends["submission_until"] += dt.timedelta(hours=1)
    with pytest.raises(Refusal, match="déjà terminée"):
        actions.move_calendar(world.campaign, ends=ends, reason="Trop tard.", by=world.secretary, at=late)


def test_only_the_secretariat_runs_campaigns(world: World) -> None:
    for person in (world.director, world.recteur, world.observer, a_person()):
        with pytest.raises(NotAllowed):
            actions.open_campaign(world.campaign, by=person)
        with pytest.raises(NotAllowed):
            actions.copy_college(world.campaign.college, version="x", by=person)


@pytest.mark.parametrize(("percent", "filled", "needed"), [(50, 4, 2), (50, 5, 3), (100, 3, 3), (1, 10, 1), (50, 0, 1)])
def test_quorum_is_rounded_up(percent: int, filled: int, needed: int) -> None:
    assert rules.quorum(College(quorum_percent=percent), filled) == needed


def test_parity_counts_the_economic_world_against_the_public_side() -> None:
    college = a_college(version="pair")
    seats = Seat.objects.filter(authority__college=college).select_related("authority")
    assert rules.balance(college, seats) == rules.Balance(2, 2, True)
