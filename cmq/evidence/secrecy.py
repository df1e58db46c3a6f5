"""Small cells: a count of people so low that somebody could be known again in it is not published."""

from collections.abc import Sequence
from decimal import Decimal

# Below it, a count of people is kept back; zero names nobody.
SMALLEST_COUNT = 5
RULE = (
    f"Un nombre de personnes de 1 à {SMALLEST_COUNT - 1} n’est pas publié : la valeur, sa précision et sa preuve sont "
    "vides, et « masquee » est vrai."
)
# What a page shows instead.
HIDDEN = f"moins de {SMALLEST_COUNT}"
# What these count is nobody. A unit that is not among them is taken for people.
_OF_THINGS = frozenset({"places", "entreprises", "%", "€", "formations", "projets", "événements"})


def is_small(number: Decimal | None, unit: str) -> bool:
    """Whether a value counts people, and too few of them to be published."""
    return number is not None and unit not in _OF_THINGS and 0 < number < SMALLEST_COUNT


def gives_back(hidden: Sequence[Decimal]) -> bool:
    """Whether a total would give back what is hidden in it, to who takes the shown values away from it: one hidden
    value, or several that are all the smallest or all the greatest that a hidden one can be."""
    return bool(hidden) and (len(hidden) == 1 or max(hidden) <= 1 or min(hidden) >= SMALLEST_COUNT - 1)
