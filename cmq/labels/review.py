"""What in the labels waits for a keeper: awards without a name, campuses without a date, contradictions. Reads only."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cmq.campuses.models import Campus, CampusQuerySet
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.labels.reading import read

_OPENING = [kind for kind in DecisionKind if kind.opens_label]


@dataclass(frozen=True)
class Candidate:
    """A campus that an unnamed award may concern, and what speaks for and against it."""

    campus: Campus
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Oddity:
    """A decision that does not hold with the others of its campus, and why."""

    decision: LabelDecision
    why: str


def without_dated_label() -> CampusQuerySet:
    """Real campuses of which no source dates an award, a renewal or a raise."""
    opened = LabelDecision.objects.standing().filter(campus=OuterRef("pk"), kind__in=_OPENING)
    return Campus.objects.real().exclude(Exists(opened))


def oddities() -> list[Oddity]:
    """What sources tell of real labels that does not hold together: without effect, or longer than the law allows."""
    told = LabelDecision.objects.standing().exclude(campus=None).exclude(campus__is_demo=True)
    by_campus: dict[int | None, list[LabelDecision]] = defaultdict(list)
    for decision in told.select_related("campus").order_by("campus__name", "pk"):
        by_campus[decision.campus_id].append(decision)
    return [odd for decisions in by_campus.values() for odd in _odd(decisions)]


def _odd(decisions: list[LabelDecision]) -> list[Oddity]:
    reading = read(decisions)
    idle = [Oddity(each, f"sans effet : {reading.idle[each.pk]}") for each in decisions if each.pk in reading.idle]
    too_long = [
        Oddity(period.extended_by or period.decision, "le label durerait plus de cinq ans (D.335-34)")
        for period in reading.periods
        if period.is_too_long
    ]
    return [*idle, *too_long]


def candidates(decision: LabelDecision) -> list[Candidate]:
    """The campuses of the decision's region, the likeliest first.

    Same filière counts most, less when it was only deduced; then the same category; then having no decision of the
    same year yet. Nothing is decided here: a keeper chooses.
    """
    campuses = (
        Campus.objects.filter(region=decision.region_id, is_demo=False)
        .select_related("filiere", "region")
        .prefetch_related("decisions")
    )
    ranked = [_candidate(campus, decision) for campus in campuses]
    return sorted(ranked, key=lambda each: (-each.score, each.campus.name))


def _candidate(campus: Campus, decision: LabelDecision) -> Candidate:
    score, reasons = 0, ["même région"]
    if decision.filiere_id and campus.filiere_id == decision.filiere_id:
        score += 2 if campus.filiere_is_deduced else 4
        reasons.append("même filière" + (" (déduite)" if campus.filiere_is_deduced else ""))
    elif decision.filiere_id and campus.filiere_id:
        score -= 2
        reasons.append("autre filière")
    if decision.category and campus.category:
        same = campus.category == decision.category
        score += 1 if same else -1
        reasons.append("même catégorie" if same else "autre catégorie")
    year = decision.decided_on.year
    if any(other.decided_on.year == year and other.kind in _OPENING for other in campus.decisions.all()):
        score -= 3
        reasons.append(f"a déjà une décision datée de {year}")
    return Candidate(campus, score, tuple(reasons))
