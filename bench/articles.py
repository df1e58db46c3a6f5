"""The page of an article against a Wagtail page with the same text and picture, both as a visitor gets them.

Wagtail is installed in an environment of its own, `var/bench-wagtail`, the first time; without it the bench says so.
Wanted: at least 5 times the requests per second of a plain Wagtail page. The product keeps its public pages until
something they show changes; so the same page of Wagtail kept by Django's cache is measured besides, without a wish.
And the weight of home and article at first load, without pictures (wanted: below 150 kB).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "8.0.1"
ROUNDS = 5
ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "var" / "bench-wagtail"
FOLDER = tempfile.TemporaryDirectory(prefix="cmq-articles-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/articles.sqlite3"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from bench.measuring import row  # noqa: E402
from bench.serving import page_weight, requests_per_second, serving  # noqa: E402
from cmq.editorial import body  # noqa: E402
from cmq.editorial.actions import publishing  # noqa: E402
from cmq.editorial.models import Article  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from tests import newsrooms  # noqa: E402

PARAGRAPH = (
    "Lycées, centres d’apprentis et entreprises d’un territoire y forment ensemble aux métiers d’une filière. Chacun "
    "garde ses ateliers ; les élèves passent de l’un à l’autre, du CAP au diplôme d’ingénieur. "
)
TEXT = "\n\n".join(
    f"## Partie {number}\n\n{PARAGRAPH * 3}\n\n- Un point\n- Un autre\n\n> Une phrase que quelqu’un a dite."
    for number in range(1, 6)
)


def main() -> None:
    """The weights, then the rounds."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("assets", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["dsfr", "django-dsfr"])
    load_reference()
    article = an_article()
    with serving("cmq.wsgi:application") as (ours, _):
        for name, path in (("home", "/"), ("article", article.get_absolute_url())):
            weight, requests = page_weight(ours + path, with_pictures=False)
            row(
                f"articles: {name} at first load, no pictures (< 150 kB)",
                f"{weight / 1000:.0f} kB, {requests} requests",
            )
        if (reason := install()) is None:
            twin = prepare(article)
            for is_cached in (False, True):
                compare(ours + article.get_absolute_url(), twin, is_cached=is_cached)
        else:
            row("articles: Wagtail", f"not measured, it cannot be installed here: {reason}")


def an_article() -> Article:
    """Published, with a picture."""
    editor = newsrooms.an_editor()
    picture = newsrooms.a_picture(by=editor, data=newsrooms.a_png(1280, 720))
    article = newsrooms.an_agreed_article(
        "Un atelier que trois écoles se partagent", by=editor, body=TEXT, picture=picture
    )
    return publishing.publish(article, by=editor)


def install() -> str | None:
    """Wagtail in its own environment; what pip said when it cannot be."""
    python = ENVIRONMENT / "bin" / "python"
    wanted = [f"wagtail=={VERSION}", f"granian=={version_of('granian')}"]
    if python.exists() and subprocess.run([python, "-c", "import wagtail, granian"], check=False).returncode == 0:
        return None
    subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]


def version_of(package: str) -> str:
    """The one that serves the product."""
    from importlib.metadata import version

    return version(package)


def prepare(article: Article) -> dict[str, str]:
    """The twin's page, with the text as our page shows it; returns its environment."""
    folder = Path(FOLDER.name) / "twin"
    folder.mkdir()
    read = body.read(article.body)
    said = {
        "title": article.title,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "body": "".join(str(part) for part in read.parts),
        "alternative": str(article.picture),
    }
    (folder / "article.json").write_text(json.dumps(said), "utf-8")
    (folder / "picture.png").write_bytes(newsrooms.a_png(1280, 720))
    own = {"TWIN_FOLDER": str(folder), "PYTHONPATH": str(ROOT / "bench"), "PATH": os.environ["PATH"]}
    subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-m", "wagtail_twin.prepare"], check=True, env=own, stdout=subprocess.DEVNULL
    )
    return own


def compare(page: str, twin: dict[str, str], *, is_cached: bool) -> None:
    """One row. Rounds take turns, so that both feel the same neighbours; the median ratio counts."""
    own = {**twin, "TWIN_CACHED": "1"} if is_cached else twin
    with serving("wagtail_twin.wsgi:application", bin=ENVIRONMENT / "bin", env=own) as (wagtail, _):
        for url in (page, wagtail):
            requests_per_second(url, seconds=1)
        rounds = [(requests_per_second(page), requests_per_second(wagtail)) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    ours, theirs = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    name = "one kept by Django’s cache" if is_cached else "a plain one (wanted 5)"
    row(f"articles: page against Wagtail, {name}", f"{ratio:.1f} times ({ours:,.0f} and {theirs:,.0f} requests/s)")


if __name__ == "__main__":
    main()
