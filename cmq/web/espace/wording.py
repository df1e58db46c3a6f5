"""Stored values as people read them."""

from collections.abc import Iterable

from cmq.campuses.models import CampusFact, CampusField, Category
from cmq.reference.models import Filiere


def in_words(facts: Iterable[CampusFact]) -> list[CampusFact]:
    """The facts, each with `words`: the name of a filière or of a category in the place of its code. One query."""
    listed = list(facts)
    names = {(CampusField.CATEGORY.value, value): label for value, label in Category.choices}
    names |= {(CampusField.FILIERE.value, slug): name for slug, name in Filiere.objects.values_list("slug", "name")}
    for fact in listed:
        fact.words = names.get((fact.field, fact.value), fact.value)  # type: ignore[attr-defined]
    return listed
