"""Many trainings at once, from a table whose rows have been understood: all of them or none, twice as once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record, record_bulk
from cmq.core.models import Reliability, Source
from cmq.core.partial_dates import PartialDate
from cmq.trainings import rules
from cmq.trainings.actions.keeping import CHILDREN, children, columns
from cmq.trainings.models import Training, current_members
from cmq.trainings.rules import TrainingTerms

_BATCH = 400


class Fate(StrEnum):
    """What becomes of a line."""

    CREATED = "nouvelle"
    CHANGED = "modifiée"
    UNCHANGED = "inchangée"


@dataclass(frozen=True)
class Loaded:
    """How many trainings were written, completed, or stood already."""

    created: int
    changed: int
    unchanged: int

    @property
    def summary(self) -> str:
        """One French sentence."""
        return f"Formations inscrites : {self.created}, modifiées : {self.changed}, inchangées : {self.unchanged}."


@action
def load_trainings(
    campus: Campus, *, lines: Sequence[TrainingTerms], source: str, by: User | None, on: dt.date | None = None
) -> Loaded:
    """Write all the lines, each of which was `rules.check`ed; one that stands already is left in peace.

    A training is known again by its organisation, title, diploma and commune, when it has not ended.

    Args:
        source: the title of the table, which becomes the source of what it wrote.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, campus))
    require(lines, "Ce tableau ne contient aucune formation à inscrire.")
    on = on or timezone.localdate()
    # The campus is the lock: of two loads at once, the second sees what the first wrote.
    campus = Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    members = set(current_members(campus, on=on).values_list("organisation", flat=True))
    require(all(line.organisation.pk in members for line in lines), "Une organisation n’est plus membre du campus.")
    new: list[tuple[Training, TrainingTerms]] = []
    changed: list[tuple[Training, TrainingTerms]] = []
    for line, found, what in compare(campus, lines):
        said = columns(line)
        if found is None:
            key = Training.key_of(said["title"], said["diploma"], said["commune_id"])
            new.append((Training(campus=campus, key=key, confirmed_on=on, **said, **_origin(on)), line))
        elif what == Fate.CHANGED:
            for name, value in said.items():
                setattr(found, name, value)
            found.confirmed_on, found.version = on, found.version + 1
            changed.append((found, line))
    _store(new, changed, source=source)
    _tell(campus, new, changed)
    return Loaded(len(new), len(changed), len(lines) - len(new) - len(changed))


def compare(campus: Campus, lines: Sequence[TrainingTerms]) -> list[tuple[TrainingTerms, Training | None, Fate]]:
    """Each line with the training that it means and what would become of it. Raises `Refusal` for a bad line."""
    known = _Known(campus)
    compared: list[tuple[TrainingTerms, Training | None, Fate]] = []
    for line in lines:
        rules.check(line, campus)
        said = columns(line)
        found = known.training(line, Training.key_of(said["title"], said["diploma"], said["commune_id"]))
        if found is None:
            compared.append((line, None, Fate.CREATED))
        else:
            is_same = _said(found) == _saying(said, line)
            compared.append((line, found, Fate.UNCHANGED if is_same else Fate.CHANGED))
    return compared


class _Known:
    """The trainings that a campus holds. An ended one stays ended: a row means it only when it says the same end."""

    def __init__(self, campus: Campus) -> None:
        rows = Training.objects.filter(campus=campus).prefetch_related("ways", "audiences", "romes", "modules")
        self._held = {(each.organisation_id, each.key, each.ends_on): each for each in rows}
        self._asked: set[tuple[Any, ...]] = set()

    def training(self, line: TrainingTerms, key: str) -> Training | None:
        """The one that a line means. Raises `Refusal` when an earlier line meant it."""
        means = (line.organisation.pk, key)
        require(means not in self._asked, f"La formation « {line.title} » est deux fois dans ce tableau.")
        self._asked.add(means)
        return self._held.get((*means, None)) or self._held.get((*means, line.ends_on))


def _origin(on: dt.date) -> dict[str, Any]:
    return {"observed_on": PartialDate(on.year, on.month, on.day), "reliability": Reliability.UNKNOWN}


_COLUMNS = (
    *("title", "diploma", "address", "apply_url", "level", "capacity", "next_start", "starts_on", "ends_on"),
    *("organisation_id", "commune_id", "kind", "stage", "rncp_code"),
)


def _said(training: Training) -> tuple[Any, ...]:
    return (
        *(getattr(training, name) for name in _COLUMNS),
        {row.way for row in training.ways.all()},
        {row.audience for row in training.audiences.all()},
        {row.code for row in training.romes.all()},
        {(row.title, row.is_coloration) for row in training.modules.all()},
    )


def _saying(said: dict[str, Any], line: TrainingTerms) -> tuple[Any, ...]:
    ways, audiences, romes, modules = children(Training(), line)
    return (
        *(said[name] for name in _COLUMNS),
        {str(row.way) for row in ways},
        {str(row.audience) for row in audiences},
        {row.code for row in romes},
        {(row.title, row.is_coloration) for row in modules},
    )


def _store(
    new: list[tuple[Training, TrainingTerms]], changed: list[tuple[Training, TrainingTerms]], *, source: str
) -> None:
    if not new and not changed:
        return
    Training.objects.bulk_create([training for training, _ in new], batch_size=_BATCH)
    names = [*_COLUMNS, "confirmed_on", "version"]
    Training.objects.bulk_update([training for training, _ in changed], names, batch_size=_BATCH)
    keys = [training.pk for training, _ in changed]
    for start in range(0, len(keys), _BATCH):
        for model in CHILDREN:
            model.objects.filter(training__in=keys[start : start + _BATCH]).delete()
    rows = [children(training, line) for training, line in (*new, *changed)]
    for place, model in enumerate(CHILDREN):
        model.objects.bulk_create([row for each in rows for row in each[place]], batch_size=_BATCH)
    told, _ = Source.objects.get_or_create(title=source[:300], url="")
    links = Training.sources.through
    links._default_manager.bulk_create(
        [links(training_id=training.pk, source_id=told.pk) for training, _ in (*new, *changed)],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def _tell(
    campus: Campus, new: list[tuple[Training, TrainingTerms]], changed: list[tuple[Training, TrainingTerms]]
) -> None:
    if new:
        keys = [training.pk for training, _ in new]
        said = f"{campus} – Formations inscrites depuis un tableau : {len(keys)}."
        record_bulk(model=Training, count=len(keys), first=min(keys), last=max(keys), summary=said)
    if changed:
        record(campus, "trainings.load", f"Formations modifiées depuis un tableau : {len(changed)}.")
