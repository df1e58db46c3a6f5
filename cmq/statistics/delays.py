"""From the submission of a file to its decision: how long, and how far files go, campaign by campaign."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmq.applications.models import ApplicationState, LabelApplication, Move
from cmq.campaigns.models import Campaign, CampaignState
from cmq.statistics.rules import FEWEST, quantile

S = ApplicationState
# A file has come at least as far as the last of these that it has been in.
STEPS: tuple[tuple[ApplicationState, str], ...] = (
    (S.SUBMITTED, "Déposés"),
    (S.ADMISSIBLE, "Recevables"),
    (S.EXPERTISE, "En expertise ou au-delà"),
    (S.COLLEGE, "Devant le collège"),
    (S.DECIDED, "Décision prise, en signature"),
    (S.AWARDED, "Accordés"),
)
_DECIDED = (S.AWARDED, S.REFUSED, S.DEFERRED)


@dataclass(frozen=True)
class Delays:
    """A campaign: how far its files went and how many days from submission to a signed decision.

    Attributes:
        funnel: each step with how many files reached it; empty where too few were submitted to be published.
        refused, deferred, inadmissible, withdrawn: what else became of them.
        median, ninth: days, of the files decided; None where fewer than `FEWEST` are.
        running: submitted, without a decision yet.
    """

    campaign: Campaign
    submitted: int
    funnel: tuple[tuple[str, int], ...]
    outcomes: tuple[tuple[str, int], ...]
    decided: int
    running: int
    median: int | None
    ninth: int | None

    @property
    def is_published(self) -> bool:
        """Whether enough files were submitted for the funnel to name none of them."""
        return self.submitted >= FEWEST or not self.submitted


def by_campaign(*, is_demo: bool) -> list[Delays]:
    """Every campaign that was opened, the last first; three queries."""
    campaigns = Campaign.objects.filter(is_demo=is_demo).exclude(state=CampaignState.PREPARED)
    files: dict[int, list[LabelApplication]] = defaultdict(list)
    held = LabelApplication.objects.filter(campaign__in=campaigns).order_by("pk")
    for file in held.only("campaign_id", "state", "submitted_at"):
        files[file.campaign_id].append(file)
    moves: dict[int, list[Move]] = defaultdict(list)
    told = Move.objects.filter(application__campaign__in=campaigns).order_by("application", "step")
    for move in told.only("application_id", "to_state", "at"):
        moves[move.application_id].append(move)
    return [_delays(campaign, files[campaign.pk], moves) for campaign in campaigns]


def _delays(campaign: Campaign, files: Sequence[LabelApplication], moves: dict[int, list[Move]]) -> Delays:
    submitted = [file for file in files if file.submitted_at is not None]
    days = [days for file in submitted if (days := _days(file, moves[file.pk])) is not None]
    reached = [{move.to_state for move in moves[file.pk]} for file in submitted]
    enough, decided = len(submitted) >= FEWEST or not submitted, len(days) >= FEWEST
    return Delays(
        campaign,
        len(submitted),
        _funnel(reached) if enough else (),
        _outcomes(submitted) if enough else (),
        len(days),
        sum(not file.is_over and file.state != S.DEFERRED for file in submitted),
        quantile(days, 0.5) if decided else None,
        quantile(days, 0.9) if decided else None,
    )


def _days(file: LabelApplication, moves: Iterable[Move]) -> int | None:
    """Days from the last submission to the first award, refusal or deferral."""
    assert file.submitted_at is not None
    at = next((move.at for move in moves if move.to_state in _DECIDED), None)
    return max(0, (at - file.submitted_at).days) if at else None


def _funnel(reached: Sequence[set[str]]) -> tuple[tuple[str, int], ...]:
    states = [state for state, _ in STEPS]
    furthest = [max(place for place, state in enumerate(states) if place == 0 or state in seen) for seen in reached]
    return tuple((wording, sum(far >= place for far in furthest)) for place, (_, wording) in enumerate(STEPS))


def _outcomes(files: Sequence[LabelApplication]) -> tuple[tuple[str, int], ...]:
    ends = (S.AWARDED, S.REFUSED, S.DEFERRED, S.INADMISSIBLE, S.WITHDRAWN)
    return tuple((str(end.label), sum(file.state == end for file in files)) for end in ends)
