"""Questions that the demonstration's readers are said to have asked: what a keeper reads of a search that is used."""

import datetime as dt

from cmq.search import sought
from cmq.search.models import SoughtWords

# Words as the search counts them, how many times a day, and whether something answered.
_ASKED = (
    ("aide soignant", 9, True),
    ("boulanger", 6, True),
    ("bts dietetique", 4, True),
    ("auxiliaire vie", 5, True),
    ("zythologue", 4, False),
    ("formation drone agricole", 4, False),
)
_DAYS = 3


def build(*, on: dt.date) -> None:
    """Count them on the three days before a day."""
    for before in range(_DAYS, 0, -1):
        for words, times, is_answered in _ASKED:
            for _ in range(times):
                sought.held.add(words, is_answered=is_answered)
        sought.flush(on=on - dt.timedelta(days=before))


def remove() -> None:
    """Forget them, with what was added by readers of the same words since."""
    SoughtWords.objects.filter(digest__in=[sought.digest_of(words) for words, _, _ in _ASKED]).delete()
