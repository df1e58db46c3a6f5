"""Positions are taken by those who sit, counted, and the vote is closed."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.models import SeatHolder
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.deliberation import rules
from cmq.deliberation.actions.meetings import locked
from cmq.deliberation.models import AgendaItem, Attendance, MeetingState, Position
from cmq.deliberation.tally import Tally, tally
from cmq.expertise.conflicts import conflicts_of_person
from cmq.expertise.models import Advice

LONGEST_REASONS = 5_000


@action
def take_position(
    item: AgendaItem,
    *,
    advice: Advice,
    years: int | None = None,
    reasons: str = "",
    by: User,
    at: dt.datetime | None = None,
) -> Position:
    """Take position for the seat that one holds at this moment; it can be changed until the vote is closed.

    Args:
        years: for an award of less time than was asked.
        reasons: needed for anything but an award as asked.
    Raises `NotAllowed`; `Refusal` for who does not sit, or has a conflict of interest and must abstain.
    """
    at = at or timezone.now()
    item = _open_item(item, by)
    require(advice in Advice.values, "Choisissez une position.")
    advice = Advice(advice)
    _check_years(item, advice, years)
    found = conflicts_of_person(by, rules.matter(item))
    require(not found, f"Vous devez vous abstenir sur ce point. {found[0].sentence if found else ''}")
    reasons = reasons.strip()
    require(advice is Advice.AWARD or reasons, "Donnez vos motifs.")
    return _write(item, by, at, advice=advice, years=years, reasons=reasons)


@action
def abstain(item: AgendaItem, *, reasons: str, by: User, at: dt.datetime | None = None) -> Position:
    """Abstain on a point, saying why; who has a conflict of interest does. Raises `NotAllowed`, `Refusal`."""
    item = _open_item(item, by)
    require(reasons.strip(), "Dites pourquoi vous vous abstenez.")
    return _write(item, by, at or timezone.now(), advice="", years=None, reasons=reasons.strip())


@action
def conclude(item: AgendaItem, *, by: User, at: dt.datetime | None = None) -> Tally:
    """Close the vote on a point: the count is kept, and no position changes any more.

    Raises `NotAllowed`; `Refusal` without quorum, without a vote, or while nothing decides between equals.
    """
    require_right(rules.can_run(by))
    at = at or timezone.now()
    item = _locked_item(item)
    require(item.concluded_at is None, "Le vote sur ce point est déjà clos.")
    _require_tabled(item)
    count = tally(item, at=at)
    require(
        count.has_quorum,
        f"Le quorum n’est pas atteint : {count.present} siège(s) présent(s) pour ce point, il en faut {count.quorum}.",
    )
    require(count.voted, "Personne n’a pris position sur ce point.")
    require(count.outcome, "Les positions sont à égalité, et aucune voix prépondérante ne les départage.")
    item.concluded_at, item.tally = at, count.as_json()
    item.save(update_fields=["concluded_at", "tally"])
    record(item, "deliberation.conclude", f"{item.meeting} – vote clos : {item}.", is_private=True)
    return count


@action
def reopen(item: AgendaItem, *, by: User) -> AgendaItem:
    """Open a vote again, while the meeting lasts and nothing has been decided. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    item = _locked_item(item)
    require(item.concluded_at is not None, "Le vote sur ce point n’est pas clos.")
    _require_tabled(item)
    item.concluded_at, item.tally = None, {}
    item.save(update_fields=["concluded_at", "tally"])
    record(item, "deliberation.reopen", f"{item.meeting} – vote rouvert : {item}.", is_private=True)
    return item


def _locked_item(item: AgendaItem) -> AgendaItem:
    """The point as it stands, in a meeting that is open and locked."""
    meeting = locked(item.meeting)
    require(meeting.state == MeetingState.OPEN, "La séance n’est pas ouverte.")
    rows = AgendaItem.objects.select_for_update(of=("self",)).select_related(
        "application__campus", "application__campaign", "measure__campus", "measure__campaign"
    )
    item = rows.get(pk=item.pk)
    item.meeting = meeting
    return item


def _open_item(item: AgendaItem, by: User) -> AgendaItem:
    require_right(rules.can_take_position(by, item))
    item = _locked_item(item)
    require(item.concluded_at is None, "Le vote sur ce point est clos.")
    _require_tabled(item)
    return item


def _require_tabled(item: AgendaItem) -> None:
    require(rules.is_tabled(item), f"{item} est « {item.subject.get_state_display()} », plus devant le collège.")


def _check_years(item: AgendaItem, advice: Advice, years: int | None) -> None:
    asked = rules.asked_years(item)
    if advice is not Advice.SHORTER:
        require(years is None, "Une durée ne s’indique que pour une durée plus courte.")
        return
    require(asked is not None, "Ce point ne donne pas de durée : il ne s’accorde pas pour moins longtemps.")
    assert asked is not None
    require(
        years is not None and 1 <= years < asked,
        f"Une durée plus courte va de 1 à {asked - 1} an(s)."
        if asked > 1
        else "Un an est déjà la durée la plus courte.",
    )


def _write(item: AgendaItem, by: User, at: dt.datetime, **said: object) -> Position:
    require(len(str(said["reasons"])) <= LONGEST_REASONS, "Les motifs dépassent 5 000 caractères.")
    attendance = _seat_of(item, by, at)
    position, _ = Position.objects.update_or_create(
        item=item,
        seat=attendance.seat,
        defaults={"person": by, "step": item.subject.step, "taken_at": at, **said},
    )
    # Not what was said: the count tells it when the vote is closed.
    summary = f"{item.meeting} – position prise : {attendance.seat}."
    record(position, "deliberation.take_position", summary, is_private=True)
    return position


def _seat_of(item: AgendaItem, by: User, at: dt.datetime) -> Attendance:
    """The seat that this person holds at the meeting now."""
    attendance = item.meeting.attendances.present().filter(person=by).select_related("seat__authority").first()
    require(attendance is not None, "Vous ne siégez pas en ce moment : signalez d’abord votre présence.")
    assert attendance is not None
    still = SeatHolder.objects.active(timezone.localdate(at)).filter(person=by, seat=attendance.seat)
    require(still.exists(), "Vous ne tenez plus ce siège.")
    return attendance
