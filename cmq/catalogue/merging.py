"""Several statements on one training at one place, made into one row, each field with where it came from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CAMPUS, SCHOOLS, ONISEP, PARCOURSUP, INSERJEUNES = "campus", "annuaire", "onisep", "parcoursup", "inserjeunes"
ADDRESSES = "ban"
# Who is believed first, where no field says otherwise: who gives the training knows it best.
_RANK = (CAMPUS, PARCOURSUP, ONISEP, INSERJEUNES, SCHOOLS)
_RANKS: Mapping[str, tuple[str, ...]] = {
    "title": (CAMPUS, ONISEP, PARCOURSUP, INSERJEUNES),
    "place_name": (SCHOOLS, CAMPUS, ONISEP, PARCOURSUP),
    "commune_id": (CAMPUS, SCHOOLS, ONISEP),
    "latitude": (ADDRESSES, SCHOOLS, ONISEP, PARCOURSUP),
    "longitude": (ADDRESSES, SCHOOLS, ONISEP, PARCOURSUP),
    "siret": (SCHOOLS, CAMPUS, ONISEP),
    "info_url": (ONISEP, PARCOURSUP),
}
# True when any source says so.
_ANY = ("by_school", "by_apprenticeship", "by_continuing")
# Taken together from one source, or the place would lie between two.
_TOGETHER = {"longitude": "latitude"}


@dataclass(frozen=True)
class Statement:
    """What one source says of one training at one place.

    Attributes:
        slug, title: the source, for machines and for people.
        on: the day that it is of, in ISO form; empty when unknown.
        fields: only those that it knows.
    """

    slug: str
    title: str
    on: str
    fields: Mapping[str, Any]

    @property
    def origin(self) -> list[str]:
        """As `Course.provenance` keeps it."""
        return [self.slug, self.title, self.on]


def merge(statements: Sequence[Statement]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The fields of the row, and the origin of each.

    The best ranked source of a field gives it; of two statements of one source, the later. What no source says is
    left out.
    """
    ordered = sorted(statements, key=lambda said: said.on, reverse=True)
    values: dict[str, Any] = {}
    origins: dict[str, list[str]] = {}
    for name in sorted({name for said in ordered for name in said.fields}):
        said = _best(name, ordered)
        if said is None:
            continue
        values[name] = any(each.fields.get(name) for each in ordered) if name in _ANY else said.fields[name]
        origins[name] = said.origin
    for name, other in _TOGETHER.items():
        if name in values and origins.get(other) != origins[name]:
            values.pop(name, None), values.pop(other, None)
            origins.pop(name, None), origins.pop(other, None)
    return values, origins


def _best(name: str, statements: Sequence[Statement]) -> Statement | None:
    rank = _RANKS.get(name, _RANK)
    telling = [said for said in statements if said.slug in rank and said.fields.get(name) not in (None, "", [], False)]
    if name in _ANY and not telling:
        return None
    return min(telling, key=lambda said: rank.index(said.slug), default=None)
