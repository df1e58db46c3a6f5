"""When things were first shown: what « new » means for trainings, campuses, job sheets, events and articles.

Offers say it themselves (`listed_at`). The others are compared with what was noted before.
"""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction

from cmq.alerts.models import Appearance
from cmq.core.inserting import insert_rows
from cmq.core.locks import one_at_a_time
from cmq.offers.models import JobOffer
from cmq.search.kinds import KINDS, Kind, by_slug

_OFFERS = "offre"
_BATCH = 5_000


def note(*, at: dt.datetime) -> int:
    """Note what is shown for the first time; how many. The first time for a kind, all of it was there before."""
    with one_at_a_time("appearances") as held:
        if not held:
            return 0
        return sum(_note(kind, at) for kind in KINDS if kind.slug != _OFFERS)


def _note(kind: Kind, at: dt.datetime) -> int:
    known = set(Appearance.objects.filter(key__startswith=f"{kind.slug}:").values_list("key", flat=True))
    shown = {_key(kind, each) for each in kind.public(at).order_by().values_list("pk", flat=True).iterator()}
    since = at if known else None
    # The first of a kind leaves a mark, even where there is nothing yet.
    new = sorted(shown - known) + ([] if known else [f"{kind.slug}:0"])
    for start in range(0, len(new), _BATCH):
        with transaction.atomic():
            insert_rows([Appearance(key=key, since=since) for key in new[start : start + _BATCH]])
    return len(new) if known else 0


def _key(kind: Kind, pk: object) -> str:
    return f"{kind.slug}:{kind.number_of(pk)}"


def new_since(since: dt.datetime, *, until: dt.datetime, kinds: Iterable[str]) -> list[list[str]]:
    """« kind:number » of what is shown since then, in batches that one question can hold.

    Args:
        since, until: the first instant excluded.
        kinds: slugs; those of all kinds when empty.
    """
    wanted = set(kinds) or set(by_slug)
    noted = Appearance.objects.filter(since__gt=since, since__lte=until).values_list("key", flat=True)
    keys = [key for key in noted if key.split(":")[0] in wanted]
    if _OFFERS in wanted:
        listed = JobOffer.objects.live(until).filter(listed_at__gt=since, listed_at__lte=until).order_by("-pk")
        keys += [f"{_OFFERS}:{pk}" for pk in listed.values_list("pk", flat=True)]
    return [_part(keys, start) for start in range(0, len(keys), _BATCH)]


def _part(keys: Sequence[str], start: int) -> list[str]:
    return list(keys[start : start + _BATCH])
