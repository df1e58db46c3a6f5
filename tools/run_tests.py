"""Run the whole suite: linters, tests on SQLite, on PostgreSQL, and in a browser; say what had to be left out.

Usage: run_tests.py [lint] [sqlite] [postgres] [browser]   (all when none is named)
"""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from subprocess import PIPE, STDOUT

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT / "tools"))

from temporary_postgres import find_binaries, temporary_postgres  # noqa: E402

PARTS = ("lint", "sqlite", "postgres", "browser")


class Part:
    """One part of the suite, run by `workers` processes; what it prints is kept until it ends."""

    def __init__(self, name: str, workers: int) -> None:
        self.name, self.output, self.seconds = name, "", 0.0
        self.pytest = [BIN / "pytest", *(["-n", workers, "--dist", "worksteal"] if workers > 1 else [])]

    def run(self, *command: object, **environment: str) -> bool:
        """Run one command from the root; whether it exited with 0."""
        said = [str(word) for word in command]
        run = subprocess.run(said, cwd=ROOT, env={**os.environ, **environment}, stdout=PIPE, stderr=STDOUT, text=True)
        self.output += run.stdout
        return run.returncode == 0

    def outcome(self) -> bool | str:
        """Run it: whether it passed, or why it was left out."""
        started = time.monotonic()
        try:
            return globals()[f"run_{self.name}"](self)
        finally:
            self.seconds = time.monotonic() - started


def main(asked: list[str]) -> int:
    """0 when every part that could run passed."""
    unknown = set(asked) - set(PARTS)
    if unknown:
        sys.exit(f"unknown part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    names, cores = asked or PARTS, os.cpu_count() or 1
    # Parts asked together run side by side: each waits now and then, and none keeps every processor busy alone.
    workers = max(1, cores // min(2, len(names)))
    failed, skipped = [], []
    with ThreadPoolExecutor() as pool:
        parts = {pool.submit(part.outcome): part for part in (Part(name, workers) for name in names)}
        for done in as_completed(parts):
            part, outcome = parts[done], done.result()
            print(f"== {part.name}\n{part.output}== {part.name}: {part.seconds:.0f} s", flush=True)
            if isinstance(outcome, str):
                skipped.append(f"{part.name}: {outcome}")
            elif not outcome:
                failed.append(part.name)
    for line in skipped:
        print(f"SKIPPED {line}")
    print("FAILED: " + ", ".join(failed) if failed else "Everything that ran has passed.")
    return 1 if failed else 0


def run_lint(part: Part) -> bool:
    """Style, types, floors, migrations."""
    # Where Django looks whether a database has other migrations than the code.
    Path(os.environ.get("CMQ_VAR_DIR") or ROOT / "var").mkdir(parents=True, exist_ok=True)
    commands = [
        [BIN / "ruff", "check", "."],
        [BIN / "ruff", "format", "--check", "."],
        [BIN / "mypy"],
        [BIN / "lint-imports"],
        [BIN / "cmq", "makemigrations", "--check", "--dry-run"],
        [BIN / "python", "tools/check_migrations.py"],
    ]
    return all([part.run(*command) for command in commands])


def run_sqlite(part: Part) -> bool:
    """The suite on the embedded database."""
    return part.run(*part.pytest, "-m", "not browser")


def run_postgres(part: Part) -> bool | str:
    """What asks a database (`tests/conftest.py`), on a PostgreSQL cluster of its own."""
    if find_binaries() is None:
        return "no PostgreSQL server here; install Debian's package « postgresql »"
    with temporary_postgres() as url:
        return part.run(*part.pytest, "-m", "not browser", DATABASE_URL=url)


def run_browser(part: Part) -> bool | str:
    """Pages in a real browser, with axe."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        return "no Chromium here; install Debian's package « chromium »"
    return part.run(*part.pytest, "-m", "browser")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
