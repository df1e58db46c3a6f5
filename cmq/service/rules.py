"""Who may watch the site run, and tell readers of it."""

from typing import Any

from cmq.core.rights import right
from cmq.organisations.rules import KEEPERS, is_keeper


@right("service.watch", "Voir les tâches du site et comment elles se passent", roles=KEEPERS)
@right("service.notice", "Annoncer une maintenance ou un incident, fermer le site et le rouvrir", roles=KEEPERS)
def can_watch(person: Any) -> bool:
    """Keepers; the technical team has `cmq maintenance` and `cmq doctor`."""
    return is_keeper(person)
