"""Who may change what the statistics lean on; the arithmetic that they share."""

import math
from collections.abc import Sequence
from typing import Any

from cmq.core.rights import Role, right
from cmq.organisations.rules import is_keeper

# Fewer files than this tell of one campus and what became of it: their delays and outcomes are not published.
FEWEST = 5


@right(
    "statistics.set_jobs", "Dire quels métiers relèvent d’une filière", roles=(Role.KEEPER, Role.TECHNICIAN), about=""
)
def can_set_jobs(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


def quantile(values: Sequence[int], share: float) -> int | None:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); None for no value."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
