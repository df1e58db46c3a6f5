"""Closing a campaign settles its files first: none stays behind unable to move."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import move
from cmq.applications.models import ApplicationState
from cmq.campaigns.actions import close_campaign
from cmq.campaigns.models import Campaign
from cmq.campaigns.rules import is_secretary
from cmq.core.errors import require, require_right
from cmq.core.feed import action

_WITH_THE_AUTHORITIES = (
    ApplicationState.SUBMITTED,
    ApplicationState.ADMISSIBLE,
    ApplicationState.EXPERTISE,
    ApplicationState.COLLEGE,
    ApplicationState.DECIDED,
)


@action
def close(campaign: Campaign, *, by: User, at: dt.datetime | None = None) -> int:
    """Close a campaign; files that are still with their authors are withdrawn, and counted.

    Raises `NotAllowed`, and `Refusal` while the authorities still have a file to decide.
    """
    require_right(is_secretary(by))
    at = at or timezone.now()
    files = campaign.applications.running()
    waiting = files.filter(state__in=_WITH_THE_AUTHORITIES).count()
    require(not waiting, f"{waiting} dossier(s) attendent encore une décision : la campagne ne peut pas être close.")
    left = list(files)
    for application in left:
        move(application, ApplicationState.WITHDRAWN, by=by, at=at, reason="Clos avec la campagne.")
    close_campaign(campaign, by=by, at=at)
    return len(left)
