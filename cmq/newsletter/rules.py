"""Who may do what to the letter; what somebody may ask for; who gets which part of an issue."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cmq.core.errors import require
from cmq.core.rights import right
from cmq.editorial.rules import EDITORS, is_editor
from cmq.newsletter.models import Block, Rhythm, Theme
from cmq.reference.models import Filiere, Region

# Nobody who did not confirm wants it: the request goes after a month.
CONFIRMED_WITHIN = dt.timedelta(days=30)
# Letters of the outbox, and who was sent an issue, are kept while they may come back.
KEPT = dt.timedelta(days=30)
# A proof is kept as long as a claim can be brought after the end (code civil, article 2224).
PROOF_KEPT = dt.timedelta(days=5 * 365 + 1)
BAD_ADDRESS = "Cette adresse électronique ne peut pas être la vôtre : vérifiez-la."
NO_LINK = (
    "Ce lien ne mène à aucun abonnement : il est terminé et l’adresse est effacée, ou le lien est incomplet. "
    "Copiez-le en entier depuis le courrier."
)


@right("newsletter.write", "Composer et proposer un numéro de la lettre", roles=EDITORS)
@right("newsletter.agree", "Donner l’accord à l’envoi d’un numéro que l’on n’a pas écrit", roles=EDITORS)
def can_write(person: Any) -> bool:
    """The newsroom. Who agrees must be another of them (`actions.agreeing`)."""
    return is_editor(person)


@dataclass(frozen=True)
class Wishes:
    """What somebody wants to receive. No filière chosen means all of them; so with regions."""

    rhythm: Rhythm = Rhythm.WEEKLY
    themes: frozenset[Theme] = frozenset({Theme.NEWS})
    filieres: Sequence[Filiere] = field(default=())
    regions: Sequence[Region] = field(default=())

    def check(self) -> None:
        """Raise `Refusal` for wishes that no letter answers."""
        require(self.themes, "Choisissez au moins un sujet : actualités, offres ou événements.")

    @property
    def columns(self) -> dict[str, Any]:
        """The same as columns of a subscription."""
        return {
            "rhythm": self.rhythm,
            "wants_news": Theme.NEWS in self.themes,
            "wants_jobs": Theme.JOBS in self.themes,
            "wants_events": Theme.EVENTS in self.themes,
        }


def cleaned_address(email: str) -> str:
    """An address in the one form that is kept: lower case, its domain in ASCII. Raises `Refusal`."""
    local, _, domain = email.strip().lower().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
        validate_email(address)
    except (ValidationError, UnicodeError):
        address = ""
    require(address and len(address) <= 254 and len(local) <= 64 and address.isascii(), BAD_ADDRESS)
    return address


@dataclass(frozen=True)
class Reader:
    """What decides on the blocks that a person gets: themes, and keys of filières and regions (none: all)."""

    themes: frozenset[str]
    filieres: frozenset[int] = frozenset()
    regions: frozenset[str] = frozenset()


def chosen(blocks: Iterable[Block], reader: Reader) -> tuple[Block, ...]:
    """The blocks that a person asked for, in their order. One of no filière, or no region, is for every one."""
    return tuple(
        block
        for block in blocks
        if block.theme.value in reader.themes
        and (block.filiere_id is None or not reader.filieres or block.filiere_id in reader.filieres)
        and (block.region_id is None or not reader.regions or block.region_id in reader.regions)
    )
