"""Figures shown with their definition, counted on the register at each change."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cmq.campuses.models import Category
from cmq.core.models import Change
from cmq.labels.models import LabelDecision
from cmq.labels.states import LabelState
from cmq.search.directory import CampusRow
from cmq.web.public.common import real


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, how, and where the counted rows are listed."""

    value: int
    label: str
    definition: str
    url: str = ""


_STATES = {
    LabelState.CURRENT: "une décision dont la fin est connue couvre ce jour, et prend fin dans plus de dix-huit mois",
    LabelState.TO_RENEW: "le label est certain ce jour et prend fin dans les dix-huit mois",
    LabelState.SUSPENDED: "le label est certain ce jour, et une décision l’a suspendu",
    LabelState.WITHDRAWN: "une décision a retiré le label, et aucune autre ne l’a rendu",
    LabelState.ENDED: "une décision a mis fin au label, et aucune autre ne l’a attribué depuis",
    LabelState.EXPIRED: "la dernière fin connue est passée et aucune trace plus récente n’est connue",
    LabelState.PROJECT: "une source présente un projet, aucune attribution n’est connue",
    LabelState.TO_CHECK: "aucune source trouvée ne dit si le label court encore ; le campus n’est pas jugé",
}


def of_register(rows: Sequence[CampusRow]) -> list[Figure]:
    """The key figures of the home page."""
    counted = real(rows)
    states = Counter(row.state for row in counted)
    certain = sum(states[state] for state in (LabelState.CURRENT, LabelState.TO_RENEW, LabelState.SUSPENDED))
    standing = LabelDecision.objects.standing()
    decisions = standing.exclude(campus__is_demo=True).count()
    unmatched = standing.unmatched().count()
    return [
        Figure(
            len(counted),
            "campus au registre",
            "Tous ceux qu’une source nomme : labellisés, anciens, en projet. Deux fiches peuvent décrire le même.",
            "/campus/",
        ),
        Figure(
            certain,
            "labels certains aujourd’hui",
            "Une source donne la décision et sa durée ou sa fin, et ce jour est dedans. Les autres labels ne sont "
            "pas finis pour autant.",
            "/campus/?etat=a-renouveler&etat=en-cours&etat=suspendu",
        ),
        Figure(
            states[LabelState.TO_CHECK],
            "labels à vérifier",
            "Aucune source trouvée ne dit si le label court encore.",
            "/campus/?etat=a-verifier",
        ),
        Figure(
            decisions,
            "décisions et événements datés",
            f"Obtentions, renouvellements, projets… chacun avec sa source, dont {unmatched} que la source attribue "
            "sans nommer le campus.",
        ),
    ]


def by_state(rows: Iterable[CampusRow]) -> list[tuple[LabelState, int, str]]:
    """State, count, definition, for the states that occur."""
    counts = Counter(row.state for row in real(rows))
    return [(state, counts[state], _STATES[state]) for state in LabelState if counts[state]]


def by_category(rows: Iterable[CampusRow]) -> list[tuple[str, int]]:
    """Category (« non sourcée » where no source tells) and count."""
    counts = Counter(row.category for row in real(rows))
    named = [(Category(value).label, counts[value]) for value in Category.values if counts[value]]
    return [*named, *([("Catégorie non sourcée", counts[""])] if counts[""] else [])]


def deduced(rows: Iterable[CampusRow]) -> int:
    """How many have a filière that the register deduced."""
    return sum(row.filiere_is_deduced for row in real(rows))


def last_change() -> Change | None:
    """The last line of the change feed: the date of every figure."""
    return Change.objects.order_by("-position").first()
