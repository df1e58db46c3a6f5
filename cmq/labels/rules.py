"""Who may decide about labels, and which line of a decision is which."""

from typing import Any

from cmq.core.rights import Role, right
from cmq.labels.models import LabelDecision
from cmq.organisations.rules import is_keeper

KEEPERS = (Role.KEEPER, Role.TECHNICIAN)

# A label is asked for again in the eighteen months before it ends.
RENEWAL_MONTHS = 18


@right("labels.record", "Inscrire ou corriger une décision de label", roles=KEEPERS)
@right("labels.void", "Annuler une ligne de label inscrite par erreur", roles=KEEPERS)
@right("labels.match", "Rattacher une décision sans nom à un campus", roles=KEEPERS)
def can_record(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


def original_of(decision: LabelDecision) -> LabelDecision:
    """The first line of the decision, however often it was corrected: what stays the same of a label."""
    while decision.corrects is not None:
        decision = decision.corrects
    return decision


def standing_of(decision: LabelDecision) -> LabelDecision:
    """The last line of the decision, perhaps one that voids it."""
    while (later := LabelDecision.objects.filter(corrects=decision).first()) is not None:
        decision = later
    return decision
