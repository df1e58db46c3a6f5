"""Trainings entered by hand, changed, confirmed, ended; their open days."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import provenance
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.trainings import rules
from cmq.trainings.models import (
    OpenDay,
    Training,
    TrainingAudience,
    TrainingModule,
    TrainingRome,
    TrainingWay,
    current_members,
)
from cmq.trainings.rules import TrainingTerms

STALE = "Une autre personne a modifié cette formation entre-temps : rechargez la page, rien n’a été enregistré."
_PLAIN = ("level", "capacity", "next_start", "starts_on", "ends_on")
CHILDREN: tuple[Any, ...] = (TrainingWay, TrainingAudience, TrainingRome, TrainingModule)


@action
def add_training(campus: Campus, *, terms: TrainingTerms, by: User | None, on: dt.date | None = None) -> Training:
    """Enter a training that a member of the campus gives. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    on = on or timezone.localdate()
    campus = _locked_campus(campus)
    training = Training(campus=campus, confirmed_on=on)
    _write(training, terms, on=on)
    record(training, "trainings.add", f"{campus} – Formation inscrite : {training}.")
    return training


@action
def change_training(
    training: Training, *, terms: TrainingTerms, version: int, by: User, on: dt.date | None = None
) -> Training:
    """Change what a training says, which confirms it. `version` is the one that the person saw.

    Raises `NotAllowed`, `Refusal`.
    """
    training = locked_training(training, by=by)
    require(version == training.version, STALE)
    training.version += 1
    training.confirmed_on = on or timezone.localdate()
    _write(training, terms, on=training.confirmed_on)
    record(training, "trainings.change", f"{training.campus} – Formation modifiée : {training}.")
    return training


@action
def end_training(training: Training, *, ends_on: dt.date, by: User, on: dt.date | None = None) -> None:
    """Say which day is the last one on which a training is on offer. Raises `NotAllowed`, `Refusal`."""
    training = locked_training(training, by=by)
    require(training.ends_on is None, "La fin de cette formation est déjà inscrite.")
    require(
        training.starts_on is None or training.starts_on <= ends_on, "La formation finirait avant d’avoir commencé."
    )
    training.ends_on, training.confirmed_on = ends_on, on or timezone.localdate()
    training.version += 1
    training.save(update_fields=["ends_on", "confirmed_on", "version"])
    said = f"{training.campus} – Formation {training} : offerte jusqu’au {ends_on:%d/%m/%Y}."
    record(training, "trainings.end", said, diff={"ends_on": [None, ends_on.isoformat()]})


@action
def add_open_day(
    training: Training, *, day: dt.date, note: str = "", by: User | None, on: dt.date | None = None
) -> OpenDay:
    """Announce a day on which one may come and see. Raises `NotAllowed`, `Refusal`."""
    training = locked_training(training, by=by)
    require(day >= (on or timezone.localdate()), "Cette journée portes ouvertes est déjà passée.")
    require(training.ends_on is None or day <= training.ends_on, "La formation sera terminée ce jour-là.")
    note = one_line(note)
    require(len(note) <= 200, "La précision dépasse 200 caractères.")
    require(not training.open_days.filter(day=day).exists(), "Cette journée est déjà inscrite.")
    open_day = OpenDay.objects.create(training=training, day=day, note=note)
    said = f"{training.campus} – Formation {training} : portes ouvertes le {day:%d/%m/%Y}."
    record(training, "trainings.add_open_day", said)
    return open_day


@action
def remove_open_day(open_day: OpenDay, *, by: User) -> None:
    """Take an open day back. Raises `NotAllowed`."""
    training = locked_training(open_day.training, by=by)
    said = f"{training.campus} – Formation {training} : plus de portes ouvertes le {open_day.day:%d/%m/%Y}."
    open_day.delete()
    record(training, "trainings.remove_open_day", said)


def locked_training(training: Training, *, by: User | None) -> Training:
    """The training as it is now, locked, for somebody who works on its campus. Raises `NotAllowed`."""
    require_right(by is None or rules.can_edit(by, training.campus))
    return Training.objects.select_for_update(of=("self",)).select_related("campus").get(pk=training.pk)


def columns(terms: TrainingTerms) -> dict[str, Any]:
    """The columns of a training, in the form they are stored in."""
    texts = {name: one_line(getattr(terms, name)) for name in ("title", "diploma", "address", "apply_url")}
    return {
        **texts,
        **{name: getattr(terms, name) for name in _PLAIN},
        "organisation_id": terms.organisation.pk,
        "commune_id": terms.commune.pk if terms.commune else None,
        "kind": terms.kind.value if terms.kind else "",
        "stage": terms.stage.value if terms.stage else "",
        "rncp_code": rules.rncp(terms.rncp_code) if terms.rncp_code else "",
    }


def children(training: Training, terms: TrainingTerms) -> tuple[list[Any], ...]:
    """The rows under a training: ways, audiences, codes, modules; not saved."""
    modules = dict.fromkeys(one_line(title) for title in terms.modules if title.strip())
    colorations = dict.fromkeys(one_line(title) for title in terms.colorations if title.strip())
    rows = [(title, False) for title in modules if title not in colorations]
    rows += [(title, True) for title in colorations]
    return (
        [TrainingWay(training=training, way=way) for way in dict.fromkeys(terms.ways)],
        [TrainingAudience(training=training, audience=audience) for audience in dict.fromkeys(terms.audiences)],
        [TrainingRome(training=training, code=code) for code in dict.fromkeys(map(rules.rome, terms.romes))],
        [TrainingModule(training=training, title=title, is_coloration=is_one) for title, is_one in rows],
    )


def _locked_campus(campus: Campus) -> Campus:
    """Of two people who enter one training at once, the second sees the first."""
    return Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)


def _write(training: Training, terms: TrainingTerms, *, on: dt.date) -> None:
    campus = training.campus
    rules.check(terms, campus)
    # A training whose giver has left may still be corrected and ended, not given to another that has left too.
    if training.organisation_id != terms.organisation.pk:
        member = current_members(campus, on=on).filter(organisation=terms.organisation)
        require(member.exists(), f"{terms.organisation} n’est pas membre du campus : inscrivez-la d’abord.")
    for name, value in columns(terms).items():
        setattr(training, name, value)
    key = Training.key_of(training.title, training.diploma, training.commune_id)
    same = Training.objects.filter(campus=campus, organisation=terms.organisation, key=key, ends_on=None)
    is_double = training.ends_on is None and same.exclude(pk=training.pk).exists()
    require(not is_double, f"La formation « {training.title} » est déjà inscrite pour cette organisation et ce lieu.")
    provenance.state(training, terms.origin)
    _replace_children(training, terms)


def _replace_children(training: Training, terms: TrainingTerms) -> None:
    for model, rows in zip(CHILDREN, children(training, terms), strict=True):
        model.objects.filter(training=training).delete()
        model.objects.bulk_create(rows)
