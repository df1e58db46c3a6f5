"""Whatever is decided on a label, in whatever order it comes: what its periods always are."""

import datetime as dt
import itertools

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cmq.core.partial_dates import PartialDate
from cmq.labels import actions
from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.labels.reading import read
from cmq.labels.states import LabelState, state_of
from tests.factories import a_campus, a_keeper
from tests.labels.deciding import decide

pytestmark = pytest.mark.django_db
K = DecisionKind
DAY = dt.timedelta(days=1)
WHEN = (
    st.dates(dt.date(2015, 1, 1), dt.date(2022, 12, 31)),
    st.sampled_from([10, 10, 7, 4]),
    st.one_of(st.none(), st.integers(1, 5)),
    st.one_of(st.none(), st.integers(0, 900)),
)
EVENT = st.tuples(st.sampled_from(list(DecisionKind)), *WHEN)


def lines(events: list[tuple[DecisionKind, dt.date, int, int | None, int | None]]) -> list[LabelDecision]:
    """Unsaved decisions; one kind has one line a day, as in the register."""
    found = {}
    for number, (kind, date, precision, years, length) in enumerate(events, start=1):
        day = PartialDate.parse(date.isoformat()[:precision])
        end = None if length is None else PartialDate.of(day.last + DAY * length)
        line = LabelDecision(pk=number, kind=kind, decided_on=day, duration_years=years, ends_on=end)
        found.setdefault((kind, day), line)
    return list(found.values())


def facts(decisions: list[LabelDecision]) -> list[object]:
    """A reading as plain values."""
    return [
        (p.decision.kind, p.starts_from, p.starts_by, p.ends_from, p.ends_by)
        + tuple((s.starts_from, s.starts_by, s.ends_from, s.ends_by) for s in p.suspensions)
        for p in read(decisions).periods
    ]


@settings(max_examples=300)
@given(events=st.lists(EVENT, max_size=9), randomly=st.randoms())
def test_whatever_is_decided_labels_never_overlap_and_order_of_entry_is_nothing(
    events: list[tuple[DecisionKind, dt.date, int, int | None, int | None]], randomly: object
) -> None:
    decisions = lines(events)
    shuffled = list(decisions)
    randomly.shuffle(shuffled)
    for number, decision in enumerate(shuffled, start=1):
        decision.pk = number
    assert facts(shuffled) == facts(sorted(decisions, key=lambda each: each.kind))
    periods = read(decisions).periods
    for one, following in itertools.pairwise(periods):
        assert one.ends_by is not None and one.ends_by < following.starts_by
        assert one.ends_from is None or one.ends_from < following.starts_from
        assert_closed_for_good(one, following, decisions)
    for period in periods:
        assert period.starts_from <= period.starts_by
        assert period.ends_by is None or max(period.starts_from, period.ends_from or dt.date.min) <= period.ends_by
        assert_inside(period)


def assert_inside(period: object) -> None:
    for stretch in period.suspensions:
        assert period.starts_from <= stretch.starts_from <= stretch.starts_by
        assert stretch.ends_by is None or stretch.starts_from <= stretch.ends_by
        assert stretch.ends_by is None or stretch.starts_by <= stretch.ends_by
        assert period.ends_by is None or (stretch.ends_by is not None and stretch.ends_by <= period.ends_by)
        assert period.ends_from is None or (stretch.ends_from is not None and stretch.ends_from <= period.ends_from)
    for one, following in itertools.pairwise(period.suspensions):
        assert one.ends_from is not None and one.ends_from < following.starts_from
        assert one.ends_by is not None and one.ends_by < following.starts_by


def assert_closed_for_good(period: object, following: object, decisions: list[LabelDecision]) -> None:
    """What certainly comes after an end or a withdrawal is a new award, perhaps renewed on its very day."""
    if period.closed_by is not None and following.starts_from > period.closed_by.effective_on.last:
        kinds = {each.kind for each in decisions if each.effective_on.first == following.starts_from}
        assert DecisionKind.AWARDED in kinds


@settings(max_examples=150)
@given(
    events=st.lists(EVENT, max_size=7),
    extension=st.tuples(st.just(K.EXTENDED), *WHEN),
)
@example(
    events=[
        (K.AWARDED, dt.date(2015, 1, 1), 10, None, 0),
        (K.EXTENDED, dt.date(2015, 1, 1), 10, None, None),
        (K.EXTENDED, dt.date(2015, 2, 1), 10, None, 0),
    ],
    extension=(K.EXTENDED, dt.date(2015, 1, 2), 10, None, 0),
)
@example(
    events=[
        (K.AWARDED, dt.date(2015, 1, 1), 10, 1, None),
        (K.WITHDRAWN, dt.date(2016, 1, 1), 10, None, None),
        (K.EXTENDED, dt.date(2016, 1, 2), 7, 1, None),
    ],
    extension=(K.EXTENDED, dt.date(2015, 12, 31), 10, None, 1),
)
def test_an_extension_never_shortens_anything(events: list[object], extension: object) -> None:
    without, with_ = lines(events), lines([*events, extension])
    before = {(p.decision.kind, p.decision.decided_on): p for p in read(without).periods}
    for period in read(with_).periods:
        former = before.get((period.decision.kind, period.decision.decided_on))
        is_known = period.decision.duration_years or period.decision.ends_on
        # A label that had run out when it was withdrawn is there to be withdrawn once it is extended: that shortens.
        if former is None or not is_known or period.closed_by != former.closed_by:
            continue
        for ends, ended in ((period.ends_from, former.ends_from), (period.ends_by, former.ends_by)):
            assert ended is None or ends is None or ends >= ended


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(EVENT, max_size=6),
    voided=st.sets(st.integers(0, 5)),
    day=st.dates(dt.date(2014, 1, 1), dt.date(2030, 1, 1)),
)
def test_on_any_day_a_campus_has_at_most_one_certain_label(
    events: list[object], voided: set[int], day: dt.date
) -> None:
    with transaction.atomic():
        campus, keeper, entered = a_campus(), a_keeper(), []
        for line in lines(events):
            terms = {"duration_years": line.duration_years, "ends_on": str(line.ends_on.iso) if line.ends_on else None}
            terms = {name: value for name, value in terms.items() if value is not None}
            entered.append(decide(campus, K(line.kind), line.decided_on.iso, act="Arrêté", **terms))
        for number in voided & set(range(len(entered))):
            actions.void_decision(entered[number], reason="erreur", by=keeper)
        own = Label.objects.filter(campus=campus)
        certain, suspended, in_force = own.held_on(day), own.suspended_on(day), own.in_force_on(day)
        assert certain.count() <= 1
        assert set(suspended) <= set(certain) and set(in_force) <= set(certain)
        assert not set(suspended) & set(in_force)
        assert not set(certain) & set(own.perhaps_held_on(day))
        assert state_of(campus, on=day) in LabelState.values
        assert campus.decisions.count() == len(entered) + len(voided & set(range(len(entered))))
        transaction.set_rollback(True)
