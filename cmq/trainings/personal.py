"""Trainings speak of places and dates."""

from cmq.core.retention import nobody

nobody(
    "formations offertes par des établissements",
    "trainings.training",
    *(f"trainings.training{name}" for name in ("way", "audience", "rome", "module", "share")),
    "trainings.openday",
)
