"""No text that somebody sends keeps an expression of ours busy for long (ReDoS)."""

import re

from .regexes import ENOUGH, Found, expressions, worst


def test_no_text_keeps_an_expression_busy() -> None:
    found = list(expressions())
    assert len(found) > 100
    slow = {each.place: busy for each in found if (busy := worst(each))[0] > ENOUGH}
    assert not slow


def test_expressions_known_to_be_slow_are_found_so() -> None:
    known = {
        r"(a+)+$": "search",
        r"(?:x|xx)*y": "fullmatch",
        r"([^<>]*?)\s*(?:<a>)?": "fullmatch",
    }
    fast = [text for text, method in known.items() if worst(Found("", re.compile(text), method))[0] <= ENOUGH]
    assert not fast
