"""Who invites, asks and answers; who belongs to a campus on a day, and since when somebody no longer does."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus, Partnership
from cmq.core.rights import Role, right
from cmq.network.citing import CITING, Citation
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations import rules as organisations
from cmq.organisations.models import Organisation

# One table of moves: from an open state to a closed one, which is the end.
MOVES: dict[RequestState, frozenset[RequestState]] = {
    RequestState.INVITED: frozenset({RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN}),
    RequestState.ASKING: frozenset({RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN}),
    RequestState.AGREED: frozenset(),
    RequestState.DECLINED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
}


@right("network.invite", "Inviter un partenaire dans un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("network.keep_conventions", "Tenir les conventions d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_invite(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@right(
    "network.ask",
    "Demander qu’une organisation rejoigne un campus",
    roles=(Role.MEMBER, Role.KEEPER, Role.TECHNICIAN),
    about="organisation",
)
def can_ask(person: Any, organisation: Organisation) -> bool:
    """The organisation’s own contacts and heads, and the keepers of the register."""
    return organisations.can_edit(person, organisation)


def moves_of_sides(person: Any, request: PartnerRequest) -> frozenset[RequestState]:
    """What the sides that this person stands on make of a request: the one that opened it withdraws it, the other
    answers."""
    of_campus, of_organisation = can_invite(person, request.campus), can_ask(person, request.organisation)
    opens, answers = (of_campus, of_organisation) if request.from_campus else (of_organisation, of_campus)
    mine = {RequestState.AGREED, RequestState.DECLINED} if answers else set()
    return MOVES[RequestState(request.state)] & (mine | ({RequestState.WITHDRAWN} if opens else set()))


def moves_of(person: Any, request: PartnerRequest) -> frozenset[RequestState]:
    """The same, but that nobody answers themselves."""
    moves = moves_of_sides(person, request)
    return moves & {RequestState.WITHDRAWN} if opened(person, request) else moves


def opened(person: Any, request: PartnerRequest) -> bool:
    """Whether this person opened the request. Then somebody else answers, whatever roles the person has: a keeper, or
    who works on both sides, does not agree with themselves."""
    return request.opened_by_id is not None and request.opened_by_id == getattr(person, "pk", None)


def can_read_convention(person: Any, convention: Convention) -> bool:
    """The two sides that signed it."""
    partnership = convention.partnership
    return can_invite(person, partnership.campus) or can_ask(person, partnership.organisation)


def left_on(rows: Iterable[Partnership], on: dt.date) -> dict[int, dt.date]:
    """The last day of each organisation that has left, by key, as known on `on`; of an end known by its year or month,
    the last day. One that still has another role has not left.

    Args:
        rows: all the partnerships, in one campus, of the organisations in question.
    """
    gone: dict[int, dt.date] = {}
    standing: set[int] = set()
    for each in rows:
        if each.ends_on is not None and each.is_over(on):
            gone[each.organisation_id] = max(each.ends_on.last, gone.get(each.organisation_id, dt.date.min))
        else:
            standing.add(each.organisation_id)
    return {pk: day for pk, day in gone.items() if pk not in standing}


def ended_on(campus: Campus, organisation: Organisation, on: dt.date) -> dt.date | None:
    """The day on which an organisation left a campus (`left_on`); None while it belongs, or if it never did."""
    return left_on(campus.partnerships.filter(organisation=organisation), on).get(organisation.pk)


@dataclass(frozen=True)
class Departed:
    """A partner that has left, and what still cites it."""

    organisation: Organisation
    left_on: dt.date
    citations: tuple[Citation, ...]


def departed(campus: Campus, on: dt.date) -> list[Departed]:
    """The partners that have left a campus and are still cited by what is in force there, in the order of names."""
    rows = list(campus.partnerships.select_related("organisation").order_by("organisation__name", "pk"))
    gone = left_on(rows, on)
    organisations = {each.organisation_id: each.organisation for each in rows if each.organisation_id in gone}
    cited: dict[int, list[Citation]] = {}
    for citing in CITING.values() if gone else ():
        for citation in citing(campus, list(organisations.values()), on):
            cited.setdefault(citation.organisation.pk, []).append(citation)
    return [Departed(each, gone[pk], tuple(cited[pk])) for pk, each in organisations.items() if pk in cited]


def departed_from(campus: Campus, thing: Any, on: dt.date) -> list[Departed]:
    """The same, of one thing only: the partners that it still cites."""
    return [each for each in departed(campus, on) if any(cited.thing == thing for cited in each.citations)]
