"""Who may load a file into the register."""

from typing import Any

from cmq.core.rights import Role, right
from cmq.organisations.rules import is_keeper


@right("imports.import_register", "Charger un fichier dans le registre", roles=(Role.KEEPER, Role.TECHNICIAN))
def can_import(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)
