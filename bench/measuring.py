"""One page against its own template, in one process; Django must be set up."""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.template import Template
from django.test import Client, signals
from django.test.utils import CaptureQueriesContext, instrumented_test_render

from cmq.accounts.models import User
from cmq.web import page_cache

ROUNDS = 5


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
