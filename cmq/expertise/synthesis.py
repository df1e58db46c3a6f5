"""What the expertises of a file say together, without a name: for the college, and later for the campus."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from cmq.applications.models import LabelApplication
from cmq.campaigns.models import Criterion, ExcellenceRequirement, GridLevel
from cmq.expertise import rules
from cmq.expertise.models import Advice, Assignment, AssignmentState, Mark, RequirementMark


@dataclass(frozen=True)
class Spread:
    """How far the levels of a criterion lie apart."""

    lowest: int
    highest: int
    mean: float
    deviation: float

    @property
    def range(self) -> int:
        """Levels between the lowest and the highest mark."""
        return self.highest - self.lowest

    @property
    def is_divided(self) -> bool:
        """Whether the experts disagree, beyond a nuance."""
        return self.range >= rules.DIVIDED_FROM


def spread_of(ranks: Sequence[int]) -> Spread | None:
    """The spread of the ranks given; None without any."""
    if not ranks:
        return None
    return Spread(min(ranks), max(ranks), fmean(ranks), pstdev(ranks))


@dataclass(frozen=True)
class Reason:
    """What one expert wrote, under a letter."""

    letter: str
    verdict: str
    text: str


@dataclass(frozen=True)
class CriterionLine:
    """One criterion: how many marks of each level, how far apart, and why."""

    criterion: Criterion
    counts: tuple[tuple[GridLevel, int], ...]
    abstentions: int
    spread: Spread | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class RequirementLine:
    """One requirement of excellence: met or not, and why."""

    requirement: ExcellenceRequirement
    met: int
    not_met: int
    abstentions: int
    reasons: tuple[Reason, ...]

    @property
    def is_divided(self) -> bool:
        """Whether the experts contradict each other."""
        return bool(self.met and self.not_met)


@dataclass(frozen=True)
class Synthesis:
    """All that counts, criterion by criterion."""

    application: LabelApplication
    experts: int
    abstained: int
    pending: int
    parity: rules.Parity
    criteria: tuple[CriterionLine, ...]
    requirements: tuple[RequirementLine, ...]
    advices: tuple[Reason, ...]

    @property
    def divided(self) -> list[Criterion]:
        """The criteria on which the experts disagree: what a second round is for."""
        return [line.criterion for line in self.criteria if line.spread and line.spread.is_divided]

    def advice_counts(self) -> list[tuple[str, int]]:
        """How many experts advise what."""
        counts = Counter(reason.verdict for reason in self.advices)
        return [(advice.label, counts[advice.label]) for advice in Advice if counts[advice.label]]


def synthesis(application: LabelApplication) -> Synthesis:
    """The synthesis of a file; the recused do not count, and a second answer replaces the first.

    Experts are letters. Their order follows neither name, side nor day, and is the same on every page.
    """
    lines = application.assignments.standing().select_related("expert").order_by("round", "pk")
    wants_excellence = rules.asks_excellence(application)
    assignments = list(lines.prefetch_related("marks", *(["requirement_marks"] if wants_excellence else [])))
    counted = rules.counted(assignments)
    letters = _letters(application, counted)
    specification = application.campaign.specification_id
    levels = list(GridLevel.objects.filter(specification=specification))
    marks = [(letters[each.pk], mark) for each in counted for mark in _marks(each, levels)]
    wanted = ExcellenceRequirement.objects.filter(specification=specification) if wants_excellence else []
    requirement_marks = [
        (letters[each.pk], mark) for each in counted if wants_excellence for mark in each.requirement_marks.all()
    ]
    criteria = Criterion.objects.filter(specification=specification)
    return Synthesis(
        application=application,
        experts=len(counted),
        abstained=sum(each.state == AssignmentState.ABSTAINED for each in assignments),
        pending=sum(each.state == AssignmentState.PENDING for each in assignments),
        parity=rules.parity(counted),
        criteria=tuple(_criterion_line(each, levels, marks) for each in criteria),
        requirements=tuple(_requirement_line(each, requirement_marks) for each in wanted),
        advices=tuple(
            sorted(
                (Reason(letters[each.pk], str(Advice(each.advice).label), each.comment) for each in counted),
                key=_letter,
            )
        ),
    )


def _marks(assignment: Assignment, levels: Iterable[GridLevel]) -> list[Mark]:
    """The marks of an expertise, each with its level, which the grid has told already."""
    known = {level.pk: level for level in levels}
    marks = list(assignment.marks.all())
    for mark in marks:
        if mark.level_id in known:
            mark.level = known[mark.level_id]
    return marks


def _letters(application: LabelApplication, counted: Iterable[Assignment]) -> dict[int, str]:
    shuffled = sorted(
        counted, key=lambda each: hashlib.sha256(f"{application.reference}:{each.expert_id}".encode()).digest()
    )
    return {each.pk: _name(place) for place, each in enumerate(shuffled)}


def _name(place: int) -> str:
    """« Expert A » … « Expert Z », « Expert AA »…"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"Expert {letters}"


def _letter(reason: Reason) -> tuple[int, str]:
    return len(reason.letter), reason.letter


def _criterion_line(
    criterion: Criterion, levels: Sequence[GridLevel], marks: Iterable[tuple[str, Mark]]
) -> CriterionLine:
    own = [(letter, mark) for letter, mark in marks if mark.criterion_id == criterion.pk]
    given = Counter(mark.level_id for _, mark in own)
    reasons = [Reason(letter, mark.level.title if mark.level else "Abstention", mark.reason) for letter, mark in own]
    return CriterionLine(
        criterion,
        counts=tuple((level, given[level.pk]) for level in levels),
        abstentions=given[None],
        spread=spread_of([mark.level.rank for _, mark in own if mark.level]),
        reasons=tuple(sorted(reasons, key=_letter)),
    )


def _requirement_line(
    requirement: ExcellenceRequirement, marks: Iterable[tuple[str, RequirementMark]]
) -> RequirementLine:
    own = [(letter, mark) for letter, mark in marks if mark.requirement_id == requirement.pk]
    given = Counter(mark.is_met for _, mark in own)
    said = {True: "Tenue", False: "Non tenue", None: "Abstention"}
    reasons = [Reason(letter, said[mark.is_met], mark.reason) for letter, mark in own]
    return RequirementLine(requirement, given[True], given[False], given[None], tuple(sorted(reasons, key=_letter)))
