"""Who sees what people look for, and which questions may be kept at all."""

import re
from collections.abc import Sequence
from typing import Any

from cmq.core.rights import Role, right
from cmq.organisations.rules import is_keeper

# Words are kept once a question was asked so often, on so many different days.
LEAST_ASKED = 10
LEAST_DAYS = 3
# Days that a question is kept after it was last asked: in words, and while it is only a digest.
KEPT_DAYS = 365
RARE_DAYS = 30
_MOST_WORDS = 5
_LONGEST = 120
# Telephones, dates, numbers of a file or a card, in one word or spread over several.
_MOST_FIGURES = 3
# The codes of the ROME (J1501) are words of the trade.
_ROME = re.compile(r"[a-n]\d{4}")


@right("search.see_sought", "Voir ce que les lecteurs cherchent", roles=(Role.KEEPER, Role.TECHNICIAN))
def can_see_sought(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


def may_be_counted(typed: str, words: Sequence[str]) -> bool:
    """Whether a question may be counted: a few words, no address, no number that could be somebody's."""
    if "@" in typed or "//" in typed or not 0 < len(words) <= _MOST_WORDS:
        return False
    others = " ".join(word for word in words if not _ROME.fullmatch(word))
    return len(" ".join(words)) <= _LONGEST and sum(sign.isdigit() for sign in others) <= _MOST_FIGURES
