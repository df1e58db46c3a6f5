"""A training offered by several campuses: one holds it, the others accept it; it is counted once."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.trainings import rules
from cmq.trainings.actions.keeping import locked_training
from cmq.trainings.models import Training, TrainingShare


@action
def share_training(training: Training, *, campus: Campus, by: User | None) -> TrainingShare:
    """Propose a training to another campus, which has to accept it. Raises `NotAllowed`, `Refusal`."""
    training = locked_training(training, by=by)
    require(campus.pk != training.campus_id, "Cette formation est déjà celle de votre campus.")
    require(campus.is_demo == training.campus.is_demo, "Ce campus n’est pas au registre.")
    share, is_new = TrainingShare.objects.get_or_create(training=training, campus=campus)
    require(is_new, f"La formation est déjà proposée à {campus}.")
    record(training, "trainings.share", f"Formation {training} : proposée aussi à {campus}.", is_private=True)
    return share


@action
def accept_share(share: TrainingShare, *, by: User | None, at: dt.datetime | None = None) -> None:
    """The other campus accepts to offer the training too. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, share.campus))
    rows = TrainingShare.objects.select_for_update(of=("self",)).select_related("training__campus", "campus")
    share = rows.get(pk=share.pk)
    require(share.accepted_at is None, "Cette formation est déjà acceptée.")
    share.accepted_at = at or timezone.now()
    share.save(update_fields=["accepted_at"])
    said = f"{share.training.campus} – Formation {share.training} : offerte aussi par {share.campus}."
    record(share.training, "trainings.accept_share", said)


@action
def end_share(share: TrainingShare, *, by: User) -> None:
    """Either campus says that the other does not offer the training. Raises `NotAllowed`."""
    training, campus = share.training, share.campus
    require_right(rules.can_edit(by, campus) or rules.can_edit(by, training.campus))
    was_accepted = share.accepted_at is not None
    share.delete()
    said = f"{training.campus} – Formation {training} : n’est pas offerte par {campus}."
    record(training, "trainings.end_share", said, is_private=not was_accepted)
