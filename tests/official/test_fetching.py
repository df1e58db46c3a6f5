"""Sources that fail in every way they are known to."""

import datetime as dt
from pathlib import Path

import pytest

from cmq.official.errors import SourceUnavailable
from cmq.official.fetching import Caller, retry_after
from tests.official.serving import Answer, Asked, in_turn, source

BODY = bytes(range(256)) * 400


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def caller(slept: list[float]) -> Caller:
    return Caller("La source", sleep=slept.append)


def test_a_source_that_asks_to_wait_is_waited_for(caller: Caller, slept: list[float]) -> None:
    busy = Answer(status=429, headers={"Retry-After": "7"})
    with source(in_turn(busy, Answer(status=500), Answer(b'{"a": 1}'))) as (url, calls):
        assert caller.json(url) == {"a": 1}
    assert slept == [7, 2]
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("status", "said", "times"),
    [(500, "erreur \\(500\\)", 5), (429, "ralentir", 5), (403, "refuse l’accès", 1), (404, "ne connaît pas", 1)],
)
def test_what_does_not_pass_is_said_in_french(caller: Caller, status: int, said: str, times: int) -> None:
    with source(in_turn(Answer(status=status))) as (url, calls), pytest.raises(SourceUnavailable, match=said):
        caller.json(url)
    assert len(calls) == times


def test_a_source_that_is_gone_is_said_so(caller: Caller) -> None:
    with source(in_turn(Answer())) as (url, _):
        pass
    with pytest.raises(SourceUnavailable, match="ne répond pas"):
        caller.json(url)


def test_an_answer_that_is_no_json_is_said_so(caller: Caller) -> None:
    with source(in_turn(Answer(b"<html>"))) as (url, _), pytest.raises(SourceUnavailable, match="autre chose"):
        caller.json(url)


def test_a_cut_download_goes_on_where_it_stopped(caller: Caller, tmp_path: Path) -> None:
    def replies(asked: Asked) -> Answer:
        begun = int(asked.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if begun:
            return Answer(BODY[begun:], status=206)
        return Answer(BODY, cut_after=50_000)

    with source(replies) as (url, calls):
        file = caller.download(url, tmp_path, name="table.csv")
    assert file.path.read_bytes() == BODY and file.size == len(BODY)
    assert calls[1].headers["Range"].startswith("bytes=") and calls[1].headers["Range"] != "bytes=0-"
    assert file.sha256[:16] in file.path.name


def test_a_source_that_ignores_ranges_sends_the_whole_again(caller: Caller, tmp_path: Path) -> None:
    with source(in_turn(Answer(BODY, cut_after=1000), Answer(BODY))) as (url, _):
        assert caller.download(url, tmp_path, name="table.csv").path.read_bytes() == BODY


def test_a_file_without_end_is_refused(caller: Caller, tmp_path: Path) -> None:
    with source(in_turn(Answer(BODY))) as (url, _), pytest.raises(SourceUnavailable, match="démesuré"):
        caller.download(url, tmp_path, name="table.csv", most_bytes=1000)


def test_calls_keep_the_pace_that_the_source_allows() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    with source(in_turn(Answer(b"{}"))) as (url, calls):
        caller = Caller("La source", per_second=7, sleep=sleep, clock=lambda: now[0])
        for _ in range(15):
            caller.json(url)
    assert len(calls) == 15
    assert sum(slept) == pytest.approx(2)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("12", 12), ("Sat, 28 Nov 2026 10:00:30 GMT", 30), ("Sat, 28 Nov 2026 09:00:00 GMT", 0), ("bientôt", None)],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, now=dt.datetime(2026, 11, 28, 10, tzinfo=dt.UTC)) == seconds
