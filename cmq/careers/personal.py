"""Job sheets are open data; our editors’ notes bear their author."""

from cmq.core.retention import hold, nobody

hold("accounts.traces", "careers.occupationnote")
nobody(
    "fiches métiers publiques",
    *(f"careers.{name}" for name in ("occupation", "jobtitle", "occupationtrait", "occupationlink")),
)
