"""Calls are counted for all who count together, and a window that is over is forgotten."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection, connections

from cmq.core import rates
from cmq.core.rates import hit


@pytest.mark.django_db
def test_a_window_counts_and_starts_anew() -> None:
    numbers = [hit("a", limit=2, at=120 + second) for second in (0, 1, 59)]
    assert [rate.number for rate in numbers] == [1, 2, 3]
    assert [rate.left for rate in numbers] == [1, 0, 0]
    assert [rate.is_over for rate in numbers] == [False, False, True]
    assert [rate.reset for rate in numbers] == [60, 59, 1]
    assert hit("b", limit=2, at=120).number == 1
    assert hit("a", limit=2, at=180).number == 1


@pytest.mark.django_db
def test_old_counts_are_forgotten() -> None:
    hit("a", limit=2, at=0), hit("b", limit=2, at=86_400)
    rates.forget(at=86_461)
    assert hit("a", limit=2, at=0).number == 1
    assert hit("b", limit=2, at=86_400).number == 2


def test_several_who_count_at_once_lose_no_call(committed_db: None) -> None:
    def count(_: int) -> int:
        try:
            return hit("at once", limit=10, at=0).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        numbers = sorted(threads.map(count, range(40)))
    assert numbers == list(range(1, 41))
    rates.forget(at=10**9)


@pytest.mark.django_db
def test_who_cannot_be_counted_is_let_through() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("only the file has one writer")
    hit("a", limit=1, at=0)
    other = sqlite3.connect(settings.RATES_FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert not hit("a", limit=1, at=0).is_over
    finally:
        other.execute("ROLLBACK")
