"""Who must renew when: states, load by quarter, and whose deadlines a person follows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campuses.models import Campus
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.organisations.models import OrganisationRole
from cmq.renewals import review, rules
from cmq.renewals.actions import remind
from cmq.renewals.review import Quarter, RenewalState
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation, an_origin
from tests.procedure.world import a_draft, a_submitted, a_world, in_body

pytestmark = pytest.mark.django_db
K, S = DecisionKind, RenewalState
ON = dt.date(2027, 3, 1)


def ending(ends_on: str, name: str = "", *later: tuple[DecisionKind, str, dict[str, object]]) -> Campus:
    """A campus whose label ends on that day, and what was decided after."""
    campus = a_campus(name)
    end = PartialDate.parse(ends_on)
    start = PartialDate(end.first.year - 5 + (end.first.month > 1), 1 if end.first.month > 1 else 2)
    for kind, day, terms in ((K.AWARDED, start.iso, {"ends_on": end}), *later):
        date = PartialDate.parse(day)
        record_decision(campus=campus, kind=kind, decided_on=date, terms=Terms(**terms), origin=an_origin())
    return campus


def states(person: User, *, on: dt.date = ON) -> dict[str, RenewalState]:
    return {each.campus.name: each.state for each in review.deadlines(person, on=on).renewals}


def test_states() -> None:
    ending("2029-08-31", "loin")
    ending("2028-03-31", "à préparer")
    ending("2027-08-31", "en retard")
    ending("2027-01-31", "échu")
    ending("2027-12-31", "refusé", (K.NOT_RENEWED, "2027-01-15", {}))
    ending("2027-12-31", "renouvelé", (K.RENEWED, "2027-02-01", {"starts_on": PartialDate(2028), "duration_years": 5}))
    ending("2027-12-31", "retiré", (K.WITHDRAWN, "2027-02-01", {}))
    ending("2020-12-31", "ancien")
    assert states(a_keeper()) == {
        "loin": S.FAR,
        "à préparer": S.TO_PREPARE,
        "en retard": S.LATE,
        "échu": S.OVER,
        "refusé": S.REFUSED,
        "renouvelé": S.FAR,
    }
    found = review.deadlines(a_keeper(), on=ON)
    assert found.long_over == 1 and found.states[S.LATE] == 1
    assert [each.campus.name for each in found.renewals][:2] == ["échu", "en retard"]


def test_an_end_that_nobody_knows_is_counted_apart() -> None:
    campus = a_campus()
    record_decision(campus=campus, kind=K.AWARDED, decided_on=PartialDate(2020), origin=an_origin())
    found = review.deadlines(a_keeper(), on=ON)
    assert (found.renewals, found.without_end) == ((), 1)


def test_files_move_the_state_and_show_to_who_may_read_them() -> None:
    world = a_world()
    terms = Terms(duration_years=5)
    record_decision(
        campus=world.campus, kind=K.AWARDED, decided_on=PartialDate(2022, 1, 1), terms=terms, origin=an_origin()
    )
    early, late = dt.date(2026, 1, 10), dt.date(2026, 7, 10)

    def seen(person: User, on: dt.date) -> tuple[RenewalState, bool]:
        (renewal,) = review.deadlines(person, on=on).renewals
        return renewal.state, renewal.file is not None

    draft = a_draft(world, ApplicationKind.RENEWAL)
    assert seen(world.director, early) == seen(world.instructor, early) == seen(world.secretary, early)
    assert seen(world.director, early) == (S.DRAFT, True)
    assert seen(world.observer, early) == seen(a_keeper(), early) == (S.TO_PREPARE, False)
    assert seen(world.director, late) == (S.LATE, True)
    LabelApplication.objects.filter(pk=draft.pk).update(state=ApplicationState.WITHDRAWN)
    file = a_submitted(world, ApplicationKind.RAISE)
    assert seen(world.observer, late) == seen(world.director, late) == (S.SUBMITTED, True)
    assert seen(a_keeper(), late) == (S.SUBMITTED, False)
    LabelApplication.objects.filter(pk=file.pk).update(state=ApplicationState.REFUSED)
    assert seen(world.director, late) == (S.LATE, False)


def test_a_suspension_and_the_last_mark_are_shown() -> None:
    campus = ending("2027-08-31", "c", (K.SUSPENDED, "2026-01-01", {}))
    a_director(campus)
    remind(on=ON)
    (renewal,) = review.deadlines(a_keeper(), on=ON).renewals
    assert renewal.is_suspended and renewal.last_mark == "M-6" and renewal.is_certain


def test_each_follows_what_is_theirs() -> None:
    world = a_world()
    elsewhere, demo = a_campus(region="93"), a_campus(is_demo=True)
    everything = {world.campus, elsewhere}
    expected = {
        a_person(): set(),
        world.director: {world.campus},
        world.contributor: {world.campus},
        a_director(elsewhere): {elsewhere},
        a_contributor(demo): {demo},
        world.instructor: {world.campus},
        world.recteur: {world.campus},
        world.president: {world.campus},
        world.secretary: everything,
        world.observer: everything,
        a_keeper(): everything,
        in_body(an_organisation(region=elsewhere.region), OrganisationRole.OBSERVER): {elsewhere},
        in_body(an_organisation(), OrganisationRole.EXPERT): set(),
        a_person(is_superuser=True, is_demo=True): everything | {demo},
    }
    for person, campuses in expected.items():
        assert set(rules.followed(person)) == campuses, person


def test_a_former_role_follows_nothing() -> None:
    campus = a_campus()
    assert not rules.followed(a_director(campus, ends_on=dt.date(2025, 1, 1)), on=ON).exists()
    assert rules.followed(a_director(campus, ends_on=dt.date(2025, 1, 1)), on=dt.date(2024, 1, 1)).exists()


# --- load ---------------------------------------------------------------------------------------------------------


@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31)))
def test_quarters_follow_each_other(day: dt.date) -> None:
    quarter = Quarter.of(day)
    first = dt.date(quarter.year, quarter.number * 3 - 2, 1)
    assert first <= day and Quarter.of(first) == quarter
    assert Quarter.of(first - dt.timedelta(days=1)).next == quarter
    assert Quarter.of(first - dt.timedelta(days=1)) < quarter


def test_the_load_counts_what_ends_in_each_quarter() -> None:
    for end in ("2027-03-31", "2027-04-01", "2027-06-30", "2031-12-31", "2027-01-15"):
        ending(end)
    ending("2027-06-30", "refusé", (K.NOT_RENEWED, "2027-01-15", {}))
    loads = review.load(review.deadlines(a_keeper(), on=ON).renewals, on=ON)
    assert len(loads) == review.QUARTERS
    # What ended before that day, in the same quarter, is still to be dealt with.
    assert [(str(each.quarter), each.ending) for each in loads if each.ending] == [
        ("T1 2027", 2),
        ("T2 2027", 2),
        ("T4 2031", 1),
    ]
    assert all(each.filed == 0 and each.open == each.ending for each in loads)


def test_as_many_queries_for_one_label_as_for_three() -> None:
    keeper = a_keeper()

    def queries() -> int:
        campus = ending("2027-08-31", "", (K.SUSPENDED, "2026-01-01", {}))
        a_director(campus)
        remind(on=ON)
        with CaptureQueriesContext(connection) as captured:
            review.deadlines(keeper, on=ON)
        return len(captured)

    one, _, three = queries(), queries(), queries()
    assert one == three <= 10
