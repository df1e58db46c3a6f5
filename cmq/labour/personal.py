"""The survey of needs is summed up by its author; nothing of a person or of one employer."""

from cmq.core.retention import nobody

nobody(
    "enquête publique, en sommes",
    *(f"labour.{name}" for name in ("jobfamily", "jobfamilyoccupation", "basin", "basincommune", "recruitmentneed")),
)
