"""A source is loaded whole or not at all, and says what became of it."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cmq.core.errors import Refusal
from cmq.core.locks import one_at_a_time
from cmq.core.models import Change
from cmq.labour.models import JobFamily, RecruitmentNeed
from cmq.official import standing
from cmq.official.actions import run_importer
from cmq.official.models import OfficialRun, RunState
from cmq.official.sources import IMPORTERS
from cmq.official.sources.job_families import IMPORTER

HEADER = "Code_FAP341;Intitulé_FAP341;Code_FAP228;Intitulé_FAP228;Code_FAP86;Intitulé_FAP86\n"


def line(number: int, name: str = "") -> str:
    name = name or f"Métier {number}"
    return f"X{number:03d}a;{name};X{number:03d};{name};X;Tous\n"


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Path:
        path = tmp_path / f"fap-{len(list(tmp_path.iterdir()))}.csv"
        path.write_text(header + "".join(lines), encoding=encoding)
        return path

    return write


def names() -> dict[str, str]:
    return dict(JobFamily.objects.values_list("code", "name"))


def counts(run: OfficialRun) -> tuple[int, ...]:
    return (run.read, run.created, run.changed, run.unchanged, run.removed, run.refused)


@pytest.mark.django_db
def test_only_what_differs_is_written_and_told(table: Callable[..., Path]) -> None:
    run_importer(IMPORTER, path=table(*(line(n) for n in range(10))))
    again = run_importer(IMPORTER, path=table(line(0, "Soudeurs"), *(line(n) for n in range(1, 9)), line(11)))
    assert counts(again) == (10, 1, 1, 8, 1, 0)
    assert ["X000", "name", "Métier 0", "Soudeurs"] in again.report["differences"]
    assert set(names()) == {f"X{n:03d}" for n in (*range(9), 11)}
    assert Change.objects.filter(act="core.bulk_load", model="labour.jobfamily").count() == 2


@pytest.mark.django_db
def test_the_same_file_is_read_once(table: Callable[..., Path]) -> None:
    path = table(line(1))
    assert run_importer(IMPORTER, path=path).state == RunState.DONE
    assert run_importer(IMPORTER, path=path).state == RunState.UNCHANGED
    assert counts(run_importer(IMPORTER, path=path, force=True)) == (1, 0, 0, 1, 0, 0)


@pytest.mark.django_db
def test_a_dry_run_tells_and_writes_nothing(table: Callable[..., Path]) -> None:
    run = run_importer(IMPORTER, path=table(line(1), line(2)), dry_run=True)
    assert run.state == RunState.TRIED and counts(run) == (2, 2, 0, 0, 0, 0)
    assert not names() and not Change.objects.filter(model="labour.jobfamily").exists()


@pytest.mark.parametrize("kept", [0, 4])
@pytest.mark.django_db
def test_a_file_that_lost_half_its_rows_is_stopped_unless_forced(table: Callable[..., Path], kept: int) -> None:
    run_importer(IMPORTER, path=table(*(line(n) for n in range(10))))
    before = names()
    small = table(*(line(n) for n in range(kept)))
    run = run_importer(IMPORTER, path=small)
    assert run.state == RunState.REFUSED and "Rien n’a été écrit" in run.report["error"]
    assert names() == before
    if kept:
        assert run_importer(IMPORTER, path=small, force=True).state == RunState.DONE
        assert len(names()) == kept


@pytest.mark.django_db
def test_bad_rows_are_left_out_with_their_reason_and_too_many_stop_the_file(table: Callable[..., Path]) -> None:
    bad = ["X9;;X9;;X;Tous\n", "X8;trop court\n"]
    run = run_importer(IMPORTER, path=table(*(line(n) for n in range(20)), *bad))
    assert run.state == RunState.DONE and counts(run) == (22, 20, 0, 0, 0, 2)
    assert [(row["number"], row["reason"]) for row in run.report["rejected"]] == [
        (22, "Le code ou l’intitulé manque."),
        (23, "La ligne a 2 cellules, l’en-tête en a 6."),
    ]
    run = run_importer(IMPORTER, path=table(*(line(n) for n in range(12)), *bad, *bad))
    assert run.state == RunState.REFUSED and "illisibles" in run.report["error"]
    assert len(names()) == 20


@pytest.mark.parametrize(
    ("header", "encoding", "said"),
    [
        ("Code;Libellé\n", "utf-8-sig", "L’en-tête a changé, il manque : Code_FAP228"),
        (HEADER, "latin-1", "pas écrit en UTF-8"),
    ],
)
@pytest.mark.django_db
def test_a_file_that_is_another_is_refused_whole(
    table: Callable[..., Path], header: str, encoding: str, said: str
) -> None:
    run = run_importer(IMPORTER, path=table(line(1, "Éleveurs"), header=header, encoding=encoding))
    assert run.state == RunState.REFUSED and said in run.report["error"]
    assert not names()


@pytest.mark.django_db
def test_what_others_point_at_stays(table: Callable[..., Path]) -> None:
    run_importer(IMPORTER, path=table(*(line(n) for n in range(4))))
    assert RecruitmentNeed._meta.get_field("family").remote_field.on_delete.__name__ == "CASCADE"
    run = run_importer(IMPORTER, path=table(*(line(n) for n in range(3))))
    assert run.removed == 1


def test_a_second_loading_waits_for_no_one(table: Callable[..., Path], committed_db: None) -> None:
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with one_at_a_time(f"official {IMPORTER.slug}"):
            held.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(60)
    with pytest.raises(Refusal, match="Un autre chargement"):
        run_importer(IMPORTER, path=table(line(1)))
    done.set()
    thread.join()
    assert run_importer(IMPORTER, path=table(line(1))).state == RunState.DONE


def is_free() -> bool:
    with one_at_a_time(f"official {IMPORTER.slug}") as held:
        return held


def test_a_loading_that_was_killed_leaves_no_trace_and_no_lock(table: Callable[..., Path], committed_db: None) -> None:
    run_importer(IMPORTER, path=table(line(1)))
    before = names()
    path = table(*(line(n) for n in range(300_000)))
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    command = [sys.executable, "-m", "cmq.cli", "import", "official", "fap", "--file", str(path)]
    victim = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.PIPE)
    assert victim.stdout is not None
    while b"lignes lues" not in victim.stdout.readline():
        assert victim.poll() is None
    time.sleep(0.2)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert names() == before
    until = time.monotonic() + 30
    # PostgreSQL ends a session whose client is gone when it has done with the statement under way.
    while not is_free() and time.monotonic() < until:
        time.sleep(0.05)
    run = run_importer(IMPORTER, path=table(line(1), line(2)))
    assert run.state == RunState.DONE and len(names()) == 2
    assert list(OfficialRun.objects.order_by("pk").values_list("state", flat=True)) == [
        RunState.DONE,
        RunState.INTERRUPTED,
        RunState.DONE,
    ]


@pytest.mark.django_db
def test_the_list_says_what_is_loaded_and_what_is_stale(
    table: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import", "--list")
    assert "jamais chargé" in capsys.readouterr().out
    run = run_importer(IMPORTER, path=table(line(1)))
    call_command("import", "--list")
    assert "(1 lignes)" in capsys.readouterr().out
    late = run.started_at + IMPORTER.stale_after + dt.timedelta(days=1)
    [each] = [s for s in standing.of_all(IMPORTERS.values(), at=late) if s.importer is IMPORTER]
    assert each.is_stale and "a vieilli" in each.sentence


@pytest.mark.django_db
def test_the_command_says_what_failed(table: Callable[..., Path]) -> None:
    with pytest.raises(CommandError, match="en échec"):
        call_command("import", "official", "fap", "--file", str(table(header="a;b\n")))
    with pytest.raises(CommandError, match="Source inconnue"):
        call_command("import", "official", "lune")
    with pytest.raises(CommandError, match="une seule source"):
        call_command("import", "official", "--file", "x.csv")
