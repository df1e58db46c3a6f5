"""The count: what the most want, the casting vote, the duration, quorum and parity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns.models import SeatHolder
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core.errors import Refusal
from cmq.deliberation.actions.meetings import leave
from cmq.deliberation.actions.voting import abstain, conclude
from cmq.deliberation.models import COUNTS_FOR, Outcome
from cmq.deliberation.tally import Tally, Vote, Years, outcome_of, tally, years_of
from cmq.expertise.models import Advice
from tests.deliberation.room import Room, a_room, a_tabled_file, a_tabled_measure
from tests.expertise.desk import LONG_AGO, NOW

A, S, D, R = Advice.AWARD, Advice.SHORTER, Advice.DEFER, Advice.REFUSE


def votes(*said: Advice | int, president: int | None = None) -> list[Vote]:
    return [
        Vote(n, S if isinstance(each, int) else each, each if isinstance(each, int) else None, n == president)
        for n, each in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "president", "casting", "expected"),
    [
        ([], None, True, (None, False)),
        ([A], None, True, (Outcome.GRANTED, False)),
        ([A, A, R], None, False, (Outcome.GRANTED, False)),
        ([A, 3, R, R, R], None, False, (Outcome.REFUSED, False)),
        # An award and a shorter one stand together.
        ([A, 3, R, R, D], 4, True, (None, False)),
        ([A, 3, 2, R, R], None, False, (Outcome.GRANTED, False)),
        ([A, 3, R, D], None, False, (Outcome.GRANTED, False)),
        # The most positions are enough: no majority of those present is asked.
        ([A, A, R, D], None, False, (Outcome.GRANTED, False)),
        # Between equals the president decides, with a position among them.
        ([A, R], 1, True, (Outcome.REFUSED, True)),
        ([A, R], 0, True, (Outcome.GRANTED, True)),
        ([A, R], 1, False, (None, False)),
        ([A, R], None, True, (None, False)),
        ([A, A, R, R, D], 4, True, (None, False)),
        ([A, D, R], 1, True, (Outcome.DEFERRED, True)),
    ],
)
def test_the_outcome(
    said: list[Advice], president: int | None, casting: bool, expected: tuple[Outcome | None, bool]
) -> None:
    assert outcome_of(votes(*said, president=president), has_casting_vote=casting) == expected


@pytest.mark.parametrize(
    ("said", "president", "casting", "expected"),
    [
        ([A, A], None, True, Years(5, 5, 5)),
        ([A, A, 3], None, True, Years(5, 5, 5)),
        ([A, 3, 2], None, True, Years(2, 2, 3)),
        ([1, 3, 4, R], None, True, Years(1, 3, 4)),
        ([1, 2, 3, 4], None, True, Years(1, 2, 4)),
        # As many want the whole as want less: the president tips, or else what was asked.
        ([A, 3], 1, True, Years(3, 3, 3)),
        ([A, 3], 0, True, Years(5, 5, 5)),
        ([A, 3], 1, False, Years(5, 5, 5)),
        ([A, 3], None, True, Years(5, 5, 5)),
    ],
)
def test_the_duration(said: list[Advice], president: int | None, casting: bool, expected: Years) -> None:
    cast = votes(*said, president=president)
    assert years_of(cast, asked=5, outcome=Outcome.GRANTED, has_casting_vote=casting) == expected


def test_no_duration_where_none_is_given() -> None:
    assert years_of(votes(A), asked=None, outcome=Outcome.GRANTED, has_casting_vote=True) is None
    assert years_of(votes(R), asked=5, outcome=Outcome.REFUSED, has_casting_vote=True) is None
    assert years_of(votes(A, R), asked=5, outcome=None, has_casting_vote=True) is None


ballots = st.lists(st.one_of(st.sampled_from([A, D, R]), st.integers(1, 4)), max_size=18)


@given(ballots, st.integers(0, 17), st.booleans())
def test_nothing_beats_the_outcome_and_the_order_of_votes_does_not_matter(
    said: list[Advice], president: int, casting: bool
) -> None:
    cast = votes(*said, president=president)
    outcome, by_casting = outcome_of(cast, has_casting_vote=casting)
    counts = [sum(COUNTS_FOR[vote.advice] is each for vote in cast) for each in Outcome]
    best = max(counts)
    if outcome is None:
        assert not cast or counts.count(best) > 1
    else:
        assert sum(COUNTS_FOR[vote.advice] is outcome for vote in cast) == best
        assert by_casting == (counts.count(best) > 1)
    assert outcome_of(cast[::-1], has_casting_vote=casting) == (outcome, by_casting)
    years = years_of(cast, asked=5, outcome=outcome, has_casting_vote=casting)
    assert years is None or 1 <= years.shortest <= years.proposed <= years.longest <= 5
    assert (years is not None) == (outcome is Outcome.GRANTED)


@pytest.fixture
def room(db: None) -> Room:
    return a_room()


def test_the_count_of_a_meeting(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, A, 3, R)
    abstain(item, reasons="Trop peu d’éléments.", by=room.people[3], at=NOW)
    count = tally(item, at=NOW)
    assert (count.filled, count.quorum, count.present, count.has_quorum) == (4, 2, 4, True)
    assert (count.economic, count.public, count.parity_kept) == (2, 2, True)
    assert count.counts == {"accorder": 1, "plus_court": 1, "ajourner": 0, "refuser": 1}
    assert (count.abstained, count.voted) == (1, 3)
    assert (count.outcome, count.by_casting_vote) == ("accorde", False)
    assert count.for_outcome(Outcome.GRANTED) == 2
    assert [line.side for line in count.lines][0] == "Monde économique"
    assert Tally.from_json(count.as_json()) == count


def test_it_is_kept_as_it_stood(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, A, A, A)
    kept = conclude(item, by=room.secretary, at=NOW)
    item.refresh_from_db()
    for attendance in room.meeting.attendances.all():
        leave(attendance, by=room.secretary, at=NOW)
    assert tally(item, at=NOW) == kept
    assert kept.years == Years(5, 5, 5)


def test_quorum_is_of_the_filled_seats_and_of_those_present(room: Room) -> None:
    item = room.table(a_tabled_file(room), sitting=2)
    room.vote(item, A, A)
    assert (tally(item, at=NOW).quorum, tally(item, at=NOW).has_quorum) == (2, True)
    leave(room.meeting.attendances.get(person=room.people[1]), by=room.people[1], at=NOW)
    assert not tally(item, at=NOW).has_quorum
    with pytest.raises(Refusal, match="quorum n’est pas atteint : 1 siège"):
        conclude(item, by=room.secretary, at=NOW)
    # A seat that nobody fills is not missed.
    SeatHolder.objects.filter(pk__in=[each.pk for each in room.holders[2:]]).update(ends_on=LONG_AGO)
    assert (tally(item, at=NOW).filled, tally(item, at=NOW).quorum) == (2, 1)


def in_conflict(room: Room, place: int, file: LabelApplication) -> None:
    person = room.people[place]
    CampusMembership.objects.create(
        campus=file.campus,
        role=CampusRole.CONTRIBUTOR,
        person=person,
        invited_email=person.email,
        invited_at=NOW,
        starts_on=LONG_AGO,
    )


def test_who_is_in_conflict_counts_neither_in_the_quorum_nor_in_the_vote(room: Room) -> None:
    file = a_tabled_file(room)
    item = room.table(file, sitting=3)
    room.vote(item, R, A, A)
    in_conflict(room, 0, file)
    count = tally(item, at=NOW)
    assert (count.present, count.kept_away, count.voted, count.outcome) == (2, 1, 2, "accorde")
    assert (count.economic, count.public, count.parity_kept) == (1, 1, True)
    in_conflict(room, 1, file)
    assert not tally(item, at=NOW).has_quorum, "the seats from which it is counted stay the same"


def test_positions_on_an_earlier_state_of_the_file_count_no_more(room: Room) -> None:
    file = a_tabled_file(room)
    item = room.table(file)
    room.vote(item, A, A, A)
    LabelApplication.objects.filter(pk=file.pk).update(step=2)
    item.refresh_from_db()
    assert tally(item, at=NOW).voted == 0
    with pytest.raises(Refusal, match="Personne n’a pris position"):
        conclude(item, by=room.secretary, at=NOW)
    room.vote(item, A)
    assert tally(item, at=NOW).voted == 1


def test_a_measure_and_a_change_have_no_duration(room: Room) -> None:
    change = a_tabled_file(room, ApplicationKind.CHANGE, duration_years=None)
    item = room.table(a_tabled_measure(room), change)
    for each in room.items:
        room.vote(each, A, A)
        assert tally(each, at=NOW).years is None
    assert item.measure is not None


def test_a_president_in_conflict_does_not_decide_between_equals(room: Room) -> None:
    file = a_tabled_file(room)
    item = room.table(file)
    room.vote(item, A, A, R, R)
    assert tally(item, at=NOW).outcome == "accorde"
    assert tally(item, at=NOW).by_casting_vote
    in_conflict(room, 0, file)
    assert tally(item, at=NOW).outcome == "refuse"


def test_its_cost_does_not_grow_with_the_seats(db: None, django_assert_max_num_queries: object) -> None:
    large = a_room(version="large", seats=4)
    item = large.table(a_tabled_file(large))
    large.vote(item, *([A] * 16))
    with django_assert_max_num_queries(28):
        assert tally(item, at=NOW).voted == 16


def test_a_file_that_left_the_college_is_not_counted(room: Room) -> None:
    file = a_tabled_file(room)
    item = room.table(file)
    room.vote(item, A, A)
    LabelApplication.objects.filter(pk=file.pk).update(state=ApplicationState.WITHDRAWN)
    with pytest.raises(Refusal, match="plus devant le collège"):
        conclude(item, by=room.secretary, at=NOW)
