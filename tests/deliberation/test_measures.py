"""Measures on a label: proposed with reasons, the campus heard, then the college; and who reads what."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Campaign, CampaignState, Phase
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.deliberation import rules
from cmq.deliberation.actions.measures import (
    MOVES,
    answer_measure,
    drop_measure,
    propose_measure,
    put_to_college,
    settle_measure,
)
from cmq.deliberation.models import LabelMeasure, MeasureKind, MeasureState
from cmq.deliberation.review import touched_by
from cmq.expertise.actions.experts import recuse
from cmq.instruction.models import OpinionRequest
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind
from cmq.organisations.models import OrganisationRole
from tests.deliberation.room import DAY, Room, a_label, a_measure, a_room, a_tabled_file, a_tabled_measure
from tests.expertise.desk import NOW, TODAY, a_file, an_expert, given, handed_in, with_role
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation

K = MeasureKind


@pytest.fixture
def room(db: None) -> Room:
    return a_room()


def refused(sentence: str) -> Any:
    return pytest.raises(Refusal, match=sentence)


def test_the_campus_is_told_and_heard(room: Room) -> None:
    campus = a_campus()
    director = a_director(campus)
    measure = a_measure(room, campus=campus, legal_basis="Article 4 de la convention")
    assert measure.state == MeasureState.HEARING
    letter = OutgoingMail.objects.get(to=director.email)
    assert "Les engagements ne sont pas tenus." in letter.text
    assert "Article 4 de la convention" in letter.text
    assert "14 décembre 2026" in letter.text
    with refused("peut répondre jusqu’au 14/12/2026"):
        put_to_college(measure, by=room.secretary, at=NOW)
    for person in (a_contributor(campus), a_keeper(), room.secretary, a_person()):
        with pytest.raises(NotAllowed):
            answer_measure(measure, observations="x", by=person, at=NOW)
    for text, sentence in ((" ", "Écrivez"), ("x" * 10_001, "10 000")):
        with refused(sentence):
            answer_measure(measure, observations=text, by=director, at=NOW)
    answer_measure(measure, observations="Nous contestons.", by=director, at=NOW)
    answered = answer_measure(measure, observations="Nous contestons tout.", by=director, at=NOW + DAY)
    assert (answered.observations, answered.heard_at) == ("Nous contestons tout.", NOW + DAY)
    assert put_to_college(measure, by=room.secretary, at=NOW).state == MeasureState.COLLEGE
    with refused("plus attendues"):
        answer_measure(measure, observations="x", by=director, at=NOW)
    with refused("ne peut pas devenir"):
        put_to_college(measure, by=room.secretary, at=NOW)


def test_silence_does_not_stop_the_college_and_lateness_is_said(room: Room) -> None:
    measure = a_measure(room)
    director = a_director(measure.campus)
    last_second = dt.datetime(2026, 12, 14, 22, 59, 59, tzinfo=dt.UTC)
    answer_measure(measure, observations="À temps.", by=director, at=last_second)
    with refused("jusqu’au 14/12/2026"):
        answer_measure(measure, observations="Trop tard.", by=director, at=last_second + dt.timedelta(seconds=1))
    silent = a_measure(room)
    assert put_to_college(silent, by=room.secretary, at=NOW + 21 * DAY).heard_at is None


def test_a_measure_needs_a_label_that_runs(room: Room) -> None:
    expired = a_campus()
    a_label(expired, dt.date(2018, 1, 1))
    for campus in (a_campus(), expired):
        if campus is not expired:
            record_decision(kind=DecisionKind.PROJECT, decided_on=PartialDate(2020), campus=campus)
        with refused("ne tient pas de label"):
            a_measure(room, campus=campus)


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        (K.EXTENSION, {"until": None}, "jusqu’à quel jour"),
        (K.EXTENSION, {"until": dt.date(2026, 12, 31)}, "court déjà jusque-là"),
        (K.EXTENSION, {"until": dt.date(2029, 1, 1)}, "cinq ans en tout"),
        (K.EXTENSION, {"until": dt.date(2026, 11, 1)}, "à venir"),
        (K.WITHDRAWAL, {"until": dt.date(2027, 1, 1)}, "n’a pas de dernier jour"),
        (K.SUSPENSION, {"until": dt.date(2026, 11, 1)}, "à venir"),
        (K.REINSTATEMENT, {}, "n’est pas suspendu"),
        (K.WITHDRAWAL, {"heard_until": NOW.date()}, "un délai pour répondre"),
        (K.WITHDRAWAL, {"legal_basis": "x" * 301}, "trop long"),
    ],
)
def test_what_would_have_no_effect_is_refused(
    room: Room, kind: MeasureKind, fields: dict[str, Any], sentence: str
) -> None:
    with refused(sentence):
        a_measure(room, kind, **fields)
    assert not LabelMeasure.objects.exists()


@pytest.mark.parametrize("until", [dt.date(2027, 1, 1), dt.date(2028, 12, 31)])
def test_an_extension_up_to_five_years_in_all(room: Room, until: dt.date) -> None:
    assert a_measure(room, K.EXTENSION, until=until).until == until


def test_a_suspended_label_is_reinstated_not_suspended_again(room: Room) -> None:
    campus = a_campus()
    a_label(campus)
    record_decision(kind=DecisionKind.SUSPENDED, decided_on=PartialDate(2026, 6, 1), campus=campus)
    with refused("déjà suspendu"):
        a_measure(room, K.SUSPENSION, campus=campus)
    assert a_measure(room, K.REINSTATEMENT, campus=campus).state == MeasureState.HEARING


def test_one_measure_of_a_kind_runs_at_a_time(room: Room) -> None:
    measure = a_measure(room)
    with refused("déjà engagée"):
        a_measure(room, campus=measure.campus)
    a_measure(room, K.SUSPENSION, campus=measure.campus)
    drop_measure(measure, reason="Les engagements sont tenus.", by=room.secretary)
    a_measure(room, campus=measure.campus)


def test_who_proposes_where(room: Room) -> None:
    def try_(**fields: Any) -> None:
        campus = a_campus()
        a_label(campus)
        asked = {"kind": K.WITHDRAWAL, "reasons": "x", "heard_until": TODAY + 9 * DAY, "by": room.secretary, "at": NOW}
        propose_measure(room.campaign, campus, **{**asked, **fields})

    for person in (room.people[0], a_keeper(), a_person()):
        with pytest.raises(NotAllowed):
            try_(by=person)
    with refused("Donnez les motifs"):
        try_(reasons=" ")
    room.campaign.is_demo = True
    with refused("ne se mélangent pas"):
        try_()
    room.campaign.state = CampaignState.CLOSED
    with refused("n’est pas ouverte"):
        try_()


def test_a_measure_is_given_up_with_a_reason(room: Room) -> None:
    measure = a_measure(room)
    director = a_director(measure.campus)
    with pytest.raises(NotAllowed):
        drop_measure(measure, reason="x", by=director)
    for reason, sentence in (("", "Dites pourquoi"), ("x" * 301, "300")):
        with refused(sentence):
            drop_measure(measure, reason=reason, by=room.secretary)
    dropped = drop_measure(measure, reason="Tout est rentré dans l’ordre.", by=room.secretary)
    assert (dropped.state, dropped.dropped_because) == (MeasureState.DROPPED, "Tout est rentré dans l’ordre.")
    assert "Tout est rentré" in OutgoingMail.objects.get(to=director.email).text
    with refused("plus en discussion"):
        drop_measure(measure, reason="x", by=room.secretary)


@pytest.mark.parametrize("before", list(MeasureState))
@pytest.mark.parametrize("after", list(MeasureState))
def test_only_the_moves_of_the_table_exist(room: Room, before: MeasureState, after: MeasureState) -> None:
    measure = a_measure(room)
    LabelMeasure.objects.update(state=before)
    if after in MOVES[before]:
        assert settle_measure(measure, after).step == 1
    else:
        with refused("ne peut pas devenir"):
            settle_measure(measure, after)


@pytest.mark.parametrize(
    "fields",
    [
        {"reasons": ""},
        {"until": dt.date(2027, 1, 1)},
        {"kind": K.EXTENSION},
        {"kind": "autre"},
        {"state": "autre"},
        {"heard_at": NOW},
        {"observations": "x"},
    ],
)
def test_the_database_refuses_half_a_measure(room: Room, fields: dict[str, Any]) -> None:
    a_measure(room)
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelMeasure.objects.update(**fields)


# Who reads


def test_who_reads_a_measure(room: Room) -> None:
    measure = a_measure(room)
    campus = measure.campus
    here, elsewhere = an_organisation(region=campus.region), an_organisation(region=a_campus(region="53").region)
    readers = [
        a_director(campus),
        a_contributor(campus),
        room.secretary,
        with_role(OrganisationRole.RECTEUR, here),
        with_role(OrganisationRole.INSTRUCTOR),
        with_role(OrganisationRole.OBSERVER),
    ]
    strangers = [with_role(OrganisationRole.RECTEUR, elsewhere), a_keeper(), a_person(), a_director(a_campus())]
    assert all(rules.can_read_measure(person, measure) for person in readers)
    assert not any(rules.can_read_measure(person, measure) for person in strangers)
    assert not rules.can_read_measure(room.people[0], measure)
    tabled = a_tabled_measure(room)
    assert rules.can_read_measure(room.people[0], tabled)
    assert not rules.can_read_measure(a_room(version="autre").people[0], tabled)


@pytest.mark.parametrize("state", list(ApplicationState))
def test_the_college_reads_a_file_from_the_day_it_is_put_before_it(room: Room, state: ApplicationState) -> None:
    file = a_tabled_file(room)
    LabelApplication.objects.update(state=state)
    file.refresh_from_db()
    is_open = state in rules.COLLEGE_STATES
    assert rules.can_read_as_authority(room.people[0], file) is is_open
    assert rules.can_open(room.people[0], file) is is_open
    other = a_room(version="autre").people[0]
    assert not rules.can_read_as_authority(other, file)
    assert not rules.can_open(other, file)


def test_everyone_who_may_open_a_file(room: Room) -> None:
    file = a_file(room.campaign)
    expert, recused = an_expert(), an_expert()
    kept, taken = given(file, expert, recused, by=room.secretary)
    recuse(taken, reason="Lien.", by=room.secretary)
    body = an_organisation()
    OpinionRequest.objects.create(application=file, kind="caen", body=body, asked_at=NOW, due_on=TODAY)
    consulted, other = with_role(OrganisationRole.OPINION, body), with_role(OrganisationRole.OPINION)
    opened = [a_director(file.campus), consulted, expert.person, room.secretary]
    closed = [a_director(a_campus()), other, recused.person, room.people[0], a_keeper(), a_person(), None]
    assert [rules.can_open(person, file) for person in opened] == [True] * 4
    assert [rules.can_open(person, file) for person in closed] == [False] * 7
    assert list(rules.openable_by(expert.person)) == [file]
    assert kept.pk


# Whom the calendar touches


def test_whom_a_change_of_the_calendar_touches(room: Room) -> None:
    file, over = a_file(room.campaign), a_file(room.campaign, state=ApplicationState.WITHDRAWN)
    director, stranger, former = a_director(file.campus), a_director(over.campus), a_contributor(file.campus)
    CampusMembership.objects.filter(person=former).update(ends_on=TODAY, role=CampusRole.CONTRIBUTOR)
    recteur = with_role(OrganisationRole.RECTEUR, an_organisation(region=file.campus.region))
    elsewhere = with_role(OrganisationRole.RECTEUR, an_organisation(region=a_campus(region="53").region))
    body = an_organisation()
    OpinionRequest.objects.create(application=file, kind="caen", body=body, asked_at=NOW, due_on=TODAY)
    consulted = with_role(OrganisationRole.OPINION, body)
    pending, done, recused = an_expert(), an_expert(), an_expert()
    assignments = given(file, pending, done, recused, by=room.secretary)
    handed_in(assignments[1])
    recuse(assignments[2], reason="Lien.", by=room.secretary)

    def names(*phases: Phase) -> set[object]:
        return set(touched_by(room.campaign, phases, on=TODAY))

    assert names() == set()
    assert names(Phase.SUBMISSION) == names(Phase.ADMISSIBILITY) == {director, recteur}
    assert names(Phase.OPINIONS) == {director, recteur, consulted}
    assert names(Phase.EXPERTISE) == {director, recteur, consulted, pending.person}
    everyone = {director, recteur, consulted, pending.person, *room.people}
    assert names(Phase.DELIBERATION) == names(Phase.SIGNATURE) == everyone
    assert names(Phase.SUBMISSION, Phase.PUBLICATION) == everyone
    assert not everyone & {stranger, former, elsewhere, done.person, recused.person, room.secretary}


def test_all_is_in_the_journal_and_nothing_is_public(room: Room) -> None:
    measure = a_measure(room)
    answer_measure(measure, observations="Non.", by=a_director(measure.campus), at=NOW)
    put_to_college(measure, by=room.secretary, at=NOW)
    drop_measure(measure, reason="Assez.", by=room.secretary)
    lines = Change.objects.filter(act__startswith="deliberation.")
    assert list(lines.order_by("position").values_list("act", "is_private")) == [
        ("deliberation.propose_measure", True),
        ("deliberation.answer_measure", True),
        ("deliberation.move_measure", True),
        ("deliberation.move_measure", True),
    ]
    assert Campaign.objects.exists()
