"""Print the figures. Read the ratios: the machine's own speed cancels out of them."""

import os
import statistics
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

from bench.serving import requests_per_second, serving  # noqa: E402
from cmq.accounts.models import User  # noqa: E402
from cmq.campuses.models import Campus  # noqa: E402
from cmq.operations import demonstration  # noqa: E402


def main() -> None:
    """Every figure of this room."""
    if not Campus.objects.exists():
        sys.exit("the database is empty: run `make run` once")
    anonymous_pages()
    logged_in_pages()


def anonymous_pages() -> None:
    """Public pages for a visitor against a bare Django view, two workers; wanted: at least 0.50."""
    campus = Campus.objects.real().latest("pk")
    with serving("bench.bare:application") as (url, _):
        bare = requests_per_second(f"{url}/")
    row("bare Django view", f"{bare:,.0f} requests/s")
    with serving("cmq.wsgi:application") as (url, started):
        row("start-up to first page", f"{started:.2f} s")
        for path in ("/", "/campus/", "/campus/?region=hauts-de-france", campus.get_absolute_url(), "/carte/"):
            requests_per_second(url + path, seconds=1)
            rate = requests_per_second(url + path)
            row(f"visitor {path[:50]}", f"{rate:,.0f} requests/s, {rate / bare:.2f} of the bare view")


def logged_in_pages() -> None:
    """A page for a logged-in person against its template alone; wanted: at most 1.50."""
    if not demonstration.is_present():
        return
    settings.ALLOWED_HOSTS.append("testserver")
    director = User.objects.get(email=demonstration.ACCOUNTS[1].email)
    keeper = User.objects.get(email=demonstration.ACCOUNTS[0].email)
    campus = director.campusmemberships.get().campus
    desk = f"/espace/campus/{campus.slug}/"
    for person, path in (
        (director, campus.get_absolute_url()),
        (director, "/campus/"),
        (director, desk),
        (keeper, "/espace/registre/"),
    ):
        logged_in_page(person, path)


def logged_in_page(person: User, path: str) -> None:
    """One row: the page's whole cost over its template's, and its queries."""
    client = Client()
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    whole = median_of(lambda: client.get(path))
    template = median_of(template_alone(client, path))
    row(f"logged in {path[:50]}", f"{whole / template:.2f} times its template, {len(queries)} queries")


def template_alone(client: Client, path: str) -> Callable[[], Any]:
    """The same page drawn again from the context that the view made."""
    captured: list[tuple[Any, Any]] = []
    plain = Template._render
    Template._render = instrumented_test_render

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


def median_of(act: Callable[[], Any], *, runs: int = 30) -> float:
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
