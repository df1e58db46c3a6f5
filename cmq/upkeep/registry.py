"""What a campus is asked to confirm. Rooms above add their own kinds when the application starts."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from cmq.campuses.models import Campus, CampusArea, CampusFact, CampusName, Partnership


@dataclass(frozen=True)
class Kind:
    """A kind of thing that ages: what it is called, which of them a campus shows, when one was last looked at."""

    model: type[models.Model]
    label: str
    rows: Callable[[Campus], Iterable[Any]]
    dated: Callable[[Any], dt.date | None]

    @property
    def name(self) -> str:
        """The label of the model, as confirmations keep it."""
        return self.model._meta.label_lower


KINDS: dict[str, Kind] = {}


def register(
    model: type[models.Model],
    label: str,
    *,
    rows: Callable[[Campus], Iterable[Any]],
    dated: Callable[[Any], dt.date | None] = lambda thing: None,
) -> None:
    """Add a kind, or replace it.

    Args:
        label: French, for one of them.
        rows: those that a campus shows today.
        dated: the day one of them was last observed or stated; None when nobody knows.
    """
    kind = Kind(model, label, rows, dated)
    KINDS[kind.name] = kind


def observed(thing: Any) -> dt.date | None:
    """The first day of an observation: of « 2024 », nobody may say that it was made in December."""
    return thing.observed_on.first if thing.observed_on else None


register(CampusFact, "Fait", rows=lambda campus: (f for f in campus.facts.all() if f.is_preferred), dated=observed)
register(CampusName, "Autre nom", rows=lambda campus: campus.names.all(), dated=observed)
register(
    CampusArea,
    "Lieu ou territoire",
    rows=lambda campus: campus.areas.select_related("academie", "departement", "commune"),
    dated=observed,
)
register(
    Partnership,
    "Membre",
    rows=lambda campus: campus.partnerships.filter(ends_on=None).select_related("organisation"),
    dated=observed,
)
