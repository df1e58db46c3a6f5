"""Readers, directors and experts at once, at 1, 2 and 4 workers: `python -m bench.load [WORKERS …]` (or `make load`).

The figures are printed, and written into `docs/trust/load.json` (CMQ_BENCH_RESULT: another name). Wanted: no error, and
memory flat after the first third of a run. Locust (`requirements/load.txt`, in an environment of its own: CMQ_LOCUST
says where) asks, on this machine, for CMQ_BENCH_SECONDS (60) at each number of workers, as CMQ_BENCH_USERS (60) people
who pause between two pages as people do, but twenty times shorter.

The demonstration of this site is copied first: nothing that is written stays. With DATABASE_URL that database is used
as it is, and what directors write stays in it.
"""

import contextlib
import datetime as dt
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = tempfile.TemporaryDirectory(prefix="cmq-load-")
SOURCE = Path(os.environ.get("CMQ_VAR_DIR", ROOT / "var"))
os.environ |= {
    "CMQ_VAR_DIR": FOLDER.name,
    "CMQ_LOG_LEVEL": "ERROR",
    "CMQ_ASKS_TERMS": "no",
    "CMQ_STEP_UP_MINUTES": "0",
    "DJANGO_SETTINGS_MODULE": "cmq.settings",
}
SECONDS, USERS = int(os.environ.get("CMQ_BENCH_SECONDS", "60")), int(os.environ.get("CMQ_BENCH_USERS", "60"))
LOCUST = os.environ.get("CMQ_LOCUST", str(ROOT / ".venv-load" / "bin" / "locust"))
RESULT = ROOT / "docs" / "trust" / f"{os.environ.get('CMQ_BENCH_RESULT', 'load')}.json"
PAGES, SESSIONS = 120, 20
PEOPLE = {"director": ("directrice", "contributeur"), "expert": ("experte1", "expert2", "experte3")}
WORDS = ["soudure", "maintenance", "aide soignant", "hotelerie", "bac pro numérique", "Brest", "apprentissage", "vin"]


def copy_of_the_site() -> None:
    """The database and the files of this installation, in a folder that goes away."""
    if not (SOURCE / "cmq.sqlite3").exists() and "DATABASE_URL" not in os.environ:
        sys.exit(f"no site in {SOURCE}: run `make run` once")
    left_out = shutil.ignore_patterns("*.sqlite3*", "metriques", "test*", "sauvegardes")
    shutil.copytree(SOURCE, FOLDER.name, dirs_exist_ok=True, ignore=left_out)
    if "DATABASE_URL" not in os.environ:
        with (
            contextlib.closing(sqlite3.connect(SOURCE / "cmq.sqlite3")) as source,
            contextlib.closing(sqlite3.connect(Path(FOLDER.name) / "cmq.sqlite3")) as copy,
        ):
            source.backup(copy)


def plan() -> dict[str, Any]:
    """What is asked for, by whom: pages that answer, sessions, parts of files that may be written."""
    from django.conf import settings

    from cmq.operations.demonstration.building import DOMAIN

    settings.ALLOWED_HOSTS.append("testserver")
    people = {role: [_person(f"{name}@{DOMAIN}") for name in names] for role, names in PEOPLE.items()}
    return {"pages": pages_from("/"), "words": WORDS, "people": people, "cookie": settings.SESSION_COOKIE_NAME}


def _person(email: str) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from cmq.accounts.models import User
    from cmq.applications import rules
    from cmq.applications.models import Section

    person = User.objects.get(email=email)
    clients = [Client() for _ in range(SESSIONS)]
    for client in clients:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    writable = [
        reverse("file_section", args=[part.application.reference, part.position])
        for part in Section.objects.select_related("application__campus")
        if rules.can_write(person, part.application) and rules.is_open_to_writing(part.application, part)
    ]
    return {
        "sessions": [client.cookies[settings.SESSION_COOKIE_NAME].value for client in clients],
        "pages": pages_from("/espace/", clients[0], most=PAGES // 3),
        "parts": writable,
    }


def pages_from(start: str, client: Any = None, *, most: int = PAGES) -> list[str]:
    """Addresses of pages that answer, found by following links from one."""
    import re

    from django.test import Client

    client = client or Client()
    found, waiting, seen = [], [start], {start}
    while waiting and len(found) < most:
        path = waiting.pop(0)
        answer = client.get(path)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        found.append(path)
        for link in re.findall(rf'href="({re.escape(start)}[^"#?.]*/)"', answer.content.decode()):
            if link not in seen and (start != "/" or not link.startswith(("/espace/", "/compte/"))):
                seen.add(link)
                waiting.append(link)
    return found


class Memory:
    """The resident memory of each worker, looked at every second of a run."""

    def __init__(self, url: str) -> None:
        self.port = url.rpartition(":")[2]
        self.seen: dict[int, list[tuple[float, float]]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        from bench.serving import workers_of

        started = time.monotonic()
        while not self._over.wait(1.0):
            for pid in workers_of(self.port):
                with contextlib.suppress(OSError):
                    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
                    self.seen.setdefault(pid, []).append((time.monotonic() - started, resident / 1e6))

    def figures(self) -> list[dict[str, Any]]:
        """For each worker, in MB: at the first look, after a third, at the end; the slope after that third; and the
        course of it, as seconds and MB."""
        told = []
        for looks in self.seen.values():
            settled = looks[len(looks) // 3 :]
            rate = slope(settled)
            told.append(
                {
                    "first": round(looks[0][1], 1),
                    "settled": round(settled[0][1], 1),
                    "last": round(settled[-1][1], 1),
                    "mb_per_minute": round(rate * 60, 2),
                    "course": [[round(at), round(level, 1)] for at, level in looks[:: len(looks) // 60 + 1]],
                }
            )
        return told


def slope(looks: list[tuple[float, float]]) -> float:
    """By least squares, in the second’s unit for one of the first."""
    if len(looks) < 2:
        return 0.0
    middle, level = (sum(each) / len(looks) for each in zip(*looks, strict=True))
    spread = sum((at - middle) ** 2 for at, _ in looks)
    return sum((at - middle) * (value - level) for at, value in looks) / spread if spread else 0.0


def measure(workers: int, asked: Path) -> dict[str, Any]:
    """One run."""
    from bench.serving import serving

    found = Path(FOLDER.name) / "found.json"
    found.unlink(missing_ok=True)
    with serving("cmq.wsgi:application", workers=workers) as (url, _), Memory(url) as memory:
        command = [LOCUST, "-f", str(ROOT / "bench" / "load_users.py"), "--headless", "--host", url]
        command += ["--users", str(USERS), "--spawn-rate", str(max(1, USERS // 5)), "--run-time", f"{SECONDS}s"]
        command += ["--only-summary"]
        own = {**os.environ, "CMQ_LOAD_PLAN": str(asked), "CMQ_LOAD_FOUND": str(found)}
        done = subprocess.run(command, env=own, capture_output=True, text=True, timeout=SECONDS + 60, check=False)
    if not found.exists():
        sys.exit(f"locust measured nothing: {done.stderr[-2000:]}")
    return {"workers": workers, **json.loads(found.read_text()), "memory_mb": memory.figures()}


def main(numbers: list[int]) -> None:
    """Every run, printed and written."""
    if not Path(LOCUST).exists():
        sys.exit(f"no locust at {LOCUST}: `make load` installs it")
    copy_of_the_site()
    import django

    django.setup()
    from django.db import connection

    import cmq

    asked = Path(FOLDER.name) / "plan.json"
    asked.write_text(json.dumps(plan()))
    connection.close()
    runs = [measure(each, asked) for each in numbers]
    told = {
        "command": "make load",
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "release": cmq.__version__,
        "database": connection.vendor,
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "seconds": SECONDS,
        "people": USERS,
        "runs": runs,
    }
    RESULT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    for run in runs:
        print(line_of(run))
    print(*[each for run in runs for each in run["problems"]], sep="\n")


def line_of(run: dict[str, Any]) -> str:
    """A run in a line."""
    total = run["all"]
    memory = ", ".join(f"{each['settled']:.0f} → {each['last']:.0f}" for each in run["memory_mb"])
    rates = ", ".join(f"{each['mb_per_minute']:+.1f}" for each in run["memory_mb"])
    return (
        f"{run['workers']} workers: {total['requests']} requests ({total['per_second']}/s), "
        f"{total['failures']} errors, "
        f"{total['p50_ms']:.0f} / {total['p95_ms']:.0f} / {total['p99_ms']:.0f} ms (50, 95, 99 %), "
        f"memory {memory} MB ({rates} MB/minute)"
    )


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [1, 2, 4])
