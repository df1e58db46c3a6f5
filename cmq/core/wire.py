"""What each connection asks of a PostgreSQL server, and of its own end of the wire.

A wire may be cut, and says nothing when it is. Left to themselves, a node would wait a quarter of an hour for an
answer, and the server keep what a vanished node had locked for two hours. Here both give up within half a minute (libpq
and PostgreSQL, parameters of connection).
"""

from typing import Any, Final

# A pooler's sessions belong to nobody: behind one, the server itself is set so (`docs/guide/exploiter.md`).
ASKED: Final[dict[str, str]] = {
    "tcp_keepalives_idle": "10",  # seconds, as the next
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "15000",  # ms
    # Compiling a query costs tenths of a second, more than any page needs, whenever the server expects many rows.
    "jit": "off",
}
WIRE: Final = {
    "connect_timeout": 5,  # seconds, as below but for the last
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # ms
    "options": " ".join(f"-c {name}={value}" for name, value in ASKED.items()),
}


def on_a_wire(found: dict[str, Any]) -> dict[str, Any]:
    """The entry of Django's DATABASES for a server; what its address says after « ? » comes first."""
    return {**found, "CONN_HEALTH_CHECKS": True, "OPTIONS": {**WIRE, **found.get("OPTIONS", {})}}


def not_granted(connection: Any) -> dict[str, str]:
    """What a PostgreSQL server has otherwise than `ASKED`, with the value it has; a local socket has no wire to cut."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inet_server_addr() IS NULL")
        is_local = cursor.fetchone()[0]
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(ASKED)])
        has = dict(cursor.fetchall())
    return {
        name: has.get(name, "")
        for name, asked in ASKED.items()
        if has.get(name) != asked and not (is_local and name.startswith("tcp_"))
    }
