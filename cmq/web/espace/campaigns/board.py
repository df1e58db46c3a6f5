"""The board of a campaign: its files by state, since when, and what is late, in a bounded number of queries."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import QueryDict
from django.utils import timezone

from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication, Move
from cmq.campaigns.models import Campaign, CampaignState, Phase
from cmq.expertise.models import Assignment
from cmq.instruction.models import CorrectionRequest, OpinionRequest
from cmq.reference.models import Region

S = ApplicationState
PER_COLUMN, PER_PAGE = 6, 50

# The phase at whose end a file should have left each state.
PHASE_OF: dict[ApplicationState, Phase] = {
    S.DRAFT: Phase.SUBMISSION,
    S.SIGNING: Phase.SUBMISSION,
    S.SUBMITTED: Phase.ADMISSIBILITY,
    S.ADMISSIBLE: Phase.OPINIONS,
    S.EXPERTISE: Phase.EXPERTISE,
    S.COLLEGE: Phase.DELIBERATION,
    S.DECIDED: Phase.SIGNATURE,
}
# A spreadsheet would run a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Filters:
    """What the page was asked to show."""

    region: str = ""
    kind: str = ""
    state: str = ""
    is_late: bool = False
    as_list: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> "Filters":
        """Read from an address; what means nothing is left out."""
        kind, state = query.get("demande", ""), query.get("etat", "")
        return cls(
            region=query.get("region", "")[:3],
            kind=kind if kind in ApplicationKind.values else "",
            state=state if state in ApplicationState.values else "",
            is_late=query.get("retard", "") == "1",
            as_list=query.get("vue", "") == "liste" or state in ApplicationState.values,
        )


@dataclass(frozen=True)
class Column:
    """One state: how many files, how many of them late, and the first of them."""

    state: ApplicationState
    count: int
    late: int
    files: list[Any]

    @property
    def more(self) -> int:
        """How many files are not shown."""
        return self.count - len(self.files)


@dataclass
class Board:
    """All that the page shows."""

    columns: list[Column] = field(default_factory=list)
    page: Page[Any] | None = None
    total: int = 0
    late: int = 0


def files(campaign: Campaign, filters: Filters, *, at: dt.datetime) -> QuerySet[Any]:
    """The files of a campaign, each with `since` and what is late, those that wait longest first."""
    today = timezone.localdate(at)
    own = {"application": OuterRef("pk")}
    last_move = Move.objects.filter(**own).order_by("-step").values("at")[:1]
    corrections = CorrectionRequest.objects.filter(**own, answered_at=None, due_on__lt=today)
    opinions = OpinionRequest.objects.waiting().filter(**own, due_on__lt=today)
    expertises = Assignment.objects.pending().filter(**own, due_on__lt=today)
    found: QuerySet[Any] = LabelApplication.objects.filter(campaign=campaign).annotate(
        since=Coalesce(Subquery(last_move), F("created_at")),
        late_correction=Exists(corrections),
        late_opinion=Exists(opinions),
        late_expertise=Exists(expertises),
    )
    if filters.region:
        found = found.filter(campus__region=filters.region)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.is_late:
        found = found.filter(_is_late(campaign, at))
    return found


def read(campaign: Campaign, filters: Filters, *, at: dt.datetime, page: str = "1") -> Board:
    """The board, as columns or as the pages of a list."""
    found = files(campaign, filters, at=at)
    counts = found.order_by().values("state").annotate(n=Count("pk"), late=Count("pk", filter=_is_late(campaign, at)))
    by_state = {line["state"]: line for line in counts}
    board = Board(total=sum(line["n"] for line in by_state.values()), late=sum(x["late"] for x in by_state.values()))
    shown = found.select_related("campus__region")
    if filters.as_list:
        listed = shown.filter(state=filters.state) if filters.state else shown
        board.page = Paginator(listed.order_by("since", "pk"), PER_PAGE).get_page(page)
        board.page.object_list = _told(campaign, board.page.object_list, at)
        return board
    first = shown.annotate(
        rank=Window(RowNumber(), partition_by=F("state"), order_by=[F("since").asc(), F("pk").asc()])
    ).filter(rank__lte=PER_COLUMN)
    told = _told(campaign, first.order_by("since", "pk"), at)
    board.columns = [
        Column(state, by_state[state]["n"], by_state[state]["late"], [each for each in told if each.state == state])
        for state in S
        if state in by_state
    ]
    return board


def as_csv(campaign: Campaign, filters: Filters, *, at: dt.datetime) -> str:
    """The same files as CSV for spreadsheets: UTF-8 with BOM, « ; »."""
    found = files(campaign, filters, at=at).select_related("campus__region", "filiere")
    if filters.state:
        found = found.filter(state=filters.state)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(("reference", "campus", "region", "demande", "filiere", "etat", "depuis", "jours", "retards"))
    for each in _told(campaign, found.order_by("reference"), at):
        late = " | ".join(each.lateness)
        cells = (each.reference, each.campus.name, each.campus.region.name, each.get_kind_display())
        state = (each.filiere or "", each.get_state_display(), timezone.localdate(each.since), each.days, late)
        writer.writerow([_cell(str(cell)) for cell in (*cells, *state)])
    return "\ufeff" + out.getvalue()


def context(campaign: Campaign, filters: Filters) -> dict[str, Any]:
    """What the filters offer."""
    regions = Region.objects.filter(campuses__applications__campaign=campaign).distinct().order_by("name")
    return {
        "campaign": campaign,
        "filters": filters,
        "regions": regions,
        "kinds": ApplicationKind.choices,
        "states": ApplicationState.choices,
    }


def late_opinions(campaign: Campaign, *, on: dt.date) -> QuerySet[OpinionRequest]:
    """The opinions of a campaign that were due before that day."""
    waiting = OpinionRequest.objects.waiting().filter(application__campaign=campaign, due_on__lt=on)
    return waiting.select_related("application__campus", "body")


def late_expertises(campaign: Campaign, *, on: dt.date) -> QuerySet[Assignment]:
    """The expertises of a campaign that were due before that day."""
    pending = Assignment.objects.pending().filter(application__campaign=campaign, due_on__lt=on)
    return pending.select_related("application__campus")


def _past(campaign: Campaign, at: dt.datetime) -> list[ApplicationState]:
    """The states that no file should be in any more: their phase is over."""
    if campaign.state == CampaignState.CLOSED:
        return []
    ends = {state: campaign.until(phase) for state, phase in PHASE_OF.items()}
    return [state for state, end in ends.items() if end is not None and end < at]


def _is_late(campaign: Campaign, at: dt.datetime) -> Q:
    past = Q(state__in=_past(campaign, at))
    return past | Q(late_correction=True) | Q(late_opinion=True) | Q(late_expertise=True)


def _told(campaign: Campaign, found: Any, at: dt.datetime) -> list[Any]:
    """Each file with its days in the state and, in words, what is late."""
    past, told = set(_past(campaign, at)), list(found)
    for each in told:
        each.days = (at - each.since).days
        said = (
            (each.late_correction, "correction en retard"),
            (each.late_opinion, "avis en retard"),
            (each.late_expertise, "expertise en retard"),
            (each.state in past, "phase terminée"),
        )
        each.lateness = [wording for is_late, wording in said if is_late]
    return told


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
