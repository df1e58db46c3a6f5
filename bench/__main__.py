"""Print the figures. Read the ratios: the machine's own speed cancels out of them."""

import os
import statistics
import subprocess
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.measuring import ROUNDS, logged_in_page, row  # noqa: E402
from bench.serving import page_weight, requests_per_second, seconds_to, serving  # noqa: E402
from cmq.accounts.models import User  # noqa: E402
from cmq.campuses.models import Campus  # noqa: E402
from cmq.operations import demonstration  # noqa: E402


def main() -> None:
    """Every figure of this room."""
    if not connection.introspection.table_names() or not Campus.objects.exists():
        sys.exit("the database is empty: run `make run` once")
    anonymous_pages()
    apart("journal")
    apart("procedure")
    apart("offers")
    apart("statistics")
    apart("quality")
    apart("letter")
    apart("articles")
    apart("search")
    apart("schools")
    apart("opendata")
    if not demonstration.is_present():
        sys.exit("no demonstration here: logged-in pages are not measured")
    logged_in_pages()


def apart(room: str) -> None:
    """Figures that need a database of their own: a million lines of journal, a campaign of a thousand files."""
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CMQ_VAR_DIR")}
    subprocess.run([sys.executable, "-m", f"bench.{room}"], check=True, env=own)


def anonymous_pages() -> None:
    """Start-up and weight; then pages for a visitor against a bare Django view (wanted: at least 0.50)."""
    row("start-up: nothing left to set up", f"{seconds_to('setup'):.2f} s")
    with serving("bench.bare:application") as (bare, bare_start), serving("cmq.wsgi:application") as (url, start):
        row("start-up: the server's first page", f"{start:.2f} s ({bare_start:.2f} s for a bare Django view)")
        weight, requests = page_weight(url)
        row("home page at first load (< 200 kB, < 15)", f"{weight / 1000:.0f} kB, {requests} requests")
        campus = Campus.objects.real().latest("pk").get_absolute_url()
        for path in ("/", "/campus/", "/campus/?region=hauts-de-france", campus, "/carte/"):
            anonymous_page(bare, url, path)


def anonymous_page(bare: str, url: str, path: str) -> None:
    """One row. Rounds take turns, so that both feel the same neighbours on the machine; the median ratio counts."""
    requests_per_second(url + path, seconds=1)
    rounds = [(requests_per_second(f"{bare}/"), requests_per_second(url + path)) for _ in range(ROUNDS)]
    ratio = statistics.median(page / yardstick for yardstick, page in rounds)
    yardstick, page = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    row(f"visitor {path[:44]}", f"{ratio:.2f} of a bare view ({page:,.0f} and {yardstick:,.0f} requests/s)")


def logged_in_pages() -> None:
    """A page for a logged-in person against its bare template.

    Wanted: at most 1.50 for public pages, which are kept but for the reader's name. A page of the workspace is drawn
    from live data; its template is so small that the queries outweigh it: read its milliseconds and their number.
    """
    settings.ALLOWED_HOSTS.append("testserver")
    director = User.objects.get(email=demonstration.ACCOUNTS[1].email)
    keeper = User.objects.get(email=demonstration.ACCOUNTS[0].email)
    campus = director.campusmemberships.order_by("pk")[0].campus
    desk = f"/espace/campus/{campus.slug}/"
    for person, path in (
        (director, "/"),
        (director, "/campus/"),
        (director, campus.get_absolute_url()),
        (director, desk),
        (director, f"{desk}membres/"),
        (keeper, "/espace/registre/"),
        (keeper, "/espace/registre/changements/"),
    ):
        logged_in_page(person, path)


if __name__ == "__main__":
    main()
