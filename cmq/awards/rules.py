"""Who decides, signs and reads a joint decision, what its terms must be, and what exactly is signed."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cmq.applications.models import ApplicationKind
from cmq.applications.rules import is_on_campus, readable_by
from cmq.awards.models import DecisionState, JointDecision, Signature
from cmq.campaigns.models import SeatHolder
from cmq.campaigns.rules import is_secretary
from cmq.campuses.models import Category
from cmq.core.days import years_after
from cmq.core.errors import require
from cmq.core.rights import Role, right
from cmq.deliberation.models import AgendaItem, MeasureKind, Outcome
from cmq.deliberation.rules import can_read_measure, readable_measures, readable_meetings, sits_in
from cmq.deliberation.tally import Tally
from cmq.reference.models import Filiere

_RELATED = ("item__meeting__campaign", "item__application__campus", "item__measure__campus", "filiere")


@right(
    "awards.decide",
    "Inscrire les décisions conjointes, les publier, tenir l’arrêté d’exécution",
    roles=(Role.SECRETARY,),
)
def can_decide(person: Any) -> bool:
    """The authorities’ secretariat writes down what the college decided; it signs nothing."""
    return is_secretary(person)


@right("awards.sign", "Signer une décision conjointe pour son autorité", roles=(Role.AUTHORITY,), about="signature")
def can_sign(person: Any, signature: Signature) -> bool:
    """Who holds a seat of that authority today, or is its deputy."""
    if not getattr(person, "pk", None):
        return False
    holders = SeatHolder.objects.active(timezone.localdate())
    return holders.filter(person=person.pk, seat__authority=signature.authority_id).exists()


@right(
    "awards.read",
    "Lire une décision conjointe avant sa publication",
    roles=(Role.AUTHORITY, Role.SECRETARY),
    about="decision_to_sign",
)
def can_read(person: Any, decision: JointDecision) -> bool:
    """The college and its secretariat; once it is published, whoever may read the file or the measure."""
    item, is_published = decision.item, decision.state == DecisionState.PUBLISHED
    if is_secretary(person):
        return True
    # The commonest reader of what is published is known without looking for seats.
    if is_published and item.application is not None and is_on_campus(person, item.application.campus_id):
        return True
    if sits_in(person, item.meeting.campaign):
        return True
    if not is_published:
        return False
    if item.application is not None:
        return readable_by(person).filter(pk=item.application.pk).exists()
    assert item.measure is not None
    return can_read_measure(person, item.measure)


@dataclass(frozen=True)
class DecisionTerms:
    """What the joint decision states besides its outcome. Parts that a request does not concern stay empty."""

    reasons: str
    remedies: str = ""
    name: str = ""
    category: Category | str = ""
    filiere: Filiere | None = None
    territory: str = ""
    duration_years: int | None = None
    starts_on: dt.date | None = None


def gives_label(item: AgendaItem) -> bool:
    """Whether granting the item opens a period under label."""
    return item.application is not None and ApplicationKind(item.application.kind).gives_label


def is_adverse(item: AgendaItem, outcome: Outcome) -> bool:
    """Whether the decision takes or withholds something: it then gives its remedies."""
    if item.measure is not None:
        return outcome is Outcome.GRANTED and MeasureKind(item.measure.kind).is_adverse
    return outcome is not Outcome.GRANTED


def check_terms(item: AgendaItem, count: Tally, terms: DecisionTerms) -> None:
    """Refuse terms that say too little, or otherwise than the college voted.

    D.335-34 du code de l’éducation: the decision fixes for each campus its territory, filière, category and duration,
    five years at most. Raises `Refusal`.
    """
    outcome = Outcome(count.outcome)
    require(terms.reasons.strip(), "Donnez les motifs de la décision.")
    require(
        terms.remedies.strip() or not is_adverse(item, outcome),
        "Donnez les voies et délais de recours : la décision n’accorde pas ce qui est demandé.",
    )
    if outcome is not Outcome.GRANTED:
        return
    require(terms.starts_on, "Donnez la date d’effet.")
    if not gives_label(item):
        return
    require(terms.category in Category.values, "Choisissez la catégorie.")
    require(terms.filiere, "Choisissez la filière.")
    require(terms.territory.strip(), "Décrivez le territoire.")
    years, bounds = terms.duration_years, count.years
    require(
        years is not None and 1 <= years <= 5,
        "Un label dure de un à cinq ans (article D.335-34 du code de l’éducation).",
    )
    assert years is not None
    require(
        bounds is None or bounds.shortest <= years <= bounds.longest,
        f"Le collège a voté une durée de {bounds.shortest} à {bounds.longest} ans." if bounds else "",
    )


def last_day(item: AgendaItem, terms: DecisionTerms) -> dt.date | None:
    """The last day that a granted decision gives: start + duration, or that of the measure."""
    if item.measure is not None:
        return item.measure.until
    if terms.starts_on is None or terms.duration_years is None:
        return None
    return years_after(terms.starts_on, terms.duration_years) - dt.timedelta(days=1)


def digest_of(decision: JointDecision) -> str:
    """SHA-256 of all that the authorities sign, in one canonical form."""
    content = {
        "number": decision.number,
        "subject": str(decision.item),
        "asked": decision.item.subject.get_kind_display(),
        "outcome": decision.outcome,
        "name": decision.name,
        "category": decision.category,
        "filiere": decision.filiere.slug if decision.filiere else None,
        "territory": decision.territory,
        "duration_years": decision.duration_years,
        "starts_on": decision.starts_on and decision.starts_on.isoformat(),
        "ends_on": decision.ends_on and decision.ends_on.isoformat(),
        "reasons": decision.reasons,
        "remedies": decision.remedies,
        "tally": decision.tally,
    }
    line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def awaited_of(person: Any) -> list[Signature]:
    """The signatures that this person can give now, the oldest decision first."""
    if not getattr(person, "pk", None):
        return []
    holders = SeatHolder.objects.active(timezone.localdate()).filter(person=person.pk)
    awaited = Signature.objects.filter(signed_at=None, authority__in=holders.values("seat__authority"))
    related = ("decision__item__meeting__campaign", "decision__item__application__campus", "authority")
    return list(awaited.select_related(*related).order_by("decision__decided_at", "pk"))


def readable_decisions(person: Any) -> QuerySet[JointDecision]:
    """The joint decisions that `can_read` lets this person read, for lists and counters."""
    decisions = JointDecision.objects.select_related(*_RELATED)
    published = Q(item__application__in=readable_by(person)) | Q(item__measure__in=readable_measures(person))
    mine = Q(item__meeting__in=readable_meetings(person))
    return decisions.filter(mine | (Q(state=DecisionState.PUBLISHED) & published))


def to_publish(person: Any) -> QuerySet[JointDecision]:
    """The signed decisions that this person can publish now."""
    decisions = JointDecision.objects.filter(state=DecisionState.SIGNED).select_related(*_RELATED)
    return decisions.order_by("number") if can_decide(person) else decisions.none()
