"""Meetings: prepared, convened, attended, with an agenda; each refusal in French."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.actions import seat_person
from cmq.campaigns.models import Campaign, CampaignState
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
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
from cmq.deliberation.actions.voting import conclude
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
