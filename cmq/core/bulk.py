"""Bulk acts: the function of a single act, called for each, with a report one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cmq.core.errors import Refusal

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Outcome(Generic[Subject]):
    """What became of one of many: done, or refused with a French sentence."""

    subject: Subject
    refusal: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the act took place."""
        return not self.refusal


def one_by_one(subjects: Iterable[Subject], act: Callable[[Subject], object]) -> list[Outcome[Subject]]:
    """Call an action for each subject, each in a transaction of its own; one that is refused stops no other.

    A crash is a bug and stops all: what was done before stays done.
    """
    return [Outcome(subject, _refusal(subject, act)) for subject in subjects]


def _refusal(subject: Subject, act: Callable[[Subject], object]) -> str:
    try:
        act(subject)
    except Refusal as refusal:
        return str(refusal)
    return ""
