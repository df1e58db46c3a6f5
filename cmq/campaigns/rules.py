"""Who runs campaigns, and what a calendar and a college must be."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cmq.campaigns.models import PHASE_ENDS, Authority, Campaign, College, Parity, Seat, SeatHolder, Side, Specification
from cmq.core.errors import require
from cmq.core.rights import Role, right
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import holds

SECRETARIES = (Role.SECRETARY,)


@right("campaigns.run", "Préparer, ouvrir, déplacer et clore une campagne", roles=SECRETARIES)
@right("campaigns.edit_specification", "Tenir les cahiers des charges et leur grille", roles=SECRETARIES)
@right("campaigns.edit_college", "Tenir les collèges, leurs sièges et leurs titulaires", roles=SECRETARIES)
def is_secretary(person: Any, *, on: dt.date | None = None) -> bool:
    """Whether this person keeps the authorities’ secretariat, which is national."""
    return holds(person, OrganisationRole.SECRETARY, on=on)


@right("campaigns.read_board", "Voir le tableau d’une campagne entière", roles=(Role.OBSERVER, Role.SECRETARY))
def can_read_board(person: Any) -> bool:
    """The secretaries, and observers of the nation."""
    return holds(person, OrganisationRole.SECRETARY, OrganisationRole.OBSERVER)


def seats_of(person: Any, campaign: Campaign, *, on: dt.date) -> list[SeatHolder]:
    """The seats that this person may fill in a campaign’s college on a day, as holder or deputy."""
    if not getattr(person, "pk", None):
        return []
    holders = SeatHolder.objects.active(on).filter(person=person.pk, seat__authority__college=campaign.college_id)
    return list(holders.select_related("seat__authority", "person"))


def can_serve(text: Specification | College, *, is_demo: bool) -> bool:
    """Whether a campaign may take up a specification or a college: the texts of the demonstration go away with it.

    A demonstration campaign takes what one of its kind uses already; a real one, anything but that.
    """
    uses = set(text.campaigns.values_list("is_demo", flat=True))
    return uses == {True} if is_demo else True not in uses


def check_calendar(ends: Mapping[str, dt.datetime | None], *, is_rolling: bool) -> None:
    """Refuse phases that are missing, overlap or run backwards.

    Args:
        ends: column of `PHASE_ENDS` → last instant.
    Raises `Refusal` naming the first phase at fault.
    """
    require(ends.get("opens_at"), "Donnez l’ouverture du dépôt.")
    later_ends = [ends.get(column) for column in list(PHASE_ENDS.values())[1:]]
    if is_rolling:
        require(not any(later_ends), "Une campagne à dépôt permanent n’a pas de fin de phase.")
        return
    before = ends["opens_at"]
    for phase, end in zip(list(PHASE_ENDS)[1:], later_ends, strict=True):
        require(end is not None, f"Donnez la fin de la phase « {phase.label} ».")
        assert end is not None and before is not None
        require(end > before, f"La phase « {phase.label} » doit finir après celle qui la précède.")
        before = end


@dataclass(frozen=True)
class Balance:
    """How many seats each side has, and whether the college’s rule of parity holds."""

    economic: int
    public: int
    is_kept: bool


def balance(college: College, seats: Iterable[Seat]) -> Balance:
    """Count the seats by side. D.335-35 since 2019: as many for the economic world as for State and collectivités."""
    sides = Counter(seat.authority.side for seat in seats)
    economic = sides[Side.ECONOMIC]
    public = sides[Side.STATE] + sides[Side.LOCAL]
    return Balance(economic, public, college.parity != Parity.HALVES or economic == public)


def quorum(college: College, filled: int) -> int:
    """How many seats must be present, of `filled` ones: the percentage, rounded up; at least one."""
    return max(1, -(-filled * college.quorum_percent // 100))


def signatories(college: College) -> list[Authority]:
    """The authorities whose signatures a joint decision needs."""
    return [authority for authority in college.authorities.all() if authority.signs]
