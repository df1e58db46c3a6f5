"""What waits at the keeper's desk, counted."""

from dataclasses import dataclass

from django.urls import reverse

from cmq.campuses import review
from cmq.campuses.models import ErrorReport
from cmq.core.models import OutgoingMail
from cmq.labels.models import LabelDecision
from cmq.labels.review import without_dated_label


@dataclass(frozen=True)
class Waiting:
    """One heap: how many wait, of what, and where."""

    count: int
    label: str
    url: str


def counts() -> list[Waiting]:
    """The heaps of the desk, in the order in which a keeper takes them."""
    gaps = reverse("registre_gaps")
    return [
        Waiting(
            ErrorReport.objects.filter(handled_at=None).count(), "signalements à traiter", reverse("registre_reports")
        ),
        Waiting(
            LabelDecision.objects.unmatched().count(), "décisions sans campus nommé", reverse("registre_decisions")
        ),
        Waiting(len(review.contradictions()), "contradictions entre sources", reverse("registre_contradictions")),
        Waiting(without_dated_label().count(), "campus sans date de label", f"{gaps}?manque=date"),
        Waiting(review.without_place().count(), "campus sans lieu", f"{gaps}?manque=lieu"),
        Waiting(review.with_deduced_filiere().count(), "filières déduites à confirmer", f"{gaps}?manque=filiere"),
        Waiting(len(review.likely_duplicates()), "doublons possibles", reverse("registre_duplicates")),
        Waiting(
            OutgoingMail.objects.waiting().count(), "lettres en attente", f"{reverse('registre_outbox')}?etat=attente"
        ),
    ]
