"""Which filières a job is of, by its code in the FAP or in the ROME."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from cmq.statistics.models import CodeList, FiliereJobs

# What a code that is named as outside of the twelve leads to.
OUTSIDE: frozenset[int] = frozenset()


@dataclass
class Filieres:
    """The rows of one list of codes, as they stood on a day."""

    # Beginning of a code → filières; none for jobs that are outside of the twelve.
    beginnings: Mapping[str, frozenset[int]]
    _known: dict[str, frozenset[int] | None] = field(default_factory=dict)

    def of(self, code: str) -> frozenset[int] | None:
        """The filières of a code, by its longest beginning; `OUTSIDE`, or None when no row speaks of it."""
        if code not in self._known:
            lengths = range(len(code), 0, -1)
            found = (self.beginnings[code[:length]] for length in lengths if code[:length] in self.beginnings)
            self._known[code] = next(found, None)
        return self._known[code]

    def of_any(self, codes: Iterable[str]) -> frozenset[int] | None:
        """The filières of a thing of several codes, together; `OUTSIDE` when all that is known is outside."""
        told = [filieres for code in codes if (filieres := self.of(code)) is not None]
        return frozenset().union(*told) if told else None


def on_day(code_list: CodeList, day: dt.date) -> Filieres:
    """The rows in force on a day; one query."""
    rows = FiliereJobs.objects.filter(Q(until=None) | Q(until__gt=day), code_list=code_list, since__lte=day)
    found: dict[str, set[int]] = defaultdict(set)
    for prefix, filiere in rows.values_list("prefix", "filiere"):
        found[prefix] |= {filiere} if filiere is not None else set()
    return Filieres({prefix: frozenset(filieres) for prefix, filieres in found.items()})
