"""The one place where a file changes its state."""

import datetime as dt

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication, Move
from cmq.applications.rules import MOVES
from cmq.campaigns.models import CampaignState
from cmq.core.errors import Refusal, require
from cmq.core.feed import record


class Stale(Refusal):
    """A page was posted after the file had moved on. Nothing was written."""


def lock(application: LabelApplication, *, step: int | None = None) -> LabelApplication:
    """The file as it stands now, locked until the end of the transaction.

    Args:
        step: the step that the person saw; None when no page was seen.
    Raises `Stale` when the file has moved since, `Refusal` when its campaign is closed.
    """
    rows = LabelApplication.objects.select_for_update(of=("self",)).select_related("campaign", "campus", "filiere")
    locked = rows.get(pk=application.pk)
    if step is not None and step != locked.step:
        raise Stale(
            f"Cette page a vieilli : le dossier est maintenant « {locked.get_state_display()} ». "
            "Rechargez-la ; rien n’a été enregistré."
        )
    require(locked.campaign.state != CampaignState.CLOSED, "La campagne est close : le dossier ne change plus.")
    return locked


def move(
    application: LabelApplication, to: ApplicationState, *, by: User | None, at: dt.datetime, reason: str = ""
) -> LabelApplication:
    """Move a file to another state, within an action; the locked, updated file is returned.

    Raises `Refusal` when `MOVES` does not allow it or the campaign is closed.
    """
    locked = lock(application)
    before = ApplicationState(locked.state)
    require(
        to in MOVES[before],
        f"Le dossier {locked.reference} est « {before.label} » : il ne peut pas devenir « {to.label} ».",
    )
    locked.state, locked.step = to, locked.step + 1
    locked.save(update_fields=["state", "step"])
    Move.objects.create(
        application=locked, step=locked.step, from_state=before, to_state=to, at=at, by=by, reason=reason.strip()
    )
    record(
        locked,
        "applications.move",
        f"Dossier {locked.reference} ({locked.campus}) : {before.label} → {to.label}.",
        diff={"state": [before.value, to.value]},
        is_private=True,
    )
    application.state, application.step = locked.state, locked.step
    return locked
