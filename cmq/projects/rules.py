"""Who may do what to a project, what may follow what, and what makes a project a good one."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus, Partnership
from cmq.core.amounts import CENT, MOST
from cmq.core.errors import require
from cmq.core.rights import right
from cmq.organisations.models import Organisation
from cmq.projects.models import Project, ProjectState

MOST_PICTURES = 12
MOST_RESULTS = 30
# From where to where a project goes. An abandoned one is thought of again before it runs.
MOVES: dict[ProjectState, tuple[ProjectState, ...]] = {
    ProjectState.IDEA: (ProjectState.RUNNING, ProjectState.ABANDONED),
    ProjectState.RUNNING: (ProjectState.DONE, ProjectState.ABANDONED),
    ProjectState.DONE: (ProjectState.RUNNING,),
    ProjectState.ABANDONED: (ProjectState.IDEA,),
}


@dataclass(frozen=True)
class ResultRow:
    """One result as it is entered."""

    indicator: str
    unit: str
    target: Decimal | None = None
    reached: Decimal | None = None


@right("projects.read", "Lire les projets internes d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("projects.edit", "Tenir les projets d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("projects.take_up", "Lire et reprendre les pratiques", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


def can_edit_project(person: Any, project: Project) -> bool:
    """Those who work on one of the campuses that own it."""
    owners = [owner.campus for owner in project.owners.accepted().select_related("campus")]
    return any(campuses.can_edit(person, campus) for campus in owners)


def next_states(project: Project) -> tuple[ProjectState, ...]:
    """What may follow the state of a project."""
    return MOVES[ProjectState(project.state)]


def why_not_practice(project: Project) -> str:
    """The French sentence that says why a project is no practice for the others yet; empty when it may be one."""
    if project.state not in (ProjectState.RUNNING, ProjectState.DONE):
        return "Une pratique est un projet en cours ou terminé."
    if not project.reusable:
        return "Dites d’abord ce que d’autres peuvent réutiliser."
    return ""


def check_budget(budget: Decimal | None) -> None:
    """Raise `Refusal` for a budget that cannot be."""
    if budget is None:
        return
    require(budget.is_finite() and budget >= 0, "Un budget n’est jamais négatif.")
    require(budget <= MOST, "Ce budget est trop grand.")
    require(budget == budget.quantize(CENT), "Deux chiffres au plus après la virgule.")


def check_results(rows: list[ResultRow]) -> None:
    """Raise `Refusal` for results that say nothing, or twice the same."""
    require(len(rows) <= MOST_RESULTS, f"{MOST_RESULTS} résultats au plus.")
    for row in rows:
        require(row.indicator and row.unit, "Chaque résultat a un indicateur et une unité.")
        require(len(row.indicator) <= 150, "Un indicateur a 150 signes au plus.")
        require(len(row.unit) <= 40, "Une unité a 40 signes au plus.")
        require(
            row.target is not None or row.reached is not None,
            f"« {row.indicator} » : donnez ce qui est visé, ce qui est atteint, ou les deux.",
        )
        for value in (row.target, row.reached):
            good = value is None or (value.is_finite() and 0 <= value < 10**12 and value == value.quantize(CENT))
            require(good, f"« {row.indicator} » : un nombre, pas négatif, deux chiffres au plus après la virgule.")
    names = [row.indicator for row in rows]
    twice = next((name for name in names if names.count(name) > 1), None)
    require(twice is None, f"« {twice} » est donné deux fois.")


def possible_partners(owners: Iterable[Campus], *, on: dt.date) -> list[Organisation]:
    """The organisations that the campuses count among their members that day, by name."""
    members = Partnership.objects.active(on).filter(campus__in=list(owners)).values("organisation")
    return list(Organisation.objects.filter(pk__in=members).order_by("name", "pk"))


def ended_partners(project: Project, *, on: dt.date) -> set[int]:
    """Keys of the organisations cited by a project that are no longer members of any campus that owns it."""
    cited = {partner.organisation_id for partner in project.partners.all()}
    owners = project.owners.filter(accepted_at__isnull=False).values("campus")
    standing = Partnership.objects.active(on).filter(campus__in=owners, organisation__in=cited)
    return cited - set(standing.values_list("organisation", flat=True))


def reached_share(target: Decimal | None, reached: Decimal | None) -> Decimal | None:
    """What is reached of what was aimed at, in whole per cent; None when it cannot be said."""
    if target is None or reached is None or target == 0:
        return None
    return (reached * 100 / target).quantize(Decimal(1))
