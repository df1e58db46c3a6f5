"""The change feed as people read it: what happened to a campus, who did it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

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
    belongings = [
        relation.related_model._default_manager.filter(**{relation.field.name: campus})
        .order_by()
        .values_list(Value(relation.related_model._meta.label_lower), Cast("pk", TextField()))
        for relation in Campus._meta.related_objects
    ]
    keys: dict[str, list[str]] = {Campus._meta.label_lower: [str(campus.pk)]}
    # One question for all the rooms: there are many, and more to come.
    for model, key in belongings[0].union(*belongings[1:]):
        keys.setdefault(model, []).append(key)
    about = Q()
    for model, some in keys.items():
        about |= Q(model=model, key__in=some)
    return Change.objects.filter(about).order_by("-position")


def with_people(changes: Iterable[Change]) -> list[Line]:
    """The changes with who made them, in one query more."""
    listed = list(changes)
    people = User.objects.in_bulk({change.by for change in listed if change.by})
    return [Line(change, people.get(change.by) if change.by else None) for change in listed]
