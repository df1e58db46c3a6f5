"""A decision on a label, in one line."""

from cmq.campuses.models import Campus
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind, LabelDecision
from tests.factories import an_origin


def decide(
    campus: Campus, kind: DecisionKind, date: str, *, origin: Origin | None = None, **terms: object
) -> LabelDecision:
    """The decision recorded; the terms whose name ends with `_on` are partial dates."""
    dates = {name: PartialDate.parse(value) for name, value in terms.items() if name.endswith("_on")}
    return record_decision(
        campus=campus,
        kind=kind,
        decided_on=PartialDate.parse(date),
        terms=Terms(**{**terms, **dates}),
        origin=an_origin() if origin is None else origin,
    )
