"""The board of a campaign: its files by state, since when, and what is late, in a bounded number of queries."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.http import QueryDict
from django.utils import timezone

from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication, Move
from cmq.campaigns.models import Campaign, CampaignState, Phase
from cmq.expertise.models import Assignment
from cmq.instruction.models import CorrectionRequest, OpinionRequest
from cmq.reference.models import Filiere, Region

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


@dataclass(frozen=True)
class Lateness:
    """What is late in a campaign, read once for the page."""

    past: frozenset[ApplicationState]
    overdue: dict[str, frozenset[int]]

    @classmethod
    def of(cls, campaign: Campaign, at: dt.datetime) -> "Lateness":
        """Read in one query."""
        found: dict[str, set[int]] = {}
        corrections, *others = _overdue(campaign, timezone.localdate(at))
        for pk, wording in corrections.union(*others, all=True):
            found.setdefault(wording, set()).add(pk)
        return cls(frozenset(_past(campaign, at)), {key: frozenset(pks) for key, pks in found.items()})

    @property
    def condition(self) -> Q | None:
        """What a late file is; None when nothing is late."""
        late = Q(state__in=self.past) if self.past else Q()
        keys = frozenset[int]().union(*self.overdue.values())
        return (late | Q(pk__in=keys) if keys else late) or None

    def of_file(self, file: LabelApplication) -> list[str]:
        """In words, what is late in a file."""
        words = [wording for wording, keys in self.overdue.items() if file.pk in keys]
        return words + (["phase terminée"] if file.state in self.past else [])


def read(campaign: Campaign, filters: Filters, *, at: dt.datetime, page: str = "1") -> Board:
    """The board, as columns or as the pages of a list."""
    lateness = Lateness.of(campaign, at)
    found, condition = _files(campaign, filters, lateness), lateness.condition
    late = Count("pk", filter=condition) if condition else Value(0)
    counts = found.order_by().values("state").annotate(n=Count("pk"), late=late)
    by_state = {line["state"]: line for line in counts}
    board = Board(total=sum(line["n"] for line in by_state.values()), late=sum(x["late"] for x in by_state.values()))
    dated = found.annotate(since=_since())
    if filters.as_list:
        listed = dated.filter(state=filters.state) if filters.state else dated
        # The keys first: what is told of a file is asked for those that the page shows.
        keys = listed.order_by("since", "pk").values_list("pk", flat=True)
        board.page = Paginator(keys, PER_PAGE).get_page(page)
        board.page.object_list = _told(list(board.page.object_list), lateness, at)
        return board
    rank = Window(RowNumber(), partition_by=F("state"), order_by=[F("since").asc(), F("pk").asc()])
    first = dated.annotate(rank=rank).filter(rank__lte=PER_COLUMN).order_by()
    told = _told(list(first.values_list("pk", flat=True)), lateness, at)
    board.columns = [
        Column(state, by_state[state]["n"], by_state[state]["late"], [each for each in told if each.state == state])
        for state in S
        if state in by_state
    ]
    return board


def as_csv(campaign: Campaign, filters: Filters, *, at: dt.datetime) -> str:
    """The same files as CSV for spreadsheets: UTF-8 with BOM, « ; »."""
    lateness = Lateness.of(campaign, at)
    found = _files(campaign, filters, lateness)
    if filters.state:
        found = found.filter(state=filters.state)
    filieres = dict(Filiere.objects.values_list("pk", "name"))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(("reference", "campus", "region", "demande", "filiere", "etat", "depuis", "jours", "retards"))
    for each in sorted(_told(found.order_by().values("pk"), lateness, at), key=lambda each: str(each.reference)):
        late = " | ".join(each.lateness)
        cells = (each.reference, each.campus.name, each.campus.region.name, each.get_kind_display())
        state = (
            filieres.get(each.filiere_id, ""),
            each.get_state_display(),
            timezone.localdate(each.since),
            each.days,
            late,
        )
        writer.writerow([_cell(str(cell)) for cell in (*cells, *state)])
    return "\ufeff" + out.getvalue()


def context(campaign: Campaign, filters: Filters) -> dict[str, Any]:
    """What the filters offer."""
    campuses = LabelApplication.objects.filter(campaign=campaign).order_by().values("campus__region")
    regions = Region.objects.filter(pk__in=campuses).order_by("name").values_list("pk", "name")
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


def _since() -> Coalesce:
    """When a file came into its state."""
    last_move = Move.objects.filter(application=OuterRef("pk")).order_by("-step").values("at")[:1]
    return Coalesce(Subquery(last_move), F("created_at"))


def _overdue(campaign: Campaign, today: dt.date) -> list[QuerySet[Any, tuple[int, str]]]:
    """Each late thing as a file and what is late in it."""
    corrections = CorrectionRequest.objects.filter(application__campaign=campaign, answered_at=None, due_on__lt=today)
    told: list[tuple[QuerySet[Any], str]] = [
        (corrections, "correction en retard"),
        (late_opinions(campaign, on=today), "avis en retard"),
        (late_expertises(campaign, on=today), "expertise en retard"),
    ]
    return [
        found.order_by().values_list("application_id", Value(wording, output_field=CharField()))
        for found, wording in told
    ]


def _files(campaign: Campaign, filters: Filters, lateness: Lateness) -> QuerySet[LabelApplication]:
    """The files of a campaign that the filters leave."""
    found = LabelApplication.objects.filter(campaign=campaign)
    if filters.region:
        found = found.filter(campus__region=filters.region)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.is_late:
        return found.filter(lateness.condition) if lateness.condition else found.none()
    return found


def _told(keys: Any, lateness: Lateness, at: dt.datetime) -> list[Any]:
    """The files with these keys, each with its days in the state and, in words, what is late; longest waits first."""
    shown = LabelApplication.objects.filter(pk__in=keys).annotate(since=_since())
    told: list[Any] = list(shown.select_related("campus__region").order_by("since", "pk"))
    for each in told:
        each.days = (at - each.since).days
        each.lateness = lateness.of_file(each)
    return told


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
