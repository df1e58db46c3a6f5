"""The one search at national scale: `python -m bench.search`, `python -m bench.search growth`.

CMQ_BENCH_OFFERS says how many offers (100,000 unless told; 1,000,000 takes some minutes), CMQ_BENCH_QUESTIONS how many
questions a class has. It works in a database of its own: a private PostgreSQL where Debian has one, else SQLite.

Wanted, in one run: the whole page over HTTP, p95, at most 3 times the raw engine's p95 plus a bare page of the same
content; text and facets at least 10 times faster than PostgreSQL's full text; an index at most 1.5 times raw tantivy.
`growth` measures again from 10^5 offers up, and draws `docs/search-growth.svg`.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
FOLDER = os.environ.get("CMQ_VAR_DIR") or tempfile.mkdtemp(prefix="cmq-search-")
os.environ["CMQ_VAR_DIR"] = FOLDER
os.environ["CMQ_LOG_LEVEL"] = "ERROR"
os.environ["CMQ_SEARCH_FOLLOWS"] = "0"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import shutil  # noqa: E402
import subprocess  # noqa: E402

from temporary_postgres import find_binaries, temporary_postgres  # noqa: E402


def main(arguments: list[str]) -> None:
    """With a database of its own, run what `bench.search_measures` does."""
    command = [sys.executable, "-m", "bench.search_measures", *arguments]
    try:
        if "DATABASE_URL" in os.environ or find_binaries() is None:
            subprocess.run(command, check=True, cwd=ROOT)
            return
        with temporary_postgres() as url:
            subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "DATABASE_URL": url})
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
