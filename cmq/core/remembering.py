"""What is asked many times while one page is read, and cannot change before it is drawn."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

T = TypeVar("T")

_memory: ContextVar[dict[Hashable, object] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Until the end of the block, `remembered` answers are kept. For reading only: an act asks anew, under its lock."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question, asked once in a `remembering` block and every time outside of one."""
    memory = _memory.get()
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    return cast(T, memory[key])
