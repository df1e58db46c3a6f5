"""Small cells: a count of people so low that somebody could be known again in it is not published."""

from decimal import Decimal

# Below it, a count of people is kept back; zero names nobody.
SMALLEST_COUNT = 5
RULE = (
    f"Un nombre de personnes de 1 à {SMALLEST_COUNT - 1} n’est pas publié : la valeur, sa précision et sa preuve sont "
    "vides, et « masquee » est vrai."
)
# What these count is nobody. A unit that is not among them is taken for people.
_OF_THINGS = frozenset({"places", "entreprises", "%", "€", "formations", "projets", "événements"})


def is_small(number: Decimal | None, unit: str) -> bool:
    """Whether a value counts people, and too few of them to be published."""
    return number is not None and unit not in _OF_THINGS and 0 < number < SMALLEST_COUNT
