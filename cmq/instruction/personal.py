"""Who ruled, asked and entered opinions."""

from cmq.core.retention import hold

hold("accounts.traces", "instruction.ruling", "instruction.correctionrequest", "instruction.opinionrequest")
