"""The doors of trainings, and what stands behind them; read by `doors`."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.rights import Role
from cmq.imports.models import TrainingImport
from cmq.organisations.models import Organisation
from cmq.trainings.models import OpenDay, Training, TrainingShare
from tests.cast import Stage

NOBODY: frozenset[Role] = frozenset()
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})

READ: tuple[str, ...] = ("espace_trainings", "espace_training_choose", "espace_trainings_csv", "espace_training")
READ += ("espace_trainings_workbook", "espace_trainings_empty")
WRITE: tuple[str, ...] = (
    "espace_training_new",
    "espace_training_change",
    "espace_training_end",
    "espace_training_open_day",
)
WRITE += ("espace_training_share", "espace_trainings_table", "espace_trainings_sent")
ONLY_POST: tuple[str, ...] = ("espace_open_day_remove",)
ONLY_POST += ("espace_training_share_accept", "espace_training_share_end")
# Who reads, who posts.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(READ, (ON_CAMPUS, NOBODY)),
    **dict.fromkeys(WRITE, (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(ONLY_POST, (NOBODY, ON_CAMPUS)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about a training of the stage's campus, or one proposed to it."""
    campus = stage.campus
    other = Campus.objects.exclude(pk=campus.pk).order_by("pk")[0]
    more: tuple[int, ...] = ()
    if name.startswith("espace_training_share_"):
        more = (TrainingShare.objects.get_or_create(training=_training(other), campus=campus)[0].pk,)
    elif name == "espace_open_day_remove":
        said: dict[str, Any] = {"training": _training(campus), "day": timezone.localdate()}
        more = (OpenDay.objects.get_or_create(**said)[0].pk,)
    elif name == "espace_trainings_sent":
        fresh: dict[str, Any] = {"uploaded_at": timezone.now(), "report": {"lines": [], "errors": []}}
        more = (TrainingImport.objects.get_or_create(campus=campus, name="f.csv", defaults=fresh)[0].pk,)
    elif (
        name.startswith("espace_training_")
        and name not in ("espace_training_new", "espace_training_choose")
        or name == "espace_training"
    ):
        more = (_training(campus).pk,)
    return reverse(name, args=[campus.slug, *more])


def _training(campus: Campus) -> Training:
    organisation = Organisation.objects.order_by("pk")[0]
    said: dict[str, Any] = {"campus": campus, "organisation": organisation, "title": "Domotique"}
    return Training.objects.get_or_create(**said, defaults={"confirmed_on": "2020-01-01"})[0]
