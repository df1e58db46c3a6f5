"""What a saved search means, on the page that it was made on; and what is new for it."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import parse_qs

from cmq.alerts import appearing
from cmq.alerts.models import Scope
from cmq.offers.selection import new_since, parsed
from cmq.search.answering import answering_among
from cmq.search.asking import in_words, parse

_UNNAMED = (
    "Une alerte garde la recherche : nous ne gardons pas votre position. Nommez une commune, puis demandez l’alerte."
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A search, understood.

    Attributes:
        query: of its address, in its one form.
        label: in French words.
        problems: what means nothing in it, in French.
    """

    scope: Scope
    query: str
    label: str
    problems: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Of its page, from the root of the site."""
        return self.scope.path + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell: its name, who and where, the path of its page."""

    title: str
    context: str
    path: str
    is_demo: bool


def understood(scope: Scope, query: str) -> Meaning:
    """What the address of a search means. Never raises."""
    if scope == Scope.OFFERS:
        choice = parsed(query)
        return Meaning(scope, choice.query(by_distance=False), choice.label, choice.problems)
    ask, problems = parse(parse_qs(query[:2_000]))
    told = [problem.message for problem in problems]
    if ask.near and not ask.near.insee_code:
        told.append(_UNNAMED)
    elif ask.is_empty and not ask.kind:
        told.append("Dites d’abord ce que vous cherchez.")
    return Meaning(scope, ask.query(order=None), in_words(ask), tuple(told))


def news_of(scope: Scope, query: str, since: dt.datetime, *, until: dt.datetime, most: int) -> list[News]:
    """What a saved search has to tell; `most` at most. Raises `IndexAway` where it cannot be known now."""
    if scope == Scope.OFFERS:
        offers = new_since(query, since, until=until).for_list()[:most]
        return [
            News(each.title, ", ".join(filter(None, (each.employer_name, each.place))), each.get_absolute_url(), d)
            for each in offers
            for d in (each.is_demo,)
        ]
    ask, _ = parse(parse_qs(query))
    found: list[News] = []
    for keys in appearing.new_since(since, until=until, kinds=[ask.kind] if ask.kind else []):
        rows = answering_among(ask, keys, at=until, limit=most - len(found))
        found += [News(row.title, row.context, row.url, row.is_demo) for row in rows]
        if len(found) >= most:
            break
    return found
