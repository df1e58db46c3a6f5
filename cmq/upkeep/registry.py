"""What a campus is asked to confirm. Rooms above add their own kinds when the application starts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import timezone

from cmq.campuses.models import CampusArea, CampusFact, CampusName, Partnership
from cmq.core.models import Change

Things = Callable[[dt.date], "QuerySet[Any]"]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that ages. See `register`."""

    model: type[models.Model]
    label: str
    things: Things
    dated: Callable[[Any], dt.date | None]
    path: Callable[[Any], str]
    is_public: Callable[[Any], bool]
    note: Callable[[Any, dt.date], None] | None

    @property
    def name(self) -> str:
        """The label of the model, as confirmations keep it."""
        return self.model._meta.label_lower


KINDS: dict[str, Kind] = {}


def register(
    model: type[models.Model],
    label: str,
    *,
    things: Things,
    dated: Callable[[Any], dt.date | None],
    path: Callable[[Any], str],
    is_public: Callable[[Any], bool] = lambda thing: True,
    note: Callable[[Any, dt.date], None] | None = None,
) -> None:
    """Add a kind, or replace it.

    Args:
        label: French, for one of them.
        things: those that campuses show on a day, each with the `campus` that answers for it.
        dated: the day one of them was last observed or stated; None when nobody knows.
        path: where one of them is corrected, under the workspace of its campus.
        is_public: whether everyone reads it.
        note: keeps the day of a confirmation in the thing's own columns, for those that show it there.
    """
    kind = Kind(model, label, things, dated, path, is_public, note)
    KINDS[kind.name] = kind


def observed(thing: Any) -> dt.date | None:
    """The first day of an observation: of « 2024 », nobody may say that it was made in December."""
    return thing.observed_on.first if thing.observed_on else None


def with_last_change(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Annotated with `changed_at`, when the feed last tells of each: for what bears no day of its own."""
    key = Cast(OuterRef("pk"), CharField())
    told = Change.objects.filter(model=rows.model._meta.label_lower, key=key).order_by("-position")
    annotated: QuerySet[Any] = rows.annotate(changed_at=Subquery(told.values("at")[:1]))
    return annotated


def changed(thing: Any) -> dt.date | None:
    """The day that `with_last_change` found."""
    return timezone.localdate(thing.changed_at) if thing.changed_at else None


register(
    CampusFact,
    "Fait",
    things=lambda on: CampusFact.objects.filter(is_preferred=True),
    dated=observed,
    path=lambda fact: f"#{fact.field}",
)
register(
    CampusName,
    "Autre nom",
    things=lambda on: CampusName.objects.all(),
    dated=observed,
    path=lambda name: "#noms",
)
register(
    CampusArea,
    "Lieu ou territoire",
    things=lambda on: CampusArea.objects.select_related("academie", "departement", "commune"),
    dated=observed,
    path=lambda area: "#lieux",
)
register(
    Partnership,
    "Membre",
    things=lambda on: Partnership.objects.not_over(on).select_related("organisation"),
    dated=observed,
    path=lambda member: f"membres/#membre-{member.pk}",
)
