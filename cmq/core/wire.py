"""The wire to a PostgreSQL server may be cut, and says nothing when it is.

Left to themselves, a node would wait a quarter of an hour for an answer, and the server keep what a vanished node had
locked for two hours. Here both give up within half a minute (libpq and PostgreSQL, parameters of connection).
"""

from typing import Any, Final

WIRE: Final = {
    "connect_timeout": 5,  # seconds, as below but for the last
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # ms
    # The same at the other end. A pooler's sessions belong to nobody: behind one these are set in the server.
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=15000",
}


def on_a_wire(found: dict[str, Any]) -> dict[str, Any]:
    """The entry of Django's DATABASES for a server; what its address says after « ? » comes first."""
    return {**found, "CONN_HEALTH_CHECKS": True, "OPTIONS": {**WIRE, **found.get("OPTIONS", {})}}
