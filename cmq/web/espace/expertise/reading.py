"""What the secretariat sees of experts and of those of a file."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils import timezone

from cmq.applications.models import LabelApplication
from cmq.expertise import rules
from cmq.expertise.conflicts import Conflict, ConflictTable, matter_of, party_of
from cmq.expertise.models import Assignment, Expert
from cmq.expertise.proposals import propose


@dataclass(frozen=True)
class ExpertLine:
    """An expert with what there is to do, and what speaks for or against giving a file."""

    expert: Expert
    load: int
    reasons: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    is_proposed: bool = False

    @property
    def is_full(self) -> bool:
        """Whether they have as many files as they take."""
        return self.load >= self.expert.most_files


def loads() -> Counter[int]:
    """Expert → expertises that wait for them."""
    return Counter(dict(Assignment.objects.pending().order_by().values_list("expert").annotate(Count("pk"))))


def experts(*, is_demo: bool) -> list[tuple[Expert, int, bool]]:
    """Every expert with their load, and whether they still hold the role."""
    load, active = loads(), set(Expert.objects.active(timezone.localdate()).values_list("pk", flat=True))
    shown = Expert.objects.filter(person__is_demo=is_demo).select_related("person", "employer", "region")
    listed = shown.prefetch_related("filieres").order_by("person__name", "pk")
    return [(each, load[each.pk], each.pk in active) for each in listed]


def candidates(application: LabelApplication) -> list[ExpertLine]:
    """Who could take the file and who could not, with the reasons; those proposed first."""
    load, given = loads(), set(application.assignments.values_list("expert", flat=True))
    pool = Expert.objects.available(timezone.localdate()).exclude(pk__in=given)
    pool = pool.filter(person__is_demo=application.campus.is_demo).select_related("person", "employer", "region")
    people = list(pool.prefetch_related("filieres").order_by("person__name", "pk"))
    matter = matter_of(application)
    parties = {each.pk: party_of(each) for each in people}
    table = ConflictTable(list(parties.values()), [matter])
    proposed = {each.expert.pk: each for each in propose([application])[0].candidates}
    lines = [
        ExpertLine(
            each,
            load[each.pk],
            proposed[each.pk].reasons if each.pk in proposed else [each.get_side_display()],
            table.between(parties[each.pk], matter),
            each.pk in proposed,
        )
        for each in people
    ]
    return sorted(lines, key=lambda line: not line.is_proposed)


def context(application: LabelApplication, lines: list[ExpertLine]) -> dict[str, Any]:
    """What the page of a file’s experts shows."""
    given = list(application.assignments.select_related("expert__person").order_by("-round", "pk"))
    today = timezone.localdate()
    return {
        "application": application,
        "campus": application.campus,
        "given": [(each, each.is_late(today)) for each in given],
        "parity": rules.parity(given),
        "free": [line for line in lines if not line.conflicts],
        "excluded": [line for line in lines if line.conflicts],
    }
