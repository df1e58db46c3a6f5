"""The count of a vote: quorum, parity, the outcome that the most positions want, the duration that follows.

No text was found on how the group of D.335-35 votes. The rules here are the platform's, few and open:

- positions count one a seat; an award for less time is an award: both stand together against the others;
- the outcome with the most positions is decided. Between equals the president's own position decides, where the
  college gives a casting vote and that position is among the equals; otherwise nothing is decided until one moves;
- the duration is the one asked for, unless more seats want a shorter one than the one asked for: then it is the median
  of the shorter ones (the lower of two), and the terms may lie between the shortest and the longest of them. Between
  equals the president's own position decides here too, where there is a casting vote; otherwise what was asked;
- whoever has a conflict of interest counts neither in the quorum nor in the vote. The seats from which the quorum is
  counted stay the same: a college where too many are in conflict cannot decide.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median_low
from typing import Any

from django.utils import timezone

from cmq.campaigns.models import Side
from cmq.campaigns.rules import balance, quorum
from cmq.deliberation import rules
from cmq.deliberation.models import COUNTS_FOR, AgendaItem, Attendance, Outcome, Position
from cmq.expertise.conflicts import ConflictTable, Party
from cmq.expertise.models import Advice, Expert


@dataclass(frozen=True)
class Vote:
    """The position of one seat that counts."""

    seat: int
    advice: Advice
    years: int | None = None
    presides: bool = False


@dataclass(frozen=True)
class Years:
    """The duration that follows from the votes, and the bounds within which the terms may state it."""

    shortest: int
    proposed: int
    longest: int


@dataclass(frozen=True)
class Line:
    """What one seat said, for the minutes."""

    seat: str
    side: str
    advice: str
    years: int | None
    reasons: str


@dataclass(frozen=True)
class Tally:
    """The count of one item."""

    step: int
    filled: int
    quorum: int
    present: int
    kept_away: int
    economic: int
    public: int
    parity_kept: bool
    counts: dict[str, int]
    abstained: int
    outcome: str
    by_casting_vote: bool
    years: Years | None
    lines: tuple[Line, ...]

    @property
    def has_quorum(self) -> bool:
        """Whether enough seats that may vote on this item are filled at the meeting."""
        return self.present >= self.quorum

    @property
    def voted(self) -> int:
        """How many positions count."""
        return sum(self.counts.values())

    def for_outcome(self, outcome: Outcome) -> int:
        """How many positions want an outcome."""
        return sum(count for advice, count in self.counts.items() if COUNTS_FOR[Advice(advice)] is outcome)

    def as_json(self) -> dict[str, Any]:
        """To be kept with the item and the decision."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Tally":
        """The tally that was kept."""
        years = Years(**kept["years"]) if kept["years"] else None
        return cls(**{**kept, "years": years, "lines": tuple(Line(**line) for line in kept["lines"])})


def tally(item: AgendaItem, *, at: dt.datetime) -> Tally:
    """The count of an item at an instant of its meeting; the one that was kept once the vote is closed."""
    if item.concluded_at is not None:
        return Tally.from_json(item.tally)
    college = item.meeting.campaign.college
    sitting = list(item.meeting.attendances.present().select_related("seat__authority", "person"))
    positions = list(item.positions.filter(step=item.subject.step).select_related("seat__authority", "person"))
    kept_away = _in_conflict(item, sitting, positions)
    present = [each for each in sitting if each.person_id not in kept_away]
    counted = [each for each in positions if each.person_id not in kept_away]
    votes = [Vote(each.seat_id, Advice(each.advice), each.years, each.seat.presides) for each in counted if each.advice]
    outcome, by_casting_vote = outcome_of(votes, has_casting_vote=college.has_casting_vote)
    sides = balance(college, [each.seat for each in present])
    filled = rules.filled_seats(college, timezone.localdate(at))
    return Tally(
        step=item.subject.step,
        filled=filled,
        quorum=quorum(college, filled),
        present=len(present),
        kept_away=len(sitting) - len(present),
        economic=sides.economic,
        public=sides.public,
        parity_kept=sides.is_kept,
        counts={advice.value: sum(vote.advice is advice for vote in votes) for advice in Advice},
        abstained=sum(not each.advice for each in counted),
        outcome=outcome.value if outcome else "",
        by_casting_vote=by_casting_vote,
        years=years_of(
            votes, asked=rules.asked_years(item), outcome=outcome, has_casting_vote=college.has_casting_vote
        ),
        lines=tuple(_line(each) for each in counted),
    )


def outcome_of(votes: Sequence[Vote], *, has_casting_vote: bool) -> tuple[Outcome | None, bool]:
    """What the most votes want, and whether the president's vote decided between equals; None while nothing does."""
    if not votes:
        return None, False
    counts = Counter(COUNTS_FOR[vote.advice] for vote in votes)
    most = max(counts.values())
    leading = [outcome for outcome, count in counts.items() if count == most]
    if len(leading) == 1:
        return leading[0], False
    president = _president(votes) if has_casting_vote else None
    if president is not None and COUNTS_FOR[president.advice] in leading:
        return COUNTS_FOR[president.advice], True
    return None, False


def years_of(
    votes: Sequence[Vote], *, asked: int | None, outcome: Outcome | None, has_casting_vote: bool
) -> Years | None:
    """The duration of what is granted; None where nothing is granted or the decision gives no label."""
    if asked is None or outcome is not Outcome.GRANTED:
        return None
    shorter = [vote.years for vote in votes if vote.advice is Advice.SHORTER and vote.years]
    whole = sum(vote.advice is Advice.AWARD for vote in votes)
    president = _president(votes) if has_casting_vote else None
    tips = len(shorter) == whole and president is not None and president.advice is Advice.SHORTER
    if len(shorter) > whole or tips:
        return Years(min(shorter), median_low(shorter), max(shorter))
    return Years(asked, asked, asked)


def _president(votes: Sequence[Vote]) -> Vote | None:
    return next((vote for vote in votes if vote.presides), None)


def _in_conflict(item: AgendaItem, sitting: Sequence[Attendance], positions: Sequence[Position]) -> set[int]:
    people = {each.person for each in sitting} | {each.person for each in positions if each.person is not None}
    if not people:
        return set()
    experts = {expert.person_id: expert for expert in Expert.objects.filter(person__in=people)}
    parties = []
    for person in sorted(people, key=lambda each: each.pk):
        expert = experts.get(person.pk)
        employer, region = (expert.employer_id, expert.region_id) if expert else (None, None)
        parties.append(Party(person.pk, person.email, employer, region, expert.pk if expert else None))
    matter = rules.matter(item)
    table = ConflictTable(parties, [matter])
    return {party.person for party in parties if not table.is_free(party, matter)}


def _line(position: Position) -> Line:
    return Line(
        seat=str(position.seat),
        side=str(Side(position.seat.authority.side).label),
        advice=position.advice,
        years=position.years,
        reasons=position.reasons,
    )
