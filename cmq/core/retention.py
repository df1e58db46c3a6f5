"""One table of what is kept of people. Each room's `personal.py` declares its rows here.

The public page « Données personnelles », the record of processing (RGPD, article 30), the nightly `cmq conservation`,
a person's own export and the erasure of an account are drawn from it; a test holds that every model is in it, or said
to hold nothing of anybody.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar

from django.db import models
from django.utils.module_loading import autodiscover_modules

from cmq.core.feed import change_set

# Rows of one transaction: whatever waits behind it waits for a moment only.
BATCH = 500
# Where the duration comes from when no text sets it.
OUR_CHOICE = "Choix de ce site"


class Basis(StrEnum):
    """Why a processing is lawful (RGPD, article 6-1)."""

    CONSENT = "Consentement"
    LEGAL = "Obligation légale"
    PUBLIC_TASK = "Mission d’intérêt public"
    INTEREST = "Intérêt légitime"
    SERVICE = "Nécessaire au service demandé"


class Then(StrEnum):
    """What happens when the time is over."""

    DELETED = "Effacé"
    ANONYMISED = "Rendu anonyme"
    PUBLIC = "Gardé au registre public"
    WITH_FILE = "Gardé avec le dossier"


Due = Callable[[dt.datetime], "models.QuerySet[Any]"]
Finish = Callable[["models.QuerySet[Any]", dt.datetime], int]
Run = Callable[[dt.datetime], int]
Tell = Callable[[Any], dict[str, Any]]


@dataclass
class Kept:
    """One line of the table.

    Attributes:
        name: « room.what », unique.
        treatment: the processing that it belongs to, as the record of article 30 names it.
        what, who, purpose, until: in French, for everyone to read; `until` says how long and from when.
        readers: who receives the data.
        then: what happens afterwards; `why`: which text sets that, or `OUR_CHOICE`.
        holds: labels of the models that the line speaks of.
        due: the rows of one model whose time is over at an instant; `finish` ends those that it is given and returns
            how many (deleted when not said); `batch` of them in a transaction (`BATCH` when not said); `run` instead of
            these where no model is.
    """

    name: str
    treatment: str
    what: str
    who: str
    purpose: str
    basis: Basis
    readers: str
    until: str
    then: Then
    why: str = OUR_CHOICE
    holds: set[str] = field(default_factory=set)
    due: Due | None = None
    finish: Finish | None = None
    batch: int = 0
    run: Run | None = None

    @property
    def is_swept(self) -> bool:
        """Whether the night ends something of this line; others end with what they hang on."""
        return self.due is not None or self.run is not None


TABLE: dict[str, Kept] = {}
_HELD: list[tuple[str, str]] = []
NOBODY: dict[str, str] = {}
# How a row of a model is told to the person it speaks of, where its columns do not say it well.
TELLS: dict[str, Tell] = {}
ALSO_TOLD: list[Callable[[Any], dict[str, list[dict[str, Any]]]]] = []
# Why a person's account must stay for now; and what else goes with it: rooms above accounts add theirs.
NEEDS: list[Callable[[Any, dt.date], list[str]]] = []
ERASURES: list[Callable[[Any, set[str], dt.datetime], None]] = []
# What an address asked for without any account: it ends with one only when its holder says so.
SUBSCRIPTIONS: list[Callable[[set[str], dt.datetime], None]] = []
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def keep(name: str, *, holds: tuple[str, ...] = (), **said: Any) -> None:
    """Declare a line of the table (`Kept` says with what)."""
    if name in TABLE:
        raise ValueError(f"line {name} declared twice")
    TABLE[name] = Kept(name=name, holds=set(holds), **said)


def hold(name: str, *labels: str) -> None:
    """Say that models of a room are spoken of by a line that another room declares."""
    _HELD.extend((name, label) for label in labels)


def nobody(because: str, *labels: str) -> None:
    """Say that models hold nothing of anybody, and why."""
    NOBODY.update(dict.fromkeys(labels, because))


def told(label: str) -> Callable[[Tell], Tell]:
    """Say how a row of this model is told to the person it speaks of: French name → value."""

    def declare(tell: Tell) -> Tell:
        TELLS[label] = tell
        return tell

    return declare


def also_told(tell: AnyFunction) -> AnyFunction:
    """Declare a function (person) → sort of thing → rows, for what no column of a model leads to from the person."""
    ALSO_TOLD.append(tell)
    return tell


def needed(reasons: AnyFunction) -> AnyFunction:
    """Declare a function (person, day) → sentences that say what depends on this person alone."""
    NEEDS.append(reasons)
    return reasons


def with_account(erase: AnyFunction) -> AnyFunction:
    """Declare a function (person, addresses, instant) that erases what a room keeps with an account."""
    ERASURES.append(erase)
    return erase


def subscription(end: AnyFunction) -> AnyFunction:
    """Declare a function (addresses, instant) that ends what addresses asked for without an account."""
    SUBSCRIPTIONS.append(end)
    return end


def table() -> list[Kept]:
    """Every line, those of one processing together, in the order of their declaration."""
    load()
    order = list(dict.fromkeys(line.treatment for line in TABLE.values()))
    return sorted(TABLE.values(), key=lambda line: order.index(line.treatment))


def load() -> None:
    """Read every room's `personal.py`."""
    autodiscover_modules("personal")
    for name, label in _HELD:
        TABLE[name].holds.add(label)


def waiting(line: Kept, *, at: dt.datetime) -> int | None:
    """How much of a line is over at an instant; None where only the act itself counts."""
    return line.due(at).count() if line.due is not None else None


def sweep(line: Kept, *, at: dt.datetime) -> int:
    """End what is over of one line, a batch a transaction; how much. Cut short, it is simply done again."""
    if line.run is not None:
        return line.run(at)
    number, last = 0, None
    while line.due is not None:
        with change_set():
            over = line.due(at) if last is None else line.due(at).filter(pk__gt=last)
            # Locked, so that what somebody confirms, or logs in to, at this very moment is seen.
            keys = list(
                over.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)[: line.batch or BATCH]
            )
            if not keys:
                break
            number += (line.finish or _delete)(line.due(at).filter(pk__in=keys), at)
        last = keys[-1]
    return number


def as_markdown() -> str:
    """The record of processing (RGPD, article 30), for `docs/personal-data.md`."""
    return "\n".join(_markdown_lines()) + "\n"


def _markdown_lines() -> Iterator[str]:
    for treatment, lines in groupby(table(), key=lambda line: line.treatment):
        yield from ("", f"## {treatment}", "")
        yield "| Données | Personnes | Finalité | Base légale | Destinataires | Durée | Ensuite | Source de la durée |"
        yield "|---" * 8 + "|"
        for line in lines:
            cells = (line.what, line.who, line.purpose, line.basis, line.readers, line.until, line.then, line.why)
            yield "| " + " | ".join(cells) + " |"


def _delete(rows: "models.QuerySet[Any]", at: dt.datetime) -> int:
    number = rows.count()
    rows.delete()
    return number


def described(row: models.Model, *, hidden: Collection[str]) -> dict[str, Any]:
    """What a row says, by the French names of its columns; without keys to other rows, and without secrets."""
    tell = TELLS.get(row._meta.label_lower)
    if tell is not None:
        return tell(row)
    columns = [each for each in row._meta.concrete_fields if not each.is_relation and each.name not in hidden]
    return {str(each.verbose_name): each.value_from_object(row) for each in columns}
