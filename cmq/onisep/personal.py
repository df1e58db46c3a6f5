"""Open data of the Onisep."""

from cmq.core.retention import nobody

nobody(
    "données publiques de l’Onisep",
    *(f"onisep.onisep{name}" for name in ("structure", "training", "course", "job")),
)
