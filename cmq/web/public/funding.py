"""Who pays for a campus, as far as it chooses to show it."""

import datetime as dt
from typing import Any

from cmq.campuses.models import Campus
from cmq.funding import rules
from cmq.funding.models import FundingAgreement


def section(campus: Campus, *, on: dt.date) -> dict[str, Any]:
    """The part « Qui finance » of the campus page; empty when nothing is shown."""
    shown = FundingAgreement.objects.public().of(campus).select_related("campus").prefetch_related("lines")
    agreements = list(shown)
    held = [agreement for agreement in agreements if agreement.campus_id == campus.pk]
    rows = [(agreement, rules.granted_of(agreement), _years(agreement)) for agreement in agreements]
    return {"funders": rows, "shares": rules.by_funder(held)}


def _years(agreement: FundingAgreement) -> str:
    years = [line.year for line in agreement.lines.all()]
    years += [day.year for day in (agreement.starts_on, agreement.ends_on) if day]
    if not years:
        return ""
    return str(min(years)) if min(years) == max(years) else f"{min(years)}–{max(years)}"
