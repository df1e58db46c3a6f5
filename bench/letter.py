"""The sending of an issue against a bare loop that sends the same bytes on the same connections.

A database and a mail sink of their own, the sink in its own process. CMQ_BENCH_LETTERS says how many letters (10,000),
CMQ_BENCH_DATABASE on what (SQLite; « postgres » for a private cluster), CMQ_BENCH_PIPELINING=0 that the sink does not
offer PIPELINING (RFC 2920), which mail servers do and the bare loop, Python's own `sendmail`, makes no use of. Wanted:
at least 0.70.
"""

import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LETTERS = int(os.environ.get("CMQ_BENCH_LETTERS", "10000"))
PIPELINING = os.environ.get("CMQ_BENCH_PIPELINING", "1") == "1"
ROUNDS = 3
PARAGRAPH = (
    "Lycées, centres d’apprentis et entreprises d’un territoire y forment ensemble aux métiers d’une filière. " * 4
)


def main() -> None:
    """Make the place, then measure in it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CMQ_VAR_DIR": folder, "CMQ_LETTER_PER_MINUTE": "0", "DJANGO_SETTINGS_MODULE": "cmq.settings"}
        os.environ.pop("DATABASE_URL", None)
        if os.environ.get("CMQ_BENCH_DATABASE") == "postgres":
            sys.path.insert(0, str(ROOT / "tools"))
            from temporary_postgres import temporary_postgres

            with temporary_postgres() as url:
                os.environ["DATABASE_URL"] = url
                measure()
        else:
            measure()


def measure() -> None:
    """Rounds take turns, so that both feel the same neighbours; the median ratio counts."""
    import django

    command = [sys.executable, "-m", "tools.smtp_sink", *(["pipelining"] if PIPELINING else [])]
    sink = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert sink.stdin and sink.stdout
    port = int(sink.stdout.readline())
    os.environ["CMQ_MAIL_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        django.setup()
        issue = prepare()
        rounds = [a_round(issue, port, LETTERS // ROUNDS) for _ in range(ROUNDS)]
        sink.stdin.write("\n")
        sink.stdin.flush()
        taken = int(sink.stdout.readline())
    finally:
        sink.terminate()
    assert taken == 2 * (LETTERS // ROUNDS) * ROUNDS, taken
    report(rounds)


def report(rounds: list[tuple[float, float, int]]) -> None:
    """One row."""
    from django.db import connection

    from bench.measuring import row

    ratio = statistics.median(bare / ours for ours, bare, _ in rounds)
    ours, bare = (statistics.median(LETTERS // ROUNDS / each[place] for each in rounds) for place in (0, 1))
    size = statistics.mean(each[2] for each in rounds) / 1000
    what = f"{LETTERS:,} letters of {size:.0f} kB on {connection.vendor}{', PIPELINING' if PIPELINING else ''}"
    row("letter: an issue sent (wanted 0.70)", f"{ratio:.2f} of a bare loop ({ours:,.0f} and {bare:,.0f}/s; {what})")


def prepare() -> object:
    """An issue of some blocks, and all its readers."""
    from django.core.management import call_command
    from django.utils import timezone

    from cmq.accounts.models import User
    from cmq.newsletter.actions import composing
    from tests.newsletter.letter_world import crowd

    call_command("migrate", verbosity=0)
    by = User.objects.create_user("banc@exemple.fr", name="Banc", is_superuser=True)
    second = User.objects.create_user("second@exemple.fr", name="Second", is_superuser=True)
    crowd(LETTERS)
    issue = composing.begin(title="Banc d’essai", intro=PARAGRAPH, by=by, at=timezone.now())
    for number in range(8):
        composing.add_text(issue, title=f"Nouvelle {number}", text=PARAGRAPH, by=by)
    return begin(issue, by, second)


def begin(issue: object, by: object, second: object) -> object:
    """Proposed, agreed, begun: the rows are written."""
    from cmq.newsletter.actions import agreeing, sending
    from cmq.newsletter.models import Issue

    agreeing.propose(issue, by=by)
    issue = Issue.objects.get()
    agreed = agreeing.agree(issue, version=issue.version, by=second)
    begun = time.perf_counter()
    started = sending.start(agreed)
    from bench.measuring import row

    row("letter: rows written when a sending begins", f"{LETTERS / (time.perf_counter() - begun):,.0f}/s")
    return started


def a_round(issue: object, port: int, number: int) -> tuple[float, float, int]:
    """Seconds of a part of the issue, seconds of the same bytes by a bare loop, bytes of a letter."""
    from cmq.core.smtp import Line
    from cmq.newsletter.actions import sending

    kept: list[list[tuple[str, str, bytes]]] = []
    left = number

    class Keeping(Line):
        """The product's own line, which remembers what it sent, and pauses the issue when the part is done."""

        def __enter__(self) -> Line:
            kept.append([])
            return super().__enter__()

        def send(self, sender: str, to: str, message: bytes, **more: Any) -> Any:
            kept[-1].append((sender, to, message))
            return super().send(sender, to, message, **more)

    pace, outcome, drawer = sending.Pace(0), sending.Report(), sending.Drawer(issue)
    begun = time.perf_counter()
    while left:
        sending.BATCH = min(500, left)
        with Keeping() as line:
            batch, letters, _ = sending.take(issue, drawer, at=sending.timezone.now())
            sending._send_batch(issue, batch, letters, line, pace, outcome)
        left -= len(letters)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    for part in kept:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for sender, to, message in part:
                server.sendmail(sender, [to], message)
    bare = time.perf_counter() - begun
    assert outcome.sent == sum(map(len, kept)) == number
    return ours, bare, len(kept[0][0][2])


if __name__ == "__main__":
    main()
