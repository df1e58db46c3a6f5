"""The clock of a machine jumps, forward and back: nothing is done twice, nothing waits for a wrong instant to come."""

import datetime as dt

import pytest
from django.utils import timezone

from cmq.core import journal, mail
from cmq.core.feed import change_set, public_position, record
from cmq.core.models import Change, OutgoingMail
from cmq.service import running
from cmq.service.models import TaskRun
from tests.core.test_mail import a_letter
from tests.factories import a_campus
from tests.service.test_schedule import AT, DAILY

pytestmark = pytest.mark.django_db
JUMP = dt.timedelta(days=2)


def at(monkeypatch: pytest.MonkeyPatch, instant: dt.datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: instant)


def test_lines_written_before_their_time_keep_their_order_and_the_journal_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campus = a_campus()
    before = public_position()
    for instant in (AT, AT + JUMP, AT + dt.timedelta(seconds=1)):
        at(monkeypatch, instant)
        with change_set():
            record(campus, "tests.change", f"À {instant:%d}.")
    lines = Change.objects.filter(position__gt=before).order_by("position")
    assert [line.at for line in lines] == [AT, AT + JUMP, AT + dt.timedelta(seconds=1)]
    assert [line.position for line in lines] == [before + 1, before + 2, before + 3]
    assert journal.verify().broken is None and public_position() == before + 3


def test_a_letter_taken_by_a_clock_ahead_leaves_at_once_when_that_is_known(
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=False):
        a_letter()
    OutgoingMail.objects.update(taken_at=timezone.now() + mail.HELD_FOR / 2)
    assert mail.send_waiting() == (0, 0)
    OutgoingMail.objects.update(taken_at=timezone.now() + JUMP)
    assert mail.send_waiting() == (1, 0)


def test_a_task_begun_by_a_clock_ahead_is_taken_up_by_another() -> None:
    due = DAILY.due(AT)
    TaskRun.objects.create(name="rappels", due_at=due, started_at=AT + JUMP, seen_at=AT + JUMP, machine="en avance")
    assert "rappels" in running.enqueue_due(AT)


def test_what_ran_ahead_of_its_time_does_not_run_twice_for_one_instant() -> None:
    assert "rappels" in running.enqueue_due(AT + JUMP)
    assert "rappels" in running.enqueue_due(AT)
    assert "rappels" not in running.enqueue_due(AT) + running.enqueue_due(AT + JUMP)
    assert TaskRun.objects.filter(name="rappels").count() == 2
