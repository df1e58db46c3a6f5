"""Meetings: prepared, convened, attended, with an agenda; positions taken by those who sit; each refusal in French."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns.actions import seat_person
from cmq.campaigns.models import Campaign, CampaignState, SeatHolder
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.deliberation.actions.agenda import add_item, add_items, bring_back, order_items, remove_item, write_report
from cmq.deliberation.actions.meetings import (
    attend,
    change_meeting,
    close_meeting,
    convene,
    leave,
    open_meeting,
    prepare_meeting,
)
from cmq.deliberation.actions.voting import abstain, conclude, reopen, take_position
from cmq.deliberation.models import AgendaItem, Attendance, Meeting, MeetingState, Position
from cmq.deliberation.tally import tally
from cmq.expertise.models import Advice
from tests.deliberation.room import DAY, Room, a_room, a_tabled_file, a_tabled_measure
from tests.expertise.desk import LONG_AGO, NOW, a_file
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


def test_a_meeting_is_prepared_and_changed(room: Room, meeting: Meeting) -> None:
    assert str(meeting) == "Séance"
    changed = change_meeting(meeting, title="Séance 2", held_at=NOW + DAY, place="", by=room.secretary)
    assert (changed.title, changed.held_at, changed.place) == ("Séance 2", NOW + DAY, "")
    for title, place, sentence in ((" ", "", "Donnez un intitulé"), ("x" * 201, "", "200"), ("x", "x" * 201, "200")):
        with refused(sentence):
            change_meeting(meeting, title=title, held_at=NOW, place=place, by=room.secretary)
        with refused(sentence):
            prepare_meeting(room.campaign, title=title, held_at=NOW, place=place, by=room.secretary)
    for person in (room.people[0], a_keeper(), a_person()):
        with pytest.raises(NotAllowed):
            prepare_meeting(room.campaign, title="x", held_at=NOW, by=person)
        with pytest.raises(NotAllowed):
            change_meeting(meeting, title="x", held_at=NOW, place="", by=person)
    Campaign.objects.update(state=CampaignState.CLOSED)
    room.campaign.refresh_from_db()
    with refused("n’est pas ouverte"):
        prepare_meeting(room.campaign, title="x", held_at=NOW, by=room.secretary)


def test_all_who_hold_a_seat_are_convened_once(room: Room, meeting: Meeting) -> None:
    deputy = a_person()
    seat_person(room.seats[0], deputy, is_deputy=True, by=None, on=LONG_AGO)
    with refused("ordre du jour est vide"):
        convene(meeting, by=room.secretary, at=NOW)
    file = a_tabled_file(room)
    add_item(meeting, file, by=room.secretary)
    assert convene(meeting, by=room.secretary, at=NOW) == 5
    assert convene(meeting, by=room.secretary, at=NOW) == 0
    letter = OutgoingMail.objects.get(to=deputy.email)
    assert file.reference in letter.text
    assert "24 novembre 2026 à 11:00 (Paris)" in letter.text
    change_meeting(meeting, title="Séance", held_at=NOW + DAY, place="", by=room.secretary)
    assert convene(meeting, by=room.secretary, at=NOW) == 5
    with pytest.raises(NotAllowed):
        convene(meeting, by=room.people[0], at=NOW)


def test_a_meeting_opens_on_its_day_with_an_agenda_one_at_a_time(room: Room, meeting: Meeting) -> None:
    with refused("ordre du jour est vide"):
        open_meeting(meeting, by=room.secretary, at=NOW)
    add_item(meeting, a_tabled_file(room), by=room.secretary)
    with refused("prévue le 24/11/2026"):
        open_meeting(meeting, by=room.secretary, at=NOW - DAY)
    with pytest.raises(NotAllowed):
        open_meeting(meeting, by=room.people[0], at=NOW)
    opened = open_meeting(meeting, by=room.secretary, at=NOW)
    assert (opened.state, opened.opened_at) == (MeetingState.OPEN, NOW)
    for again in (
        lambda: open_meeting(meeting, by=room.secretary, at=NOW),
        lambda: convene(meeting, by=room.secretary, at=NOW),
        lambda: change_meeting(meeting, title="x", held_at=NOW, place="", by=room.secretary),
    ):
        with refused("déjà commencé"):
            again()
    other = prepare_meeting(room.campaign, title="Autre", held_at=NOW, by=room.secretary)
    add_item(other, a_tabled_file(room), by=room.secretary)
    with refused("Une autre séance"):
        open_meeting(other, by=room.secretary, at=NOW)
    close_meeting(meeting, by=room.secretary, at=NOW)
    open_meeting(other, by=room.secretary, at=NOW)


def test_a_closed_campaign_opens_no_meeting(room: Room, meeting: Meeting) -> None:
    add_item(meeting, a_tabled_file(room), by=room.secretary)
    Campaign.objects.update(state=CampaignState.CLOSED)
    with refused("La campagne est close"):
        open_meeting(meeting, by=room.secretary, at=NOW)


# Attendance


def test_a_deputy_sits_only_while_the_holder_is_absent(room: Room) -> None:
    deputy_person = a_person()
    deputy = seat_person(room.seats[0], deputy_person, is_deputy=True, by=None, on=LONG_AGO)
    room.table(a_tabled_file(room), sitting=0)
    holder = room.holders[0]
    attend(room.meeting, deputy, by=deputy_person, at=NOW)
    assert room.meeting.attendances.present().get().is_deputy
    attend(room.meeting, holder, by=holder.person, at=NOW + dt.timedelta(hours=1))
    present = room.meeting.attendances.present().get()
    assert (present.person, present.is_deputy) == (holder.person, False)
    assert room.meeting.attendances.count() == 2
    with refused("déjà tenu par"):
        attend(room.meeting, deputy, by=deputy_person, at=NOW)
    with refused("siège déjà"):
        attend(room.meeting, holder, by=holder.person, at=NOW)


def test_who_may_sit(room: Room) -> None:
    item = room.table(a_tabled_file(room), sitting=0)
    holder, other = room.holders[:2]
    with pytest.raises(NotAllowed):
        attend(room.meeting, holder, by=other.person, at=NOW)
    attend(room.meeting, holder, by=room.secretary, at=NOW)
    elsewhere = a_room(version="autre")
    with refused("ne siège pas dans ce collège"):
        attend(room.meeting, elsewhere.holders[0], by=elsewhere.people[0], at=NOW)
    replaced = room.holders[2]
    seat_person(room.seats[2], a_person(), by=None, on=LONG_AGO)
    with refused("ne siège pas dans ce collège"):
        attend(room.meeting, replaced, by=replaced.person, at=NOW)
    future = seat_person(room.seats[3], a_person(), by=None, on=NOW.date() + 10 * DAY)
    with refused("ne siège pas dans ce collège"):
        attend(room.meeting, future, by=future.person, at=NOW)
    # Nobody sits for two seats.
    second = seat_person(room.seats[2], holder.person, is_deputy=True, by=None, on=LONG_AGO)
    with refused("siège déjà"):
        attend(room.meeting, second, by=holder.person, at=NOW)
    assert tally(item, at=NOW).present == 1


def test_leaving_and_coming_back(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    attendance = room.meeting.attendances.get(person=room.people[0])
    with pytest.raises(NotAllowed):
        leave(attendance, by=room.people[1], at=NOW)
    leave(attendance, by=room.people[0], at=NOW)
    with refused("déjà parti"):
        leave(attendance, by=room.secretary, at=NOW)
    assert tally(item, at=NOW).present == 3
    attend(room.meeting, room.holders[0], by=room.people[0], at=NOW)
    assert tally(item, at=NOW).present == 4


def test_nobody_comes_or_leaves_outside_the_meeting(room: Room, meeting: Meeting) -> None:
    with refused("n’est pas ouverte"):
        attend(meeting, room.holders[0], by=room.people[0], at=NOW)
    with refused("n’est pas ouverte"):
        close_meeting(meeting, by=room.secretary, at=NOW)
    room.table(a_tabled_file(room))
    with pytest.raises(NotAllowed):
        close_meeting(room.meeting, by=room.people[0], at=NOW)
    close_meeting(room.meeting, by=room.secretary, at=NOW)
    attendance = room.meeting.attendances.first()
    with refused("n’est pas ouverte"):
        leave(attendance, by=attendance.person, at=NOW)


# The agenda


def test_what_may_be_put_on_the_agenda(room: Room, meeting: Meeting) -> None:
    with refused("pas devant le collège"):
        add_item(meeting, a_file(room.campaign), by=room.secretary)
    elsewhere = a_room(version="autre")
    with refused("n’est pas de la campagne"):
        add_item(meeting, a_tabled_file(elsewhere), by=room.secretary)
    file = a_tabled_file(room)
    with pytest.raises(NotAllowed):
        add_item(meeting, file, by=room.people[0])
    item = add_item(meeting, file, by=room.secretary)
    assert (item.position, str(item), item.campus) == (1, str(file), file.campus)
    with refused("déjà à l’ordre du jour : Séance"):
        add_item(meeting, file, by=room.secretary)
    second = prepare_meeting(room.campaign, title="Deuxième", held_at=NOW, by=room.secretary)
    with refused("déjà à l’ordre du jour"):
        add_item(second, file, by=room.secretary)
    assert add_item(meeting, a_tabled_measure(room), by=room.secretary).position == 2
    remove_item(item, by=room.secretary)
    add_item(second, file, by=room.secretary)


def test_a_point_without_a_closed_vote_goes_to_another_meeting(room: Room) -> None:
    voted, not_voted = a_tabled_file(room), a_tabled_file(room)
    room.table(voted, not_voted)
    room.vote(room.items[0], A, A)
    conclude(room.items[0], by=room.secretary, at=NOW)
    close_meeting(room.meeting, by=room.secretary, at=NOW)
    later = prepare_meeting(room.campaign, title="Suite", held_at=NOW, by=room.secretary)
    report = add_items(later, [voted, not_voted], by=room.secretary)
    assert [outcome.is_done for outcome in report] == [False, True]
    with pytest.raises(NotAllowed):
        add_items(later, [], by=room.people[0])
    # Sent back and tabled anew, it is another question.
    LabelApplication.objects.filter(pk=voted.pk).update(step=2)
    add_item(later, voted, by=room.secretary)


def test_the_agenda_is_ordered_and_reported_on(room: Room, meeting: Meeting) -> None:
    one, two, three = (add_item(meeting, a_tabled_file(room), by=room.secretary) for _ in range(3))
    order_items(meeting, [three, one, two], by=room.secretary)
    assert list(meeting.items.all()) == [three, one, two]
    for wrong in ([one, two], [one, one, two]):
        with refused("a changé"):
            order_items(meeting, wrong, by=room.secretary)
    assert write_report(one, report=" Le rapport. ", by=room.secretary).report == "Le rapport."
    with refused("20 000"):
        write_report(one, report="x" * 20_001, by=room.secretary)
    for act in (
        lambda: order_items(meeting, [one, two, three], by=room.people[0]),
        lambda: write_report(one, report="x", by=room.people[0]),
        lambda: remove_item(one, by=room.people[0]),
    ):
        with pytest.raises(NotAllowed):
            act()
    Meeting.objects.update(state=MeetingState.CLOSED, opened_at=NOW, closed_at=NOW)
    for act in (
        lambda: order_items(meeting, [one, two, three], by=room.secretary),
        lambda: write_report(one, report="x", by=room.secretary),
        lambda: remove_item(one, by=room.secretary),
        lambda: add_item(meeting, a_tabled_file(room), by=room.secretary),
    ):
        with refused("Cette séance est close"):
            act()


def test_a_point_on_which_somebody_has_spoken_stays(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, A)
    with refused("déjà prises"):
        remove_item(item, by=room.secretary)


def test_a_deferred_file_comes_back(room: Room) -> None:
    file = a_file(room.campaign, state=ApplicationState.DEFERRED)
    with pytest.raises(NotAllowed):
        bring_back(file, reason="x", by=room.people[0], at=NOW)
    with refused("Dites pourquoi"):
        bring_back(file, reason=" ", by=room.secretary, at=NOW)
    assert bring_back(file, reason="La convention est signée.", by=room.secretary, at=NOW).state == "college"
    with refused("Seul un dossier ajourné"):
        bring_back(file, reason="x", by=room.secretary, at=NOW)


# Positions


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


# What the database refuses by itself


def test_the_database_holds_the_room_together(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    first, second = room.meeting.attendances.all()[:2]
    meeting, seat, person = room.meeting, first.seat, first.person
    wrong: list[Any] = [
        lambda: Attendance.objects.create(meeting=meeting, seat=seat, person=a_person(), arrived_at=NOW),
        lambda: Attendance.objects.filter(pk=second.pk).update(person=person),
        lambda: Attendance.objects.filter(pk=first.pk).update(left_at=NOW - DAY),
        lambda: Meeting.objects.filter(pk=meeting.pk).update(opened_at=None),
        lambda: Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.CLOSED),
        lambda: Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.CLOSED, closed_at=NOW - DAY),
        lambda: Meeting.objects.create(
            campaign=room.campaign, title="x", held_at=NOW, state=MeetingState.OPEN, opened_at=NOW
        ),
        lambda: AgendaItem.objects.create(meeting=meeting, position=9),
        lambda: AgendaItem.objects.create(meeting=meeting, position=9, application=item.application),
        lambda: Position.objects.create(item=item, seat=seat, advice=Advice.REFUSE, taken_at=NOW),
        lambda: Position.objects.create(item=item, seat=seat, advice="", taken_at=NOW),
        lambda: Position.objects.create(item=item, seat=seat, advice="x", reasons="x", taken_at=NOW),
        lambda: Position.objects.create(item=item, seat=seat, advice=A, years=2, taken_at=NOW),
        lambda: Position.objects.create(item=item, seat=seat, advice=Advice.SHORTER, reasons="x", taken_at=NOW),
        lambda: Position.objects.create(
            item=item, seat=seat, advice=Advice.SHORTER, years=5, reasons="x", taken_at=NOW
        ),
    ]
    for number, write in enumerate(wrong):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
            pytest.fail(f"number {number} was written")


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
