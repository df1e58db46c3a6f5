"""Who reviews, hands over and confirms; what is due, overdue or stale; how fresh a page is."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from cmq.campuses import rules as campus_rules
from cmq.campuses.models import Campus, CampusMembership, CampusQuerySet, CampusRole
from cmq.campuses.rules import CAMPUS_HEADS, CAMPUS_PEOPLE
from cmq.core.days import months_after
from cmq.core.rights import right
from cmq.organisations import roles
from cmq.upkeep.models import AccessReview, Confirmation, HandOver
from cmq.upkeep.registry import KINDS, Kind, observed

# A school year returns every twelve months: what nobody has looked at since the last one may have changed with it.
FRESH_MONTHS = 12
# A month to answer the letter of the quarter, before a keeper looks into it.
REVIEW_DAYS = 30
# What `Campus.objects.for_page` reads.
_ON_PAGE = frozenset({"campuses.campusfact", "campuses.campusname", "campuses.campusarea", "campuses.partnership"})


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
    held = CampusMembership.objects.active(on).filter(campus=OuterRef("pk"), starts_on__lt=quarter)
    done = AccessReview.objects.filter(campus=OuterRef("pk"), quarter=quarter)
    return Campus.objects.filter(Exists(held)).exclude(Exists(done))


def review_overdue(*, on: dt.date) -> CampusQuerySet:
    """Those still due when the time to answer is over."""
    is_late = on >= quarter_of(on) + dt.timedelta(days=REVIEW_DAYS)
    return review_due(on=on) if is_late else Campus.objects.none()


def without_director(*, on: dt.date) -> CampusQuerySet:
    """Campuses that work here, or did, and have no director on that day."""
    known = CampusMembership.objects.filter(campus=OuterRef("pk"))
    directors = CampusMembership.objects.active(on).filter(campus=OuterRef("pk"), role=CampusRole.DIRECTOR)
    return Campus.objects.filter(Exists(known)).exclude(Exists(directors))


def why_stuck(hand_over: HandOver, *, at: dt.datetime) -> str:
    """The French sentence that says why a hand-over that is open cannot end by itself; empty when it can."""
    successor = hand_over.successor
    if successor.ends_on is not None:
        return "L’invitation a été retirée." if successor.is_invitation else "Le rôle du successeur est terminé."
    if successor.is_invitation and roles.why_not_open(successor, at=at):
        return "L’invitation a expiré."
    return ""


def stuck_hand_overs(*, on: dt.date) -> list[HandOver]:
    """The open hand-overs that cannot end by themselves on that day, in one query."""
    at = timezone.make_aware(dt.datetime.combine(on, dt.time.min))
    rows = HandOver.objects.open().select_related("campus", "leaving__person", "successor__person")
    return [each for each in rows if why_stuck(each, at=at)]


# --- freshness --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing that a campus shows, when it was last observed or stated, when a person last confirmed it."""

    kind: Kind
    thing: Any
    dated_on: dt.date | None
    confirmed_on: dt.date | None
    is_stale: bool
    is_confirmable: bool

    @property
    def key(self) -> str:
        """« model:key », as a form sends it back."""
        return f"{self.kind.name}:{self.thing.pk}"

    @property
    def day(self) -> dt.date | None:
        """The later of the two days."""
        return max((day for day in (self.dated_on, self.confirmed_on) if day), default=None)

    @property
    def is_confirmed(self) -> bool:
        """Whether a confirmation is the last thing known of it."""
        return self.confirmed_on is not None and self.day == self.confirmed_on

    @property
    def said(self) -> str:
        """When it was last looked at, in French."""
        if self.is_confirmed:
            return f"confirmé le {self.confirmed_on:%d/%m/%Y}"
        if self.dated_on is None:
            return "jamais daté ni confirmé"
        if self.kind.dated is observed:
            return f"constaté : {self.thing.observed_on}"
        return f"inscrit ou modifié le {self.dated_on:%d/%m/%Y}"

    @property
    def path(self) -> str:
        """Where it is corrected, under the workspace of its campus."""
        return self.kind.path(self.thing)


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


def lines(campus: Campus, *, on: dt.date) -> list[Line]:
    """All that a campus shows of the registered kinds, in one query a kind and one more."""
    return lines_of([campus.pk], on=on)[campus.pk]


def lines_of(campuses: Collection[int], *, on: dt.date, but: Collection[str] = ()) -> dict[int, list[Line]]:
    """The same for many campuses at once, by key, in as many queries. `but` names kinds to leave out."""
    confirmed = _last_confirmed(campuses)
    found: dict[int, list[Line]] = {key: [] for key in campuses}
    for kind in KINDS.values():
        if kind.name not in but:
            for thing in kind.things(on).filter(campus__in=campuses):
                found[thing.campus_id].append(_line(kind, thing, confirmed, on))
    return found


def line_at(campus: Campus, key: str, *, on: dt.date) -> Line | None:
    """The line of that key (« model:key ») that a campus shows; None when it shows no such thing, or no more."""
    name, _, pk = key.partition(":")
    kind = KINDS.get(name)
    if kind is None or not pk.isdecimal() or len(pk) > 18:
        return None
    thing = kind.things(on).filter(campus=campus, pk=pk).first()
    return _line(kind, thing, _last_confirmed([campus.pk]), on) if thing else None


def lines_for(campus: Campus, things: Iterable[Any], *, on: dt.date) -> list[Line]:
    """The lines of things that a page has read already, all shown by the campus, in one query."""
    confirmed = _last_confirmed([campus.pk])
    return [_line(KINDS[thing._meta.label_lower], thing, confirmed, on) for thing in things]


def public_lines(campus: Campus, *, on: dt.date) -> list[Line]:
    """What everyone reads of a campus; it was read `for_page`, and what that brought is not asked again."""
    facts = [fact for fact in campus.facts.all() if fact.is_preferred]
    members = [each for each in campus.partnerships.all() if not each.is_over(on)]
    read = lines_for(campus, [*facts, *campus.names.all(), *campus.areas.all(), *members], on=on)
    others = lines_of([campus.pk], on=on, but=_ON_PAGE)[campus.pk]
    return read + [line for line in others if line.kind.is_public(line.thing)]


def _last_confirmed(campuses: Collection[int]) -> dict[tuple[str, str], dt.date]:
    rows = Confirmation.objects.filter(campus__in=campuses).values_list("model", "key").annotate(last=Max("at"))
    return {(model, key): timezone.localdate(at) for model, key, at in rows.values_list("model", "key", "last")}


def _line(kind: Kind, thing: Any, confirmed: dict[tuple[str, str], dt.date], on: dt.date) -> Line:
    dated_on, confirmed_on = kind.dated(thing), confirmed.get((kind.name, str(thing.pk)))
    is_stale = not (is_recent(dated_on, on=on) or is_recent(confirmed_on, on=on))
    # Once a day is enough.
    is_confirmable = confirmed_on is None or confirmed_on < on
    return Line(kind, thing, dated_on, confirmed_on, is_stale, is_confirmable)
