"""Files that experts examine: reminded of, asked again, sent to the college; each refusal is said in French."""

import datetime as dt
from typing import Any

import pytest

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Campaign, Side
from cmq.campuses.actions import add_partner
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.expertise import rules
from cmq.expertise.actions.assigning import (
    ask_second_round,
    assign,
    postpone,
    remind,
    remind_expert,
    send_many_to_college,
    send_to_college,
)
from cmq.expertise.actions.experts import (
    recuse,
)
from cmq.expertise.actions.marking import abstain
from cmq.expertise.synthesis import synthesis
from tests.expertise.desk import (
    DUE,
    NOW,
    TODAY,
    a_campaign,
    a_file,
    a_secretary,
    an_expert,
    given,
    handed_in,
)
from tests.factories import a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign()


@pytest.fixture
def secretary() -> User:
    return a_secretary()


@pytest.fixture
def file(campaign: Campaign) -> LabelApplication:
    return a_file(campaign)


def refused(sentence: str) -> Any:
    return pytest.raises(Refusal, match=sentence)


# To the college


def test_a_file_goes_to_the_college_when_all_have_answered(file: LabelApplication, secretary: User) -> None:
    economic, state = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(economic)
    with refused("1 expertise\\(s\\) encore attendue"):
        send_to_college(file, by=secretary, at=NOW)
    handed_in(state)
    for by in (economic.expert.person, a_person()):
        with pytest.raises(NotAllowed):
            send_to_college(file, by=by, at=NOW)
    sent = send_to_college(file, by=secretary, at=NOW)
    assert sent.state == ApplicationState.COLLEGE
    line = Change.objects.get(act="expertise.send_to_college")
    assert "1 du monde économique, 1 de l’État et des collectivités : parité tenue" in line.summary
    with refused("n’est pas en expertise"):
        send_to_college(file, by=secretary, at=NOW)


def test_fewer_than_two_expertises_need_a_reason(file: LabelApplication, secretary: User) -> None:
    one, gives_up, recused = given(file, an_expert(), an_expert(Side.STATE), an_expert(Side.LOCAL), by=secretary)
    handed_in(one)
    abstain(gives_up, reason="Pas mon métier.", by=gives_up.expert.person)
    recuse(recused, reason="Lien.", by=secretary)
    with refused("il en faut deux"):
        send_to_college(file, by=secretary, at=NOW)
    sent = send_to_college(file, reason="Aucun autre expert de la filière.", by=secretary, at=NOW)
    assert sent.moves.last().reason == "Aucun autre expert de la filière."
    assert "parité non tenue" in Change.objects.get(act="expertise.send_to_college").summary


def test_many_go_to_the_college_one_by_one(campaign: Campaign, secretary: User) -> None:
    ready, waiting = a_file(campaign), a_file(campaign)
    for assignment in given(ready, an_expert(), an_expert(Side.STATE), by=secretary):
        handed_in(assignment)
    given(waiting, an_expert(), by=secretary)
    report = send_many_to_college([waiting, ready], by=secretary, at=NOW)
    assert [outcome.is_done for outcome in report] == [False, True]
    ready.refresh_from_db()
    assert ready.state == ApplicationState.COLLEGE


# The second round


def test_a_second_round_starts_from_the_marks_of_the_first(file: LabelApplication, secretary: User) -> None:
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one, 1)
    handed_in(other, 4)
    assert len(synthesis(file).divided) == 11
    again = ask_second_round(file, request="Le critère 3 vous divise.", due_on=DUE, by=secretary, at=NOW)
    assert [each.round for each in again] == [2, 2]
    assert [each.expert for each in again] == [one.expert, other.expert]
    assert [mark.level.rank for mark in again[0].marks.all()] == [1] * 11
    assert again[0].comment == "Ma synthèse."
    assert "Le critère 3 vous divise." in OutgoingMail.objects.filter(subject__startswith="Un second").first().text
    # The first round stands until the second is handed in, and the expert sees the other's marks.
    assert synthesis(file).experts == 2
    assert rules.can_read_marks(one.expert.person, other)
    assert not rules.can_read_marks(one.expert.person, again[1])
    handed_in(again[0], 3)
    ranks = sorted((line.spread.lowest, line.spread.highest) for line in synthesis(file).criteria)
    assert ranks == [(3, 4)] * 11
    assert synthesis(file).divided == []
    handed_in(again[1], 3)
    assert send_to_college(file, by=secretary, at=NOW).state == ApplicationState.COLLEGE


def test_a_second_round_asks_some_of_them_from_the_college_too(file: LabelApplication, secretary: User) -> None:
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one), handed_in(other)
    send_to_college(file, by=secretary, at=NOW)
    again = ask_second_round(file, request="Revoyez.", due_on=DUE, experts=[one.expert], by=secretary, at=NOW)
    file.refresh_from_db()
    assert ([each.expert for each in again], file.state) == ([one.expert], ApplicationState.EXPERTISE)
    abstain(again[0], reason="Je ne sais plus.", by=one.expert.person)
    assert synthesis(file).experts == 1
    with refused("Aucun expert n’a rendu"):
        ask_second_round(file, request="x", due_on=DUE, experts=[one.expert], by=secretary, at=NOW)
    third = an_expert(Side.LOCAL)
    assert assign(file, third, due_on=DUE, by=secretary, at=NOW).round == 2


def test_a_recusal_in_the_second_round_takes_the_first_away_too(file: LabelApplication, secretary: User) -> None:
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one), handed_in(other)
    again = ask_second_round(file, request="Revoyez.", due_on=DUE, by=secretary, at=NOW)
    recuse(again[0], reason="Lien.", by=secretary)
    assert synthesis(file).experts == 1
    assert set(file.assignments.filter(expert=one.expert).values_list("state", flat=True)) == {"recuse"}


def test_when_a_second_round_is_refused(file: LabelApplication, secretary: User) -> None:
    def try_(**fields: Any) -> None:
        ask_second_round(file, **{"request": "Revoyez.", "due_on": DUE, "by": secretary, "at": NOW, **fields})

    with refused("aucun second tour"):
        try_()
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one)
    with refused("encore attendues"):
        try_()
    abstain(other, reason="x", by=other.expert.person)
    with refused("ce qui est à revoir"):
        try_(request=" ")
    with refused("date à venir"):
        try_(due_on=dt.date(2020, 1, 1))
    with refused("n’a pas rendu"):
        try_(experts=[one.expert, other.expert])
    with pytest.raises(NotAllowed):
        try_(by=one.expert.person)
    recuse(one, reason="Lien.", by=secretary)
    with refused("Aucun expert n’a rendu"):
        try_()


def test_a_conflict_that_has_come_up_stops_the_second_round(file: LabelApplication, secretary: User) -> None:
    member = an_organisation()
    one, other = given(file, an_expert(employer=member), an_expert(Side.STATE), by=secretary)
    handed_in(one), handed_in(other)
    add_partner(file.campus, member)
    with refused("Conflit d’intérêts"):
        ask_second_round(file, request="Revoyez.", due_on=DUE, by=secretary, at=NOW)
    assert file.assignments.count() == 2


# Reminders


def test_reminders_leave_once_for_each_mark(file: LabelApplication, secretary: User) -> None:
    (late, done) = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(done)
    sent = {day: remind(on=DUE + dt.timedelta(days=day)) for day in (-8, -7, -6, -1, 0, 1, 6, 7, 30)}
    assert sent == {-8: 0, -7: 1, -6: 0, -1: 1, 0: 0, 1: 1, 6: 0, 7: 1, 30: 0}
    letters = OutgoingMail.objects.filter(key__startswith="expertise-reminder").order_by("pk")
    assert {letter.to for letter in letters} == {late.expert.person.email}
    assert ["en retard" in letter.subject for letter in letters] == [False, False, True, True]
    assert Change.objects.filter(act="expertise.remind").count() == 4


def test_a_missed_day_is_caught_up_and_a_late_gift_is_not_reminded_at_once(
    file: LabelApplication, secretary: User
) -> None:
    soon = dt.date(2026, 11, 28)
    assign(file, an_expert(), due_on=soon, by=secretary, at=NOW)
    assert remind(on=TODAY) == 0, "the mark of seven days before had passed when the file was given"
    assert remind(on=soon) == 1
    assert remind(on=soon) == 0


@pytest.mark.parametrize("state", [ApplicationState.WITHDRAWN, ApplicationState.COLLEGE])
def test_nobody_is_reminded_of_a_file_that_is_examined_no_more(
    file: LabelApplication, secretary: User, state: ApplicationState
) -> None:
    (assignment,) = given(file, an_expert(), by=secretary)
    LabelApplication.objects.update(state=state)
    assert remind(on=DUE) == 0
    with refused("plus attendue"):
        remind_expert(assignment, by=secretary, at=NOW)


def test_the_secretary_reminds_with_one_click_once_a_day(file: LabelApplication, secretary: User) -> None:
    (assignment,) = given(file, an_expert(), by=secretary)
    with pytest.raises(NotAllowed):
        remind_expert(assignment, by=assignment.expert.person, at=NOW)
    remind_expert(assignment, by=secretary, at=NOW)
    with refused("déjà parti aujourd’hui"):
        remind_expert(assignment, by=secretary, at=NOW)
    remind_expert(assignment, by=secretary, at=NOW + dt.timedelta(days=1))
    assert OutgoingMail.objects.filter(key__startswith="expertise-nudge").count() == 2


def test_another_day_is_given_and_reminded_anew(file: LabelApplication, secretary: User) -> None:
    (assignment,) = given(file, an_expert(), by=secretary)
    remind(on=DUE)
    later = DUE + dt.timedelta(days=20)
    with refused("date à venir"):
        postpone(assignment, due_on=TODAY, by=secretary, at=NOW)
    with pytest.raises(NotAllowed):
        postpone(assignment, due_on=later, by=assignment.expert.person, at=NOW)
    postpone(assignment, due_on=later, by=secretary, at=NOW)
    assert remind(on=DUE) == 0
    assert remind(on=later) == 1
    handed_in(assignment)
    with refused("plus attendue"):
        postpone(assignment, due_on=later, by=secretary, at=NOW)
