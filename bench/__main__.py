"""Print the figures. Read the ratios: the machine's own speed cancels out of them."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.template import Template  # noqa: E402
from django.test import Client, signals  # noqa: E402
from django.test.utils import CaptureQueriesContext, instrumented_test_render  # noqa: E402

from bench.serving import page_weight, requests_per_second, seconds_to, serving  # noqa: E402
from cmq.accounts.models import User  # noqa: E402
from cmq.campuses.models import Campus  # noqa: E402
from cmq.operations import demonstration  # noqa: E402
from cmq.web import page_cache  # noqa: E402

ROUNDS = 5


def main() -> None:
    """Every figure of this room."""
    if not connection.introspection.table_names() or not Campus.objects.exists():
        sys.exit("the database is empty: run `make run` once")
    anonymous_pages()
    journal()
    if not demonstration.is_present():
        sys.exit("no demonstration here: logged-in pages are not measured")
    logged_in_pages()


def journal() -> None:
    """A million lines proved against hashing them alone, in a process and a database of their own."""
    own = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CMQ_VAR_DIR")}
    subprocess.run([sys.executable, "-m", "bench.journal"], check=True, env=own)


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
    campus = director.campusmemberships.get().campus
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


def logged_in_page(person: User, path: str) -> None:
    """One row: the page's whole cost, from request to answer, over that of its template; and its queries."""
    client = Client()
    client.force_login(person)
    template = template_alone(client, path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    queries = len(captured.captured_queries)
    costs = [(median_of(lambda: client.get(path)), median_of(template)) for _ in range(ROUNDS)]
    ratio = statistics.median(whole / alone for whole, alone in costs)
    whole, alone = (statistics.median(each) * 1000 for each in zip(*costs, strict=True))
    row(f"logged in {path[:42]}", f"{ratio:.2f} of its template ({whole:.1f} and {alone:.1f} ms), {queries} queries")


def template_alone(client: Client, path: str) -> Callable[[], Any]:
    """The same page drawn again from the context that the view made: every query of it is already answered."""
    captured: list[tuple[Any, Any]] = []
    plain = Template._render
    Template._render = instrumented_test_render
    page_cache.shelf = page_cache._Shelf()

    def keep(sender: Any, template: Any, context: Any, **kwargs: Any) -> None:
        if not captured:
            captured.append((template, context))

    signals.template_rendered.connect(keep)
    try:
        client.get(path)
    finally:
        signals.template_rendered.disconnect(keep)
        Template._render = plain
    template, context = captured[0]
    return lambda: template.render(context)


def median_of(act: Callable[[], Any], *, runs: int = 20) -> float:
    """Seconds of one call."""
    act()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def row(name: str, figure: str) -> None:
    """One line of the report."""
    print(f"{name:<62} {figure}", flush=True)


if __name__ == "__main__":
    main()
