"""Who reviewed, handed over and confirmed."""

from cmq.core.retention import hold

hold("accounts.traces", "upkeep.accessreview", "upkeep.handover", "upkeep.confirmation")
