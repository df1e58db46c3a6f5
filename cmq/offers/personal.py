"""What is kept of those who post offers, and of what readers report."""

from typing import Any

from django.db import models
from django.db.models import Q

from cmq.core import addresses
from cmq.core.retention import Basis, Then, keep, nobody
from cmq.offers import rules
from cmq.offers.actions import letters
from cmq.offers.models import Employer, JobOffer, OfferState

_TREATMENT = "Offres des employeurs"
_READERS = "Campus qui reconnaissent l’employeur ; gardiens"


def _idle(at: Any) -> models.QuerySet[Employer]:
    # A refusal is remembered: it keeps the same address from asking again.
    idle = Employer.objects.filter(offers=None, refused_at=None)
    return idle.filter(Q(address_proved_at=None) | Q(address_proved_at__lte=at - rules.KEPT))


def _refused(at: Any) -> models.QuerySet[Employer]:
    return Employer.objects.filter(offers=None, refused_at__lte=at - rules.KEPT).exclude(email="")


def _without_address(rows: models.QuerySet[Any], at: Any) -> int:
    employers = list(rows)
    for employer in employers:
        letters.forget(employer)
        employer.address_hash = addresses.digest_of(employer.email, purpose=rules.REFUSED)
        employer.email = ""
        employer.save(update_fields=["address_hash", "email"])
    return len(employers)


def _delete(rows: models.QuerySet[Any], at: Any) -> int:
    employers = list(rows)
    for employer in employers:
        letters.forget(employer)
        employer.delete()
    return len(employers)


keep(
    "offers.offers",
    treatment=_TREATMENT,
    what="Offres déposées par des employeurs",
    who="Personnes citées par l’employeur dans le texte de l’offre",
    purpose="Montrer l’offre, puis répondre qu’elle est fermée",
    basis=Basis.PUBLIC_TASK,
    readers="Tout le monde, tant que l’offre est ouverte",
    until="Jamais confirmée : sept jours ; sinon six mois après la fermeture de l’offre",
    then=Then.DELETED,
    holds=("offers.joboffer",),
    due=lambda at: JobOffer.objects.filter(
        Q(state=OfferState.ASKED, published_at__lte=at - rules.PROVED_WITHIN)
        | Q(state=OfferState.CLOSED, closed_at__lte=at - rules.KEPT)
    ),
)
keep(
    "offers.employers",
    treatment=_TREATMENT,
    what="Adresse professionnelle de qui dépose une offre",
    who="Employeurs",
    purpose="Prouver qui dépose, demander si l’offre tient toujours",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="Jamais confirmée : sept jours ; sinon six mois après la fin de la dernière offre",
    then=Then.DELETED,
    holds=("offers.employer",),
    due=_idle,
    finish=_delete,
)
keep(
    "offers.refused",
    treatment=_TREATMENT,
    what="Adresse professionnelle refusée",
    who="Employeurs refusés",
    purpose="Que la même adresse ne revienne pas déposer",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="Six mois après le refus ; puis son empreinte, qui ne permet pas de la retrouver",
    then=Then.ANONYMISED,
    holds=("offers.employer",),
    due=_refused,
    finish=_without_address,
)
keep(
    "offers.reports",
    treatment="Signalements",
    what="Signalement d’une offre : raison, précisions ; rien de la personne",
    who="Lecteurs, s’ils se nomment dans les précisions",
    purpose="Retirer les offres fausses",
    basis=Basis.PUBLIC_TASK,
    readers="Gardiens",
    until="Avec l’offre : six mois après sa fin",
    then=Then.DELETED,
    holds=("offers.offerreport",),
)
nobody("références d’une offre chez sa source", "offers.offerorigin")
