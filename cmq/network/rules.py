"""Who invites, asks and answers; who belongs to a campus on a day, and since when somebody no longer does."""

import datetime as dt
from typing import Any

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus
from cmq.core.rights import Role, right
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


def moves_of(person: Any, request: PartnerRequest) -> frozenset[RequestState]:
    """What this person may make of a request: whoever opened it withdraws it, the other side answers."""
    of_campus, of_organisation = can_invite(person, request.campus), can_ask(person, request.organisation)
    opens, answers = (of_campus, of_organisation) if request.from_campus else (of_organisation, of_campus)
    mine = {RequestState.AGREED, RequestState.DECLINED} if answers else set()
    return MOVES[RequestState(request.state)] & (mine | ({RequestState.WITHDRAWN} if opens else set()))


def can_read_convention(person: Any, convention: Convention) -> bool:
    """The two sides that signed it."""
    partnership = convention.partnership
    return can_invite(person, partnership.campus) or can_ask(person, partnership.organisation)


def ended_on(campus: Campus, organisation: Organisation, on: dt.date) -> dt.date | None:
    """The day on which an organisation left a campus, as known on `on`; None while it belongs, or if it never did.

    Of an end known by its year or month, the last day.
    """
    rows = [each for each in campus.partnerships.all() if each.organisation_id == organisation.pk]
    if not all(each.is_over(on) for each in rows):
        return None
    return max((each.ends_on.last for each in rows if each.ends_on), default=None)
