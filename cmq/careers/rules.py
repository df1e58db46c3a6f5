"""Who writes beside the official text of a job."""

from typing import Any

from cmq.core.rights import Role, right
from cmq.organisations.rules import is_keeper


@right("careers.write_note", "Écrire le mot de la rédaction d’un métier", roles=(Role.KEEPER, Role.TECHNICIAN))
def can_write_note(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)
