"""The list of offers around a place, from the index: a database walks the whole circle, or all that is newer."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cmq.offers.models import JobOffer
from cmq.offers.selection import Choice
from cmq.search import folders
from cmq.search.answering import answer
from cmq.search.asking import Ask, Order
from cmq.search.selection import Near

_COUNTED = ("nature", "contrat")


@dataclass(frozen=True, slots=True)
class Around:
    """The offers of one page as a list shows them, how many there are on all pages, and of each kind and contract.

    Attributes:
        is_exact: whether the numbers are of all that answers, not of the newest or up to a bound.
    """

    shown: list[JobOffer]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    is_exact: bool = True


def offers_around(choice: Choice, *, at: dt.datetime) -> Around | None:
    """The page of a choice; None where only the database can tell: no index, or words, a job or a campus chosen."""
    near = choice.near
    is_elsewhere = choice.q or choice.occupation or choice.campus or folders.reader() is None
    if is_elsewhere or near is None or near.latitude is None or near.longitude is None:
        return None
    found = answer(
        Ask(
            kind="offre",
            near=Near(near.insee_code, str(near), near.latitude, near.longitude),
            radius=choice.radius,
            tags=dict(zip(_COUNTED, (choice.kinds, choice.contracts), strict=True)),
            order=Order.DISTANCE if choice.by_distance else Order.NEWEST,
            page=choice.page,
        ),
        at=at,
    )
    numbers = [hit.row.number for section in found.sections for hit in section.hits]
    rows = {offer.pk: offer for offer in JobOffer.objects.for_list().filter(pk__in=numbers).order_by()}
    counted = {facet.name: {each.value: each.count for each in facet.values if each.count} for facet in found.facets}
    counts = {name: counted.get(name, {}) for name in _COUNTED}
    return Around([rows[number] for number in numbers if number in rows], found.total, counts)
