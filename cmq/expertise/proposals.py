"""Who could examine which file: balanced sides, even load, known filière, no conflict. A proposal decides nothing."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from cmq.applications.models import LabelApplication
from cmq.expertise.conflicts import ConflictTable, matter_of, party_of
from cmq.expertise.models import Assignment, AssignmentState, Expert

# Knowing the filière weighs as much as half of one’s full load: it decides between experts who have as much to do.
_FILIERE_BONUS = 0.5


@dataclass(frozen=True)
class Candidate:
    """An expert proposed for a file, and why."""

    expert: Expert
    knows_filiere: bool
    load: int

    @property
    def reasons(self) -> list[str]:
        """Why, in French."""
        filiere = ["connaît la filière"] if self.knows_filiere else []
        return [self.expert.get_side_display(), *filiere, f"{self.load} sur {self.expert.most_files} dossiers à rendre"]


@dataclass
class Proposal:
    """Whom to add to a file; the counts are those that it would have then."""

    application: LabelApplication
    economic: int = 0
    public: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    # How many of each side could not be found.
    missing_economic: int = 0
    missing_public: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether both sides would be even."""
        return self.economic == self.public


def propose(
    applications: Iterable[LabelApplication], *, per_side: int = 1, on: dt.date | None = None
) -> list[Proposal]:
    """Propose experts for files, in the order given, in a number of queries that does not grow with them.

    Args:
        applications: files that are admissible or with the experts.
        per_side: how many experts of each side a file needs (D.335-35: both sides are even).
    What a file has already counts; a side that is ahead is caught up with. The files with the fewest possible experts
    choose first. Those who were recused, abstained or examine the file already are never proposed.
    """
    files = list(applications)
    if not files:
        return []
    pool = _Pool(files, on or timezone.localdate())
    found = {file.pk: _proposal(file, pool, per_side) for file in sorted(files, key=pool.choice)}
    return [found[file.pk] for file in files]


def _proposal(file: LabelApplication, pool: "_Pool", per_side: int) -> Proposal:
    sides = pool.sides[file.pk]
    proposal = Proposal(file, economic=sides[True], public=sides[False])
    goal = max(per_side, proposal.economic, proposal.public)
    for is_economic, lacking in ((True, goal - proposal.economic), (False, goal - proposal.public)):
        chosen = [each for each in (pool.take(file, is_economic) for _ in range(lacking)) if each]
        proposal.candidates += chosen
        if is_economic:
            proposal.economic += len(chosen)
            proposal.missing_economic = lacking - len(chosen)
        else:
            proposal.public += len(chosen)
            proposal.missing_public = lacking - len(chosen)
    return proposal


class _Pool:
    """The experts who can be given a file, with what they have to do and what they may not see."""

    def __init__(self, files: Sequence[LabelApplication], on: dt.date) -> None:
        experts = Expert.objects.available(on).select_related("person").prefetch_related("filieres")
        self._load = Counter(dict(Assignment.objects.pending().order_by().values_list("expert").annotate(Count("pk"))))
        self._experts = [expert for expert in experts if self._load[expert.pk] < expert.most_files]
        self._filieres = {each.pk: {filiere.pk for filiere in each.filieres.all()} for each in self._experts}
        self.sides: dict[int, Counter[bool]] = defaultdict(Counter)
        self._known: dict[int, set[int]] = defaultdict(set)
        for assignment in Assignment.objects.filter(application__in=files).select_related("expert").order_by("-round"):
            self._note(assignment)
        parties = {expert.pk: party_of(expert) for expert in self._experts}
        matters = {file.pk: matter_of(file) for file in files}
        table = ConflictTable(list(parties.values()), list(matters.values()))
        self._free: dict[int, list[Expert]] = {
            file.pk: [
                expert
                for expert in self._experts
                if expert.pk not in self._known[file.pk]
                and expert.person.is_demo == file.campus.is_demo
                and table.is_free(parties[expert.pk], matters[file.pk])
            ]
            for file in files
        }

    def _note(self, assignment: Assignment) -> None:
        known = self._known[assignment.application_id]
        is_at_work = assignment.state in (AssignmentState.PENDING, AssignmentState.HANDED_IN)
        if assignment.expert_id not in known and is_at_work:
            self.sides[assignment.application_id][assignment.expert.is_economic] += 1
        known.add(assignment.expert_id)

    def choice(self, file: LabelApplication) -> tuple[int, int]:
        """Sorts the files with the fewest possible experts first."""
        free = self._free[file.pk]
        economic = sum(expert.is_economic for expert in free)
        return min(economic, len(free) - economic), file.pk

    def take(self, file: LabelApplication, is_economic: bool) -> Candidate | None:
        """The best expert of a side for a file, whose load grows by one; None when nobody is left."""
        free = [
            expert
            for expert in self._free[file.pk]
            if expert.is_economic == is_economic and self._load[expert.pk] < expert.most_files
        ]
        if not free:
            return None
        best = min(free, key=lambda expert: (self._cost(expert, file), expert.pk))
        self._free[file.pk].remove(best)
        candidate = Candidate(best, self._knows(best, file), self._load[best.pk])
        self._load[best.pk] += 1
        return candidate

    def _knows(self, expert: Expert, file: LabelApplication) -> bool:
        filiere = file.filiere_id or file.campus.filiere_id
        return filiere in self._filieres[expert.pk]

    def _cost(self, expert: Expert, file: LabelApplication) -> float:
        """How full the expert’s hands would be, less what knowing the filière is worth."""
        load = (self._load[expert.pk] + 1) / expert.most_files
        return load - (_FILIERE_BONUS if self._knows(expert, file) else 0)
