"""What is kept of experts, their conflicts of interest and their marks."""

import datetime as dt
from typing import Any

from cmq.core.personal import PUBLIC_ARCHIVES
from cmq.core.retention import Basis, Then, also_told, keep, needed, with_account
from cmq.expertise.models import Assignment, DeclaredConflict, Expert

_TREATMENT = "Dossiers de labellisation"


@needed
def _pending(person: Any, on: dt.date) -> list[str]:
    """A file that waits for this expert."""
    waiting = Assignment.objects.pending().filter(expert__person=person.pk)
    return [f"Une expertise vous attend ({each}) : rendez-la ou abstenez-vous d’abord." for each in waiting]


@with_account
def _no_longer_expert(person: Any, addresses: set[str], at: dt.datetime) -> None:
    Expert.objects.filter(person=person.pk).update(is_available=False)


@also_told
def _work(person: Any) -> dict[str, list[dict[str, Any]]]:
    """What hangs on the sheet of an expert rather than on the person."""
    assignments = Assignment.objects.filter(expert__person=person.pk).select_related("application")
    conflicts = DeclaredConflict.objects.filter(expert__person=person.pk).select_related("campus")
    return {
        "expertises": [
            {"dossier": str(each), "état": each.get_state_display(), "synthèse": each.comment} for each in assignments
        ],
        "conflits d’intérêts déclarés": [
            {"campus": str(each.campus), "lien": each.reason, "déclaré le": each.declared_at} for each in conflicts
        ],
    }


keep(
    "expertise.experts",
    treatment=_TREATMENT,
    what="Experts : employeur, région, filières connues, conflits d’intérêts déclarés, expertises et notes",
    who="Experts",
    purpose="Confier les dossiers sans conflit d’intérêts, motiver les décisions",
    basis=Basis.PUBLIC_TASK,
    readers="Secrétariat des autorités ; collège pour les expertises",
    until="Avec les dossiers examinés ; sans nom une fois le compte effacé",
    then=Then.WITH_FILE,
    why=PUBLIC_ARCHIVES,
    holds=tuple(
        f"expertise.{name}" for name in ("expert", "declaredconflict", "assignment", "mark", "requirementmark")
    ),
)
