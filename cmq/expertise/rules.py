"""Who reads and marks a file as expert, what an expertise still lacks, and which expertises count."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.rules import is_secretary
from cmq.campuses.models import Category
from cmq.core.rights import Role, right
from cmq.expertise.models import Assignment, AssignmentQuerySet, AssignmentState, Expert
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import holds, roles_of

# Two looks at a file at least, one from each side.
FEWEST_EXPERTISES = 2
# A level apart is a nuance; two are a disagreement.
DIVIDED_FROM = 2


@right(
    "expertise.manage",
    "Nommer des experts, leur confier des dossiers, les récuser, demander un second tour",
    roles=(Role.SECRETARY,),
)
def can_manage(person: Any) -> bool:
    """The authorities’ secretariat."""
    return is_secretary(person)


@right(
    "expertise.declare_conflict",
    "Déclarer un conflit d’intérêts d’un expert",
    roles=(Role.EXPERT, Role.SECRETARY),
    about="expert",
)
def can_declare(person: Any, expert: Expert) -> bool:
    """The expert, and the secretariat for what it knows of."""
    return is_expert(person, expert) or is_secretary(person)


def is_expert(person: Any, expert: Expert) -> bool:
    """Whether this person is that expert, and still holds the role."""
    return isinstance(person, User) and expert.person_id == person.pk and holds(person, OrganisationRole.EXPERT)


def readable_assignments(person: Any) -> AssignmentQuerySet:
    """The expertises that open a file to this person today: the only source of experts’ desks and counters."""
    if not isinstance(person, User) or not roles_of(person, OrganisationRole.EXPERT):
        return Assignment.objects.none()
    return Assignment.objects.readable().filter(expert__person=person)


@right("expertise.read_file", "Lire un dossier que l’on expertise", roles=(Role.EXPERT,), about="application")
def can_read_as_expert(person: Any, application: LabelApplication) -> bool:
    """An expert of the file who is not recused, from the expertise on."""
    return readable_assignments(person).filter(application=application.pk).exists()


@right(
    "expertise.mark",
    "Noter un dossier, s’abstenir, rendre son expertise",
    roles=(Role.EXPERT,),
    about="assignment",
)
def can_mark(person: Any, assignment: Assignment) -> bool:
    """The expert to whom it was given, while it stands."""
    return readable_assignments(person).filter(pk=assignment.pk).exists()


@right(
    "expertise.read_marks",
    "Lire les notes d’une expertise",
    roles=(Role.EXPERT, Role.SECRETARY),
    about="assignment",
)
def can_read_marks(person: Any, assignment: Assignment) -> bool:
    """One’s own; those of the others once both have handed in, in the same round; all of them for the secretariat.

    Blind first, open afterwards: nobody’s marks follow another’s.
    """
    if is_secretary(person):
        return True
    mine = readable_assignments(person).filter(application=assignment.application_id)
    if mine.filter(pk=assignment.pk).exists():
        return True
    is_open = Assignment.objects.standing().filter(pk=assignment.pk, state=AssignmentState.HANDED_IN).exists()
    return is_open and mine.filter(round=assignment.round, state=AssignmentState.HANDED_IN).exists()


def open_marks(person: Any, application: LabelApplication) -> AssignmentQuerySet:
    """The others’ expertises of a file that this expert may read: `can_read_marks` of all, asked once."""
    mine = readable_assignments(person).filter(application=application.pk)
    rounds = mine.filter(state=AssignmentState.HANDED_IN).values("round")
    others = Assignment.objects.standing().filter(application=application.pk, state=AssignmentState.HANDED_IN)
    return others.filter(round__in=rounds).exclude(pk__in=mine.values("pk")).order_by("round", "pk")


def missing(assignment: Assignment) -> list[str]:
    """What an expertise lacks before it is handed in, in French: criteria and requirements not marked yet."""
    specification = assignment.application.campaign.specification
    marked = set(assignment.marks.values_list("criterion", flat=True))
    lacks = [f"critère {each.number}" for each in specification.criteria.all() if each.pk not in marked]
    if asks_excellence(assignment.application):
        answered = set(assignment.requirement_marks.values_list("requirement", flat=True))
        requirements = specification.requirements.all()
        lacks += [f"exigence {each.number}" for each in requirements if each.pk not in answered]
    return lacks


def asks_excellence(application: LabelApplication) -> bool:
    """Whether the requirements of excellence are examined too."""
    return application.category == Category.EXCELLENCE


def counted(assignments: Iterable[Assignment]) -> list[Assignment]:
    """The expertises whose marks count: of each expert not recused, the last answer, when it was handed in.

    A second round that is still pending leaves the first one standing; an abstention in it takes the first one back.
    """
    last: dict[int, Assignment] = {}
    answered = [each for each in assignments if each.state in (AssignmentState.HANDED_IN, AssignmentState.ABSTAINED)]
    for assignment in sorted(answered, key=lambda each: (each.round, each.pk)):
        last[assignment.expert_id] = assignment
    return [each for each in last.values() if each.state == AssignmentState.HANDED_IN]


@dataclass(frozen=True)
class Parity:
    """How many experts of each side a file has (D.335-35: as many from the economic world as from the others)."""

    economic: int
    public: int

    @property
    def is_kept(self) -> bool:
        """Whether both sides are even."""
        return self.economic == self.public

    def __str__(self) -> str:
        verdict = "parité tenue" if self.is_kept else "parité non tenue"
        return f"{self.economic} du monde économique, {self.public} de l’État et des collectivités : {verdict}"


def parity(assignments: Iterable[Assignment]) -> Parity:
    """The sides of those who examine or have examined: without the recused and those who abstain."""
    at_work = (AssignmentState.PENDING, AssignmentState.HANDED_IN)
    latest: dict[int, Assignment] = {}
    for assignment in sorted(assignments, key=lambda each: (each.round, each.pk)):
        latest[assignment.expert_id] = assignment
    experts = [each.expert for each in latest.values() if each.state in at_work]
    economic = sum(expert.is_economic for expert in experts)
    return Parity(economic, len(experts) - economic)


def is_examined(application: LabelApplication) -> bool:
    """Whether experts are at work on the file."""
    return application.state == ApplicationState.EXPERTISE
