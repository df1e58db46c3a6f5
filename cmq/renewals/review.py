"""Who must renew when: the deadlines of the campuses that a person follows. Reads only."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils import timezone

from cmq.applications.models import LabelApplication
from cmq.applications.rules import readable_by
from cmq.campuses.models import Campus
from cmq.core.days import months_after
from cmq.labels.models import Label
from cmq.labels.rules import RENEWAL_MONTHS
from cmq.renewals import rules
from cmq.renewals.models import Mark, Reminder

# A convention of this register, in no text: six months before its end, a label for which nothing is submitted is late.
LATE = Mark.M6
# Quarters drawn: the five years that a label may last.
QUARTERS = 20


class RenewalState(StrEnum):
    """Where the renewal of a label stands."""

    LATE = "en-retard"
    OVER = "echu"
    TO_PREPARE = "a-preparer"
    DRAFT = "en-redaction"
    SUBMITTED = "depose"
    FAR = "plus-tard"
    REFUSED = "non-renouvele"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "en-retard": "En retard",
            "echu": "Échu sans renouvellement",
            "a-preparer": "À préparer",
            "en-redaction": "Dossier en rédaction",
            "depose": "Dossier déposé",
            "plus-tard": "Dans plus de dix-huit mois",
            "non-renouvele": "Renouvellement refusé",
        }[self.value]


@dataclass(frozen=True)
class Renewal:
    """The deadline of one campus: its last label whose end is known."""

    label: Label
    state: RenewalState
    is_suspended: bool
    # Where the reader may read it.
    file: LabelApplication | None
    last_mark: str

    @property
    def campus(self) -> Campus:
        """Whose label."""
        return self.label.campus

    @property
    def ends_on(self) -> dt.date:
        """The last day, the earliest when it is known at best roughly."""
        assert self.label.ends_from is not None
        return self.label.ends_from

    @property
    def is_certain(self) -> bool:
        """Whether the last day is known to the day."""
        return self.label.ends_from == self.label.ends_by

    @property
    def quarter(self) -> "Quarter":
        """Of the last day."""
        return Quarter.of(self.ends_on)


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> "Quarter":
        """The one of a day."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def next(self) -> "Quarter":
        """The one after."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def __str__(self) -> str:
        return f"T{self.number} {self.year}"


@dataclass
class Load:
    """How many labels end in a quarter, and for how many of them a file is submitted."""

    quarter: Quarter
    ending: int = 0
    filed: int = 0

    @property
    def open(self) -> int:
        """Without a file."""
        return self.ending - self.filed


@dataclass(frozen=True)
class Deadlines:
    """All that a person follows: deadlines, nearest first, and what cannot have one."""

    renewals: tuple[Renewal, ...]
    # A label runs, perhaps, and nobody knows until when.
    without_end: int
    # Ended too long ago to be renewed.
    long_over: int
    states: Counter[RenewalState] = field(default_factory=Counter)


def deadlines(person: Any, *, on: dt.date) -> Deadlines:
    """The deadlines of a person on a day. Seven queries, however many campuses."""
    followed = rules.followed(person, on=on)
    labels = (
        rules.last_labels()
        .filter(campus__in=followed)
        .select_related("campus__region", "campus__filiere")
        .prefetch_related("suspensions")
    )
    running = [label for label in labels if label.closed_by_id is None]
    oldest = months_after(on, -RENEWAL_MONTHS)
    near = [label for label in running if label.ends_from is not None and label.ends_from >= oldest]
    known = _Known(person, near)
    renewals = [_renewal(label, known, on=on) for label in near]
    return Deadlines(
        tuple(sorted(renewals, key=lambda each: (each.ends_on, each.campus.name, each.label.pk))),
        sum(label.ends_from is None and (label.ends_by is None or label.ends_by >= on) for label in running),
        sum(label.ends_from is not None and label.ends_from < oldest for label in running),
        Counter(each.state for each in renewals),
    )


def load(renewals: Iterable[Renewal], *, on: dt.date) -> list[Load]:
    """The quarters from the one of that day on, each with the labels that end in it; empty ones too."""
    quarter = Quarter.of(on)
    loads = {}
    for _ in range(QUARTERS):
        loads[quarter] = Load(quarter)
        quarter = quarter.next
    for renewal in renewals:
        found = loads.get(renewal.quarter)
        if found is not None and renewal.state is not RenewalState.REFUSED:
            found.ending += 1
            found.filed += renewal.state is RenewalState.SUBMITTED
    return list(loads.values())


class _Known:
    """What stands beside the labels, by campus or label."""

    def __init__(self, person: Any, labels: Sequence[Label]) -> None:
        campuses = [label.campus_id for label in labels]
        self.filed = {each.campus_id: each for each in rules.carrying_on().filter(campus__in=campuses)}
        own = readable_by(person).running().filter(campus__in=campuses, kind__in=rules.CARRYING_ON).order_by("pk")
        self.readable = {each.pk: each for each in own}
        self.drafts = {each.campus_id: each for each in own if not each.submitted_at}
        marks = Reminder.objects.filter(original__in=[label.original_id for label in labels])
        self.marks = {
            (original, ends_on): mark
            for original, ends_on, mark in marks.order_by("written_at", "pk").values_list("original", "ends_on", "mark")
        }


def _renewal(label: Label, known: _Known, *, on: dt.date) -> Renewal:
    assert label.ends_from is not None
    filed = known.filed.get(label.campus_id)
    if filed is not None and filed.submitted_at and timezone.localdate(filed.submitted_at) < label.starts_from:
        filed = None
    draft = known.drafts.get(label.campus_id)
    paused = any(pause.starts_by <= on and (pause.ends_from or on) >= on for pause in label.suspensions.all())
    file = filed if filed and filed.pk in known.readable else draft if not filed else None
    state = _state(label, filed=filed is not None, drafted=draft is not None, on=on)
    return Renewal(label, state, paused, file, known.marks.get((label.original_id, label.ends_from), ""))


def _state(label: Label, *, filed: bool, drafted: bool, on: dt.date) -> RenewalState:
    assert label.ends_from is not None
    if label.not_renewed_by_id is not None:
        return RenewalState.REFUSED
    if filed:
        return RenewalState.SUBMITTED
    if label.ends_from < on:
        return RenewalState.OVER
    if LATE.day(label.ends_from) <= on:
        return RenewalState.LATE
    if drafted:
        return RenewalState.DRAFT
    return RenewalState.TO_PREPARE if Mark.M18.day(label.ends_from) <= on else RenewalState.FAR
