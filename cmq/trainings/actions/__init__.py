"""What happens to trainings."""

from cmq.trainings.actions.keeping import (
    STALE,
    add_open_day,
    add_training,
    change_training,
    end_training,
    remove_open_day,
)
from cmq.trainings.actions.loading import Fate, Loaded, compare, load_trainings
from cmq.trainings.actions.sharing import accept_share, end_share, share_training

__all__ = [
    "STALE",
    "Fate",
    "Loaded",
    "accept_share",
    "add_open_day",
    "add_training",
    "change_training",
    "compare",
    "end_share",
    "end_training",
    "load_trainings",
    "remove_open_day",
    "share_training",
]
