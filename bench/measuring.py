"""One page against its own template, and against a bare page of its size, in one process; Django must be set up."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.template import Template
from django.test import Client, override_settings, signals
from django.test.utils import CaptureQueriesContext, instrumented_test_render

from bench import bare
from cmq.accounts.models import User
from cmq.web import page_cache

ROUNDS = 5


def logged_in_page(person: User, path: str, *, name: str = "") -> None:
    """One row: the page's whole cost, from request to answer, over that of its template; and its queries.

    And over that of a bare page of the same size: same log-in, same middleware, the same template drawn with
    everything already read. The row is named `name`, or by its address.
    """
    client = Client()
    client.force_login(person)
    template = template_alone(client, path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    queries = len(captured.captured_queries)
    bare.draw = template
    with override_settings(ROOT_URLCONF="bench.bare"):
        assert client.get("/nue/").content
        costs = [
            (median_of(lambda: client.get(path)), median_of(template), median_of(lambda: client.get("/nue/")))
            for _ in range(ROUNDS)
        ]
    ratio = statistics.median(whole / alone for whole, alone, _ in costs)
    over_bare = statistics.median(whole / bare_page for whole, _, bare_page in costs)
    whole, alone, _ = (statistics.median(each) * 1000 for each in zip(*costs, strict=True))
    figures = f"{ratio:.2f} of its template ({whole:.1f} and {alone:.1f} ms), {over_bare:.2f} of a bare page"
    row(name or f"logged in {path[:42]}", f"{figures}, {queries} queries")


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
