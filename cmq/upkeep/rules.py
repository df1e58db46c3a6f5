"""Who reviews, hands over and confirms; what is due, overdue or stale; how fresh a page is."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cmq.campuses import rules as campus_rules
from cmq.campuses.models import Campus, CampusMembership, CampusQuerySet, CampusRole
from cmq.campuses.rules import CAMPUS_HEADS, CAMPUS_PEOPLE
from cmq.core.days import months_after
from cmq.core.rights import right
from cmq.upkeep.models import AccessReview, Confirmation
from cmq.upkeep.registry import KINDS, Kind, observed

# A school year returns every twelve months: what nobody has looked at since the last one may have changed with it.
FRESH_MONTHS = 12
# A month to answer the letter of the quarter, before a keeper looks into it.
REVIEW_DAYS = 30


@right("upkeep.review_access", "Faire la revue des accès d’un campus", roles=CAMPUS_HEADS, about="campus")
@right("upkeep.hand_over", "Préparer le passage de relais d’un directeur", roles=CAMPUS_HEADS, about="campus")
def can_review(person: Any, campus: Campus) -> bool:
    """Its director, and the keepers of the register."""
    return campus_rules.can_invite(person, campus)


@right("upkeep.confirm", "Confirmer ce qu’un campus montre", roles=CAMPUS_PEOPLE, about="campus")
def can_confirm(person: Any, campus: Campus) -> bool:
    """Who may correct it may say that it is right."""
    return campus_rules.can_edit(person, campus)


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


# --- access -----------------------------------------------------------------------------------------------------


def review_due(*, on: dt.date) -> CampusQuerySet:
    """Campuses whose roles nobody has reviewed in the quarter of that day.

    Only those where somebody has had a role since before the quarter: what began since is known well enough.
    """
    quarter = quarter_of(on)
    roles = CampusMembership.objects.active(on).filter(campus=OuterRef("pk"), starts_on__lt=quarter)
    done = AccessReview.objects.filter(campus=OuterRef("pk"), quarter=quarter)
    return Campus.objects.filter(Exists(roles)).exclude(Exists(done))


def review_overdue(*, on: dt.date) -> CampusQuerySet:
    """Those still due when the time to answer is over."""
    is_late = on >= quarter_of(on) + dt.timedelta(days=REVIEW_DAYS)
    return review_due(on=on) if is_late else Campus.objects.none()


def without_director(*, on: dt.date) -> CampusQuerySet:
    """Campuses that work here, or did, and have no director on that day."""
    known = CampusMembership.objects.filter(campus=OuterRef("pk"))
    directors = CampusMembership.objects.active(on).filter(campus=OuterRef("pk"), role=CampusRole.DIRECTOR)
    return Campus.objects.filter(Exists(known)).exclude(Exists(directors))


# --- freshness --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing that a campus shows, and when it was last observed or confirmed."""

    kind: Kind
    thing: Any
    day: dt.date | None
    is_stale: bool


@dataclass(frozen=True)
class Freshness:
    """How much of what is shown was observed or confirmed lately."""

    recent: int
    dated: int
    total: int

    @property
    def share(self) -> int | None:
        """Whole percents, rounded down; None when nothing has a date, for then nobody knows."""
        return self.recent * 100 // self.total if self.dated else None


def is_recent(day: dt.date | None, *, on: dt.date) -> bool:
    """Whether that day lies within the last twelve months."""
    return day is not None and day >= months_after(on, -FRESH_MONTHS)


def freshness(days: Iterable[dt.date | None], *, on: dt.date) -> Freshness:
    """The freshness of things last looked at on these days."""
    listed = list(days)
    recent = sum(is_recent(day, on=on) for day in listed)
    return Freshness(recent, sum(day is not None for day in listed), len(listed))


def last_confirmed(campus: Campus) -> dict[tuple[str, str], dt.date]:
    """The last confirmation of each thing of a campus, in one query."""
    rows = Confirmation.objects.filter(campus=campus).order_by("at").values_list("model", "key", "at")
    return {(model, key): timezone.localdate(at) for model, key, at in rows}


def lines(campus: Campus, *, on: dt.date) -> list[Line]:
    """All that a campus shows of the registered kinds."""
    confirmed = last_confirmed(campus)
    found = []
    for kind in KINDS.values():
        for thing in kind.rows(campus):
            day = _latest(kind.dated(thing), confirmed.get((kind.name, str(thing.pk))))
            found.append(Line(kind, thing, day, not is_recent(day, on=on)))
    return found


def public_freshness(campus: Campus, *, on: dt.date) -> Freshness:
    """The freshness of the sourced statements of the public page; its campus was read `for_page`."""
    shown = [fact for fact in campus.facts.all() if fact.is_preferred]
    members = [each for each in campus.partnerships.all() if each.ends_on is None]
    confirmed = last_confirmed(campus)
    days = [
        _latest(observed(thing), confirmed.get((thing._meta.label_lower, str(thing.pk))))
        for thing in (*shown, *campus.names.all(), *campus.areas.all(), *members)
    ]
    return freshness(days, on=on)


def _latest(*days: dt.date | None) -> dt.date | None:
    return max((day for day in days if day), default=None)
