"""Every regular expression of the product, and texts made to keep each of them busy."""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import cmq

PACKAGE = Path(cmq.__file__).parent
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT}
# No text of the right shape has it: what comes before has been tried in vain.
BAD_END = "\x00"
# Of the processor, for a text of some pages.
ENOUGH = 0.25  # seconds
LENGTHS = (*range(16, 42, 2), 48, 56, 64, 80, 96, 128, 256, 2048, 8192)


@dataclass(frozen=True)
class Found:
    """An expression, where it is written, and how it is used: `fullmatch` tries one place only."""

    place: str
    pattern: re.Pattern[Any]
    method: str


def expressions() -> Iterator[Found]:
    """What is given to `re` anywhere in the product; an expression that a function makes is left out."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_re(node.func) and node.args]
        module = (
            importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)) if calls else None
        )
        for call in calls:
            try:
                pattern = _pattern(call, vars(module))
            except NameError:
                continue
            yield Found(f"{path.relative_to(PACKAGE)}:{call.lineno}", pattern, _method(call, tree))


def _method(call: ast.Call, tree: ast.Module) -> str:
    """`match` or `fullmatch` for what is used so only; else `search`."""
    assert isinstance(call.func, ast.Attribute)
    used = {call.func.attr}
    if call.func.attr == "compile":
        named = [each for each in ast.walk(tree) if isinstance(each, ast.Assign) and each.value is call]
        name = named[0].targets[0].id if named and isinstance(named[0].targets[0], ast.Name) else ""
        used = {
            each.attr
            for each in ast.walk(tree)
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == name
        }
    return used.pop() if len(used) == 1 and used <= {"match", "fullmatch"} else "search"


def _is_re(function: ast.expr) -> bool:
    name = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
    return name and function.attr in CALLS


def _pattern(call: ast.Call, names: dict[str, Any]) -> re.Pattern[Any]:
    def value(node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "", "eval"), names)

    told = value(call.args[0])
    if isinstance(told, re.Pattern):
        return told
    flags = [each.value for each in call.keywords if each.arg == "flags"]
    if call.func.attr == "compile" and len(call.args) > 1:
        flags.append(call.args[1])
    return re.compile(told, sum(int(value(each)) for each in flags))


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str]]:
    """What comes before, and what is repeated: of each repetition the shortest way to it, and what it may hold."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.DEBUG & (~re.UNICODE if isinstance(pattern.pattern, bytes) else -1))
    seen = set()
    for before, body in _repetitions(list(tree), ""):
        for unit in _units(body):
            if unit and (before, unit) not in seen:
                seen.add((before, unit))
                yield before, unit
                if before:
                    yield "", before + unit


def _repetitions(nodes: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    for op, said in nodes:
        if op in REPEATS:
            if said[1] > 10:
                yield before, list(said[2])
            yield from _repetitions(list(said[2]), before)
        elif op is sre.SUBPATTERN:
            yield from _repetitions(list(said[3]), before)
        elif op is sre.BRANCH:
            for each in said[1]:
                yield from _repetitions(list(each), before)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _repetitions(list(said[1]), before)
        before += _shortest([(op, said)])


def _units(body: list[Any]) -> Iterator[str]:
    """What one turn of a repetition may be: its shortest text, and each of its first signs."""
    yield _shortest(body)
    for op, said in body:
        if op is sre.BRANCH:
            for each in said[1]:
                yield _shortest(list(each))
        elif op is sre.IN:
            yield from _signs(said)
        elif op is sre.SUBPATTERN:
            yield from _units(list(said[3]))
        elif op in REPEATS:
            yield from _units(list(said[2]))


def _shortest(nodes: list[Any]) -> str:  # noqa: C901 (one line for each part of an expression)
    text = ""
    for op, said in nodes:
        if op is sre.LITERAL:
            text += chr(said)
        elif op is sre.NOT_LITERAL:
            text += "b" if chr(said) == "a" else "a"
        elif op is sre.ANY:
            text += "a"
        elif op is sre.IN:
            text += next(_signs(said))
        elif op is sre.BRANCH:
            text += min((_shortest(list(each)) for each in said[1]), key=len)
        elif op is sre.SUBPATTERN:
            text += _shortest(list(said[3]))
        elif op in REPEATS:
            text += _shortest(list(said[2])) * said[0]
    return text


_SAMPLES = "a0 A-_.,;:'\"<>/\\@()[]{}&%=+é\n\t’–z9"


def _signs(said: list[Any]) -> Iterator[str]:
    """Signs that a set holds, a few of each of its parts."""
    one = re.compile(_set_of(said))
    found = [sign for sign in _SAMPLES if one.fullmatch(sign)]
    for op, value in said:
        if op is sre.LITERAL and said[0][0] is not sre.NEGATE:
            found.append(chr(value))
        elif op is sre.RANGE and said[0][0] is not sre.NEGATE:
            found.append(chr(value[0]))
    yield from dict.fromkeys(found or ["a"])


_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_WORD: r"\w", sre.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _set_of(said: list[Any]) -> str:
    out = ""
    for op, value in said:
        if op is sre.NEGATE:
            out += "^"
        elif op is sre.LITERAL:
            out += re.escape(chr(value))
        elif op is sre.RANGE:
            out += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif op is sre.CATEGORY:
            out += _CATEGORIES[value]
    return f"[{out}]"


def worst(found: Found) -> tuple[float, int, str]:
    """The longest that a made text kept an expression: seconds, length, the text's beginning. Stops at `ENOUGH`."""
    longest = (0.0, 0, "")
    for before, unit in attacks(found.pattern):
        for length in LENGTHS:
            text = before + (unit * length)[:length] + BAD_END
            subject: Any = text if isinstance(found.pattern.pattern, str) else text.encode("utf-8")
            started = time.thread_time()
            getattr(found.pattern, found.method)(subject)
            seconds = time.thread_time() - started
            longest = max(longest, (seconds, length, (before + unit * 3)[:40]))
            if seconds > ENOUGH:
                return longest
            # What is this short here stays short, were it to grow with the square of the length.
            if length == 2048 and seconds < ENOUGH / 50:
                break
    return longest
