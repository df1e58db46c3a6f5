"""Labels of every standing, made by the actions."""

import datetime as dt

from cmq.campuses.models import Campus, Category
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.proof.identifiers import public_id
from cmq.proof.rules import Award, award_of
from tests.factories import a_campus, an_origin

TODAY = dt.date(2026, 11, 25)
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


def decide(campus: Campus, kind: DecisionKind, date: str, **terms: object) -> LabelDecision:
    for name in ("starts_on", "ends_on", "signed_on", "published_on"):
        if isinstance(terms.get(name), str):
            terms[name] = PartialDate.parse(terms[name])
    return record_decision(
        kind=kind, decided_on=PartialDate.parse(date), campus=campus, terms=Terms(**terms), origin=an_origin()
    )


def an_award(
    start: str = "2024-09-01", *, years: int | None = 5, campus: Campus | None = None, **terms: object
) -> Award:
    """An award with its act; the award as the proof room sees it."""
    given = {"category": Category.CMQ, "act": "Arrêté du 4 juillet 2024", "nor": "MENE2400001A"} | terms
    decision = decide(campus or a_campus("Campus d’essai"), DecisionKind.AWARDED, start, duration_years=years, **given)
    return again(decision)


def again(decision: LabelDecision) -> Award:
    """The award of a first line, read afresh."""
    award = award_of(public_id(decision.pk))
    assert award is not None
    return award


def label_of(award: Award) -> Label:
    """Its label as it is now."""
    return Label.objects.get(original=award.original)
