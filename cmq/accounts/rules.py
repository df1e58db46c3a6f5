"""Who may do what towards other people's accounts."""

from typing import Any

from cmq.accounts.models import User
from cmq.core.rights import Role, right


@right("accounts.help", "Voir l’espace d’une personne qui y a consenti, en lecture", roles=(Role.TECHNICIAN,))
def can_help(person: Any) -> bool:
    """The technical team."""
    return isinstance(person, User) and person.is_active and person.is_superuser
