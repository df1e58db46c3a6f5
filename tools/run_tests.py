"""Run the whole suite: linters, tests on SQLite, on PostgreSQL, and in a browser; say what had to be left out.

Usage: run_tests.py [lint] [sqlite] [postgres] [browser]   (all when none is named)
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT / "tools"))

from temporary_postgres import find_binaries, temporary_postgres  # noqa: E402

PARTS = ("lint", "sqlite", "postgres", "browser")
WORKERS = str(min(4, os.cpu_count() or 1))
TESTS = ["-n", WORKERS, "-m", "not browser"]


def main(asked: list[str]) -> int:
    """0 when every part that could run passed."""
    unknown = set(asked) - set(PARTS)
    if unknown:
        sys.exit(f"unknown part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    failed, skipped = [], []
    for part in asked or PARTS:
        started = time.monotonic()
        print(f"== {part}", flush=True)
        outcome = globals()[f"run_{part}"]()
        if isinstance(outcome, str):
            skipped.append(f"{part}: {outcome}")
        elif not outcome:
            failed.append(part)
        print(f"== {part}: {time.monotonic() - started:.0f} s", flush=True)
    for line in skipped:
        print(f"SKIPPED {line}")
    print("FAILED: " + ", ".join(failed) if failed else "Everything that ran has passed.")
    return 1 if failed else 0


def run_lint() -> bool:
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
    return all([run(command) for command in commands])


def run_sqlite() -> bool:
    """The suite on the embedded database."""
    return run([BIN / "pytest", *TESTS])


def run_postgres() -> bool | str:
    """The suite on a PostgreSQL cluster of its own."""
    if find_binaries() is None:
        return "no PostgreSQL server here; install Debian's package « postgresql »"
    with temporary_postgres() as url:
        return run([BIN / "pytest", *TESTS], DATABASE_URL=url)


def run_browser() -> bool | str:
    """Pages in a real browser, with axe."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        return "no Chromium here; install Debian's package « chromium »"
    return run([BIN / "pytest", "-n", WORKERS, "-m", "browser"])


def run(command: list[object], **environment: str) -> bool:
    """Run one command from the root; whether it exited with 0."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, env={**os.environ, **environment}).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
