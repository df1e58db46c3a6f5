"""Positions taken by those who sit, until the vote is closed; each refusal in French; several at once."""

import threading
from typing import Any

import pytest
from django.db import connection

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns.actions import seat_person
from cmq.campaigns.models import SeatHolder
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.meetings import (
    attend,
    close_meeting,
    leave,
    open_meeting,
    prepare_meeting,
)
from cmq.deliberation.actions.voting import abstain, conclude, reopen, take_position
from cmq.deliberation.models import AgendaItem, Meeting, Position
from cmq.deliberation.tally import tally
from cmq.expertise.models import Advice
from tests.deliberation.room import Room, a_room, a_tabled_file, a_tabled_measure
from tests.expertise.desk import LONG_AGO, NOW
from tests.factories import a_keeper, a_person

A = Advice.AWARD


@pytest.fixture
def room(db: None) -> Room:
    return a_room()


@pytest.fixture
def meeting(room: Room) -> Meeting:
    return prepare_meeting(room.campaign, title="Séance", held_at=NOW, place="Paris", by=room.secretary)


def refused(sentence: str) -> Any:
    return pytest.raises(Refusal, match=sentence)


def test_a_position_can_be_changed_until_the_vote_is_closed(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    person = room.people[0]
    first = take_position(item, advice=A, by=person, at=NOW)
    again = take_position(item, advice=Advice.SHORTER, years=3, reasons=" Un essai. ", by=person, at=NOW)
    assert first.pk == again.pk
    again.refresh_from_db()
    assert (again.advice, again.years, again.reasons, again.person) == ("plus_court", 3, "Un essai.", person)
    abstained = abstain(item, reasons="Je ne sais plus.", by=person, at=NOW)
    abstained.refresh_from_db()
    assert (abstained.pk, abstained.advice, abstained.years) == (first.pk, "", None)
    assert str(abstained).endswith("abstention")
    room.vote(item, A, A)
    conclude(item, by=room.secretary, at=NOW)
    for act in (
        lambda: take_position(item, advice=A, by=person, at=NOW),
        lambda: abstain(item, reasons="x", by=person, at=NOW),
    ):
        with refused("Le vote sur ce point est clos"):
            act()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"advice": "autre"}, "Choisissez une position"),
        ({"advice": ""}, "Choisissez une position"),
        ({"advice": Advice.REFUSE}, "Donnez vos motifs"),
        ({"advice": Advice.DEFER, "reasons": "  "}, "Donnez vos motifs"),
        ({"advice": Advice.SHORTER, "reasons": "x"}, "de 1 à 4 an"),
        ({"advice": Advice.SHORTER, "years": 5, "reasons": "x"}, "de 1 à 4 an"),
        ({"advice": Advice.SHORTER, "years": 0, "reasons": "x"}, "de 1 à 4 an"),
        ({"advice": Advice.AWARD, "years": 3}, "Une durée ne s’indique"),
        ({"advice": Advice.REFUSE, "reasons": "x" * 5_001}, "5 000"),
    ],
)
def test_what_a_position_may_not_say(room: Room, said: dict[str, Any], sentence: str) -> None:
    item = room.table(a_tabled_file(room))
    with refused(sentence):
        take_position(item, by=room.people[0], at=NOW, **said)
    assert not Position.objects.exists()


def test_a_shorter_award_where_there_is_no_shorter_one(room: Room) -> None:
    a_year = a_tabled_file(room, duration_years=1)
    change = a_tabled_file(room, ApplicationKind.CHANGE)
    room.table(a_year, change, a_tabled_measure(room))
    for item, sentence in zip(room.items, ("déjà la durée", "ne donne pas de durée", "ne donne pas"), strict=True):
        with refused(sentence):
            take_position(item, advice=Advice.SHORTER, years=1, reasons="x", by=room.people[0], at=NOW)


def test_only_those_who_sit_take_position(room: Room) -> None:
    item = room.table(a_tabled_file(room), sitting=2)
    for person in (room.secretary, a_keeper(), a_person()):
        with pytest.raises(NotAllowed):
            take_position(item, advice=A, by=person, at=NOW)
        with pytest.raises(NotAllowed):
            abstain(item, reasons="x", by=person, at=NOW)
    with refused("ne siégez pas en ce moment"):
        take_position(item, advice=A, by=room.people[2], at=NOW)
    leave(room.meeting.attendances.get(person=room.people[0]), by=room.secretary, at=NOW)
    with refused("ne siégez pas en ce moment"):
        take_position(item, advice=A, by=room.people[0], at=NOW)
    # A deputy whose holder has come gave the seat back.
    deputy = a_person()
    holder = seat_person(room.seats[3], deputy, is_deputy=True, by=None, on=LONG_AGO)
    attend(room.meeting, holder, by=deputy, at=NOW)
    take_position(item, advice=A, by=deputy, at=NOW)
    attend(room.meeting, room.holders[3], by=room.people[3], at=NOW)
    with refused("ne siégez pas en ce moment"):
        take_position(item, advice=A, by=deputy, at=NOW)
    assert take_position(item, advice=A, by=room.people[3], at=NOW).seat == room.seats[3]
    assert item.positions.count() == 1


def test_who_is_replaced_during_the_meeting_votes_no_more(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    SeatHolder.objects.filter(pk=room.holders[0].pk).update(ends_on=NOW.date(), starts_on=LONG_AGO)
    other = seat_person(room.seats[1], room.people[0], is_deputy=True, by=None, on=LONG_AGO)
    assert other.pk
    with refused("Vous ne tenez plus ce siège"):
        take_position(item, advice=A, by=room.people[0], at=NOW)


def test_a_conflict_of_interest_obliges_to_abstain(room: Room) -> None:
    file = a_tabled_file(room)
    item = room.table(file)
    person = room.people[0]
    CampusMembership.objects.create(
        campus=file.campus,
        role=CampusRole.DIRECTOR,
        person=person,
        invited_email=person.email,
        invited_at=NOW,
        starts_on=LONG_AGO,
    )
    with refused("Vous devez vous abstenir sur ce point. A un rôle dans le campus"):
        take_position(item, advice=A, by=person, at=NOW)
    with refused("Dites pourquoi"):
        abstain(item, reasons=" ", by=person, at=NOW)
    abstain(item, reasons="Je dirige ce campus.", by=person, at=NOW)


def test_nothing_is_said_outside_an_open_meeting(room: Room) -> None:
    meeting = prepare_meeting(room.campaign, title="Séance", held_at=NOW, by=room.secretary)
    item = add_item(meeting, a_tabled_file(room), by=room.secretary)
    acts = (
        lambda: take_position(item, advice=A, by=room.people[0], at=NOW),
        lambda: abstain(item, reasons="x", by=room.people[0], at=NOW),
        lambda: conclude(item, by=room.secretary, at=NOW),
        lambda: reopen(item, by=room.secretary),
    )
    for act in acts:
        with refused("La séance n’est pas ouverte"):
            act()
    open_meeting(meeting, by=room.secretary, at=NOW)
    close_meeting(meeting, by=room.secretary, at=NOW)
    for act in acts:
        with refused("La séance n’est pas ouverte"):
            act()


def test_a_vote_is_closed_once_and_can_be_opened_again(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, A, Advice.REFUSE)
    with pytest.raises(NotAllowed):
        conclude(item, by=room.people[0], at=NOW)
    assert conclude(item, by=room.secretary, at=NOW).by_casting_vote
    with refused("déjà clos"):
        conclude(item, by=room.secretary, at=NOW)
    with pytest.raises(NotAllowed):
        reopen(item, by=room.people[0])
    reopen(item, by=room.secretary)
    with refused("n’est pas clos"):
        reopen(item, by=room.secretary)
    room.vote(item, A, A)
    assert not conclude(item, by=room.secretary, at=NOW).by_casting_vote
    LabelApplication.objects.update(state=ApplicationState.DECIDED)
    with refused("plus devant le collège"):
        reopen(item, by=room.secretary)


def test_equals_without_a_casting_vote_decide_nothing(db: None) -> None:
    room = a_room(has_casting_vote=False)
    item = room.table(a_tabled_file(room))
    room.vote(item, A, Advice.REFUSE)
    with refused("à égalité"):
        conclude(item, by=room.secretary, at=NOW)
    room.vote(item, A, Advice.REFUSE, A)
    assert conclude(item, by=room.secretary, at=NOW).outcome == "accorde"


def test_the_journal_does_not_tell_a_vote_before_it_is_decided(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, Advice.REFUSE, A, A)
    conclude(item, by=room.secretary, at=NOW)
    lines = Change.objects.filter(act__startswith="deliberation.")
    assert lines.count() == 11
    for line in lines:
        assert line.is_private
        assert "efuse" not in f"{line.summary} {line.diff}"


# Several at once


def all_at_once(*acts: Any) -> list[str]:
    together, outcomes = threading.Barrier(len(acts)), []

    def run(act: Any) -> None:
        together.wait()
        try:
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_all_vote_at_once_and_none_is_lost(committed_db: None) -> None:
    room = a_room(seats=2)
    item = room.table(a_tabled_file(room))

    def act(person: User) -> Any:
        return lambda: take_position(AgendaItem.objects.get(pk=item.pk), advice=A, by=person, at=NOW)

    assert all_at_once(*(act(person) for person in room.people)) == ["done"] * 8
    assert tally(item, at=NOW).voted == 8


def test_a_vote_and_its_closing_at_once(committed_db: None) -> None:
    room = a_room()
    item = room.table(a_tabled_file(room))
    room.vote(item, A, A)
    outcomes = all_at_once(
        lambda: take_position(
            AgendaItem.objects.get(pk=item.pk), advice=Advice.REFUSE, reasons="x", by=room.people[2], at=NOW
        ),
        lambda: conclude(AgendaItem.objects.get(pk=item.pk), by=room.secretary, at=NOW),
    )
    item.refresh_from_db()
    assert item.concluded_at == NOW
    assert item.tally["counts"]["refuser"] == (0 if any("clos" in said for said in outcomes) else 1)
    assert tally(item, at=NOW).voted == item.positions.count()


def test_a_seat_is_taken_once(committed_db: None) -> None:
    room = a_room()
    room.table(a_tabled_file(room), sitting=0)
    meeting, holder = room.meeting, room.holders[0]

    def act() -> None:
        attend(Meeting.objects.get(pk=meeting.pk), holder, by=holder.person, at=NOW)

    outcomes = all_at_once(act, act, act)
    assert outcomes.count("done") == 1
    assert meeting.attendances.count() == 1
