"""What is due is run once on any number of machines; what is missed is known; a dead machine's task is taken up."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.models import OutgoingMail
from cmq.service import running, working
from cmq.service.models import TaskRun
from cmq.service.schedule import ALWAYS, Periodic, periodic

PARIS = ZoneInfo("Europe/Paris")
# Not long ago: the runs of long ago are swept by one of the tasks that run here.
AT = (timezone.now() - dt.timedelta(days=10)).replace(hour=12, minute=0, second=30, microsecond=0)
DAILY = next(each for each in ALWAYS if each.name == "rappels")


@given(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)))
def test_an_instant_lies_between_the_last_due_one_and_the_next(at: dt.datetime) -> None:
    for each in ALWAYS:
        last, following = each.due(at), each.next_due(at)
        assert last <= at < following
        assert each.due(following) == following
        assert each.due(following - dt.timedelta(seconds=1)) == last or following - last > dt.timedelta(hours=23)


@pytest.mark.parametrize("day", [dt.date(2027, 3, 28), dt.date(2027, 10, 31), dt.date(2027, 7, 1)])
def test_a_daily_task_is_due_once_a_day_also_when_the_clocks_change(day: dt.date) -> None:
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=PARIS)
    instants = {DAILY.due(midnight.astimezone(dt.UTC) + dt.timedelta(minutes=m)) for m in range(0, 27 * 60, 5)}
    local = [each.astimezone(PARIS) for each in instants]
    assert [each.time() for each in local if each.date() == day] == [dt.time(5, 15)]


@pytest.mark.django_db(transaction=False)
def test_what_is_due_is_run_once_and_says_how_it_went(settings: object) -> None:
    taken = running.enqueue_due(AT)
    assert set(taken) == {each.name for each in periodic()}
    runs = {run.name: run for run in TaskRun.objects.all()}
    assert set(runs) == set(taken) and all(run.ended_at and not run.error for run in runs.values())
    assert runs["rappels"].said.startswith("Rappels du") and runs["rappels"].due_at == DAILY.due(AT)
    assert running.enqueue_due(AT + dt.timedelta(seconds=20)) == []
    again = running.enqueue_due(AT + dt.timedelta(minutes=5))
    assert set(again) == {"courrier"}


@pytest.mark.django_db
def test_a_task_that_fails_says_why_and_is_overdue(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENTS = "/nulle/part", []
    settings.OPERATIONS_EMAIL = "technique@exemple.fr"
    MigrationRecorder.Migration.objects.update(applied=AT - dt.timedelta(days=1))
    running.enqueue_due(AT)
    failed = TaskRun.objects.get(name="sauvegarde")
    assert "CMQ_BACKUP_RECIPIENTS" in failed.error and failed.ended_at
    assert running.overdue(AT) == []
    later = AT + dt.timedelta(days=3)
    late = {task.name for task, _ in running.overdue(later)}
    assert {"sauvegarde", "rappels", "courrier"} <= late
    told = working.tell_overdue(later)
    assert told == len(late) and working.tell_overdue(later) == 0
    letter = OutgoingMail.objects.get(key__startswith="overdue:sauvegarde:")
    assert letter.to == "technique@exemple.fr" and "cmq backup /nulle/part" in letter.text
    running.enqueue_due(later)
    assert {task.name for task, _ in running.overdue(later)} == {"sauvegarde"}


@pytest.mark.django_db
def test_a_run_whose_machine_died_is_taken_up_again_three_times_at_most() -> None:
    due = DAILY.due(AT)
    TaskRun.objects.create(name="rappels", due_at=due, started_at=AT, seen_at=AT, machine="morte")
    assert "rappels" not in running.enqueue_due(AT + dt.timedelta(minutes=2))
    late = AT + dt.timedelta(minutes=4)
    assert "rappels" in running.enqueue_due(late)
    run = TaskRun.objects.get(name="rappels")
    assert (run.attempts, run.error) == (2, "") and run.ended_at
    TaskRun.objects.filter(pk=run.pk).update(ended_at=None, attempts=3, seen_at=AT)
    assert "rappels" not in running.enqueue_due(late)
    run.refresh_from_db()
    assert run.error == "Interrompue à chaque essai." and run.ended_at == late


def test_of_many_machines_one_takes_it(committed_db: None) -> None:
    """Twelve at once, on connections of their own."""

    def take(_: int) -> bool:
        try:
            return running._take("rappels", DAILY.due(AT), AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as machines:
        assert sum(machines.map(take, range(12))) == 1
    assert TaskRun.objects.count() == 1


def test_a_worker_empties_the_queue_of_the_database(committed_db: None, settings: object) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    running.run.enqueue("liens", "2026-11-24T02:45:00+00:00")
    assert running.queued() == 1
    call_command("worker", "--once")
    assert running.queued() == 0
    assert TaskRun.objects.good().filter(name="courrier").exists()


def test_without_a_queue_in_the_database_no_worker_waits() -> None:
    with pytest.raises(CommandError, match="TASKS"):
        call_command("worker", "--once")


def test_sources_and_backups_are_due_where_settings_ask_for_them(settings: object) -> None:
    settings.SCHEDULED_SOURCES, settings.BACKUP_DIR = ["bmo"], "/sauvegardes"
    added = {each.name: each.command for each in periodic() if each not in ALWAYS}
    assert added == {
        "source-bmo": ("import", "official", "bmo"),
        "sauvegarde": ("backup", "/sauvegardes", "--keep", "30"),
    }
    assert all(isinstance(each, Periodic) for each in periodic())
