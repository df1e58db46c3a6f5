"""What waits at the keeper's desk, counted. What asks for a look at the whole register is counted once per change."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils import timezone

from cmq.campuses import review
from cmq.campuses.models import ErrorReport
from cmq.core import feed
from cmq.core.models import OutgoingMail
from cmq.core.text import agreed
from cmq.labels.models import LabelDecision
from cmq.labels.review import oddities, without_dated_label
from cmq.offers import review as offers
from cmq.upkeep.rules import review_overdue


@dataclass(frozen=True)
class Waiting:
    """One heap: how many wait, of what (endings in brackets agree with the number), and where."""

    count: int
    wording: str
    url: str

    @property
    def label(self) -> str:
        """What waits, as it reads after the number."""
        return agreed(self.wording, self.count)


@dataclass(frozen=True)
class _Heaps:
    """What takes a look at the whole register to count."""

    contradictions: int
    oddities: int
    undated: int
    unplaced: int
    deduced: int
    duplicates: int


def counts() -> list[Waiting]:
    """The heaps of the desk, in the order in which a keeper takes them."""
    gaps = reverse("registre_gaps")
    version = feed.public_version()
    heaps = _heaps_of(version) if version[0] else _read_heaps()
    return [
        Waiting(
            ErrorReport.objects.filter(handled_at=None).count(), "signalement(s) à traiter", reverse("registre_reports")
        ),
        Waiting(offers.reports().count(), "offre(s) signalée(s)", reverse("registre_offer_reports")),
        Waiting(offers.to_vouch().count(), "employeur(s) à vérifier", reverse("registre_employers")),
        Waiting(
            LabelDecision.objects.unmatched().count(), "décision(s) sans campus nommé", reverse("registre_decisions")
        ),
        Waiting(heaps.contradictions, "contradiction(s) entre sources", reverse("registre_contradictions")),
        Waiting(heaps.oddities, "décision(s) incohérente(s)", reverse("registre_contradictions")),
        Waiting(heaps.undated, "campus sans date de label", f"{gaps}?manque=date"),
        Waiting(heaps.unplaced, "campus sans lieu", f"{gaps}?manque=lieu"),
        Waiting(heaps.deduced, "filière(s) déduite(s) à confirmer", f"{gaps}?manque=filiere"),
        Waiting(heaps.duplicates, "doublon(s) possible(s)", reverse("registre_duplicates")),
        Waiting(
            review_overdue(on=timezone.localdate()).count(), "revue(s) d’accès en retard", reverse("registre_upkeep")
        ),
        Waiting(
            OutgoingMail.objects.waiting().count(), "lettre(s) en attente", f"{reverse('registre_outbox')}?etat=attente"
        ),
    ]


@lru_cache(maxsize=1)
def _heaps_of(version: tuple[int, str]) -> _Heaps:
    return _read_heaps()


def _read_heaps() -> _Heaps:
    return _Heaps(
        contradictions=len(review.contradictions()),
        oddities=len(oddities()),
        undated=without_dated_label().count(),
        unplaced=review.without_place().count(),
        deduced=review.with_deduced_filiere().count(),
        duplicates=len(review.likely_duplicates()),
    )
