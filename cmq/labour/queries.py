"""What the survey of needs says of a job, and where."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from cmq.careers.models import Occupation
from cmq.core.models import Source
from cmq.labour.models import JobFamily, RecruitmentNeed


@dataclass(frozen=True)
class Need:
    """Recruitments planned somewhere in a year.

    Attributes:
        planned, difficult: sums of the figures that are told; None when none is.
        secret: how many bassins keep theirs secret: the sums are then lower bounds.
    """

    label: str
    planned: int | None
    difficult: int | None
    secret: int

    @property
    def difficulty(self) -> int | None:
        """Share judged difficult, in %; None when it cannot be told."""
        if not self.planned or self.difficult is None:
            return None
        return round(100 * self.difficult / self.planned)


@dataclass(frozen=True)
class Needs:
    """What is known of the needs for a job: of the families it belongs to, which may hold other jobs too."""

    year: int
    families: tuple[JobFamily, ...]
    is_deduced: bool
    france: Need
    regions: tuple[Need, ...]
    source: Source | None


def needs_for(occupation: Occupation) -> Needs | None:
    """The last survey’s figures for a job, in France and by region, most recruitments first; three queries.

    None when no family is tied to the job, or no survey is loaded.
    """
    links = list(occupation.family_links.select_related("family"))
    rows = RecruitmentNeed.objects.filter(family__in=[link.family_id for link in links], basin__is_demo=False)
    last = rows.order_by("-year").select_related("source").first() if links else None
    if last is None:
        return None
    rows = rows.filter(year=last.year)
    regions = [_need(row, row["departement__region__name"]) for row in _summed(rows, "departement__region__name")]
    return Needs(
        year=last.year,
        families=tuple(link.family for link in links),
        is_deduced=any(link.is_deduced for link in links),
        france=_added("France", regions),
        regions=tuple(sorted(regions, key=lambda need: (-(need.planned or 0), need.label))),
        source=last.source,
    )


def _summed(rows: "QuerySet[RecruitmentNeed]", by: str) -> list[dict[str, Any]]:
    secret = Count("pk", filter=Q(planned=None))
    sums = rows.values(by).annotate(planned_sum=Sum("planned"), difficult_sum=Sum("difficult"), secret_sum=secret)
    return list(sums.order_by(by))


def _need(row: dict[str, Any], label: str) -> Need:
    return Need(label, row["planned_sum"], row["difficult_sum"], row["secret_sum"])


def _added(label: str, needs: list[Need]) -> Need:
    told = [need for need in needs if need.planned is not None]
    difficult = [need.difficult for need in told if need.difficult is not None]
    return Need(
        label,
        sum(need.planned or 0 for need in told) if told else None,
        sum(difficult) if difficult else None,
        sum(need.secret for need in needs),
    )
