"""How good the answers of the search are: `python -m bench.quality [WORST]` (`docs/search-quality.md`).

It works in a database of its own, in a temporary folder, filled with what `tests/search_quality/corpus.py` makes.
"""

import os
import sys
import tempfile

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-quality-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/quality.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.measuring import row  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.search import indexing  # noqa: E402
from tests.search_quality import corpus, scoring  # noqa: E402


def main(worst: int) -> None:
    """The two means, then the questions that are answered worst."""
    call_command("migrate", verbosity=0)
    load_reference()
    corpus.build()
    indexing.rebuild()
    scores = [scoring.score(query) for query in scoring.load()]
    ndcg, success = scoring.means(scores)
    row(f"search: quality over {len(scores)} questions", f"nDCG@10 {ndcg:.3f}, success@3 {success:.3f}")
    for each in sorted(scores, key=lambda score: score.ndcg)[:worst]:
        print(f"  {each.ndcg:.2f} {each.query.text} → {'; '.join(each.shown[:3])}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
