"""One table of who may do what. Each room's `rules.py` declares its rights here; `docs/rights.md` is generated from it.

A right is a question « may this person do this to that? » with a name, a French wording and the roles it is meant for.
The roles say what the table shows and what the tests walk; the question itself decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar


class Role(StrEnum):
    """Everyone the rights table knows, from the least to the most."""

    VISITOR = "Visiteur"
    PERSON = "Personne connectée sans rôle"
    INVITED = "Personne invitée qui n’a pas accepté"
    DISABLED = "Directeur du campus dont le compte est fermé"
    OTHER_MEMBER = "Référent d’une autre organisation"
    MEMBER = "Référent de l’organisation"
    OTHER_CONTRIBUTOR = "Contributeur d’un autre campus"
    OTHER_DIRECTOR = "Directeur d’un autre campus"
    FORMER_DIRECTOR = "Ancien directeur du campus"
    CONTRIBUTOR = "Contributeur du campus"
    DIRECTOR = "Directeur du campus"
    OTHER_INSTRUCTOR = "Instructeur d’une autre région"
    INSTRUCTOR = "Instructeur de la région"
    DELEGATE = "Délégataire de signature de la région"
    RECTEUR = "Recteur de région académique"
    PRESIDENT = "Président de la région"
    OPINION = "Secrétaire d’une instance consultée"
    UNASSIGNED_EXPERT = "Expert d’un autre dossier"
    RECUSED_EXPERT = "Expert récusé"
    EXPERT = "Expert du dossier"
    OTHER_AUTHORITY = "Membre du collège d’une autre campagne"
    AUTHORITY = "Membre du collège des autorités"
    OBSERVER = "Observateur"
    SECRETARY = "Secrétaire des autorités"
    EDITOR = "Rédacteur"
    FORMER_KEEPER = "Ancien gardien du registre"
    KEEPER = "Gardien du registre"
    TECHNICIAN = "Équipe technique"


@dataclass(frozen=True)
class Right:
    """One line of the table."""

    name: str
    wording: str
    roles: frozenset[Role]
    allows: Callable[..., bool]
    about: str


RIGHTS: dict[str, Right] = {}
Rule = TypeVar("Rule", bound=Callable[..., Any])


def right(name: str, wording: str, *, roles: Iterable[Role], about: str = "") -> Callable[[Rule], Rule]:
    """Declare a rule function as a right.

    Args:
        name: « room.verb_object », unique.
        wording: what it permits, in French.
        roles: who the table grants it to.
        about: kind of object the rule takes as its second argument; empty when it takes only the person.
    """

    def declare(rule: Rule) -> Rule:
        if name in RIGHTS:
            raise ValueError(f"right {name} declared twice")
        RIGHTS[name] = Right(name, wording, frozenset(roles), rule, about)
        return rule

    return declare


def as_markdown() -> str:
    """The table for `docs/rights.md`."""
    roles = list(Role)
    lines = ["| Droit | " + " | ".join(roles) + " |", "|---" * (len(roles) + 1) + "|"]
    for right_ in sorted(RIGHTS.values(), key=lambda each: each.name):
        cells = ["oui" if role in right_.roles else "–" for role in roles]
        lines.append(f"| {right_.wording} (`{right_.name}`) | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
