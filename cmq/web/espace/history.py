"""The change feed as people read it: what happened to a campus, who did it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.models import Change


@dataclass(frozen=True)
class Line:
    """One change and the person who made it; None for the system."""

    change: Change
    person: User | None


def of_campus(campus: Campus) -> QuerySet[Change]:
    """Every change of a campus and of what belongs to it, newest first."""
    belongings: list[QuerySet[Model]] = [
        relation.related_model._default_manager.filter(**{relation.field.name: campus})
        for relation in Campus._meta.related_objects
    ]
    about = Q(model=Campus._meta.label_lower, key=str(campus.pk))
    for rows in belongings:
        keys = [str(key) for key in rows.order_by().values_list("pk", flat=True)]
        if keys:
            about |= Q(model=rows.model._meta.label_lower, key__in=keys)
    return Change.objects.filter(about).order_by("-position")


def with_people(changes: Iterable[Change]) -> list[Line]:
    """The changes with who made them, in one query more."""
    listed = list(changes)
    people = User.objects.in_bulk({change.by for change in listed if change.by})
    return [Line(change, people.get(change.by) if change.by else None) for change in listed]
