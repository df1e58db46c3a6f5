"""What is kept of those who asked for alerts."""

from typing import Any

from django.db import models

from cmq.alerts import actions, rules
from cmq.alerts.models import SavedSearch
from cmq.core.retention import Basis, Then, keep, nobody, subscription

_TREATMENT = "Alertes"


def _delete(rows: models.QuerySet[Any], at: Any) -> int:
    searches = list(rows)
    for each in searches:
        actions.erase(each)
    return len(searches)


@subscription
def _stop(addresses: set[str], at: Any) -> None:
    _delete(SavedSearch.objects.filter(email__in=addresses), at)


keep(
    "alerts.searches",
    treatment=_TREATMENT,
    what="Alerte : adresse électronique, recherche, rythme",
    who="Personnes qui l’ont demandée",
    purpose="Écrire ce qui est nouveau",
    basis=Basis.CONSENT,
    readers="Personne",
    until="Jusqu’à l’arrêt, d’un geste depuis chaque courrier",
    then=Then.DELETED,
    holds=("alerts.savedsearch",),
)
keep(
    "alerts.requests",
    treatment=_TREATMENT,
    what="Demande d’alerte jamais confirmée",
    who="Personnes qui demandent une alerte",
    purpose="Attendre la confirmation",
    basis=Basis.CONSENT,
    readers="Personne",
    until="30 jours",
    then=Then.DELETED,
    holds=("alerts.savedsearch",),
    due=lambda at: SavedSearch.objects.filter(confirmed_at=None, asked_at__lte=at - rules.CONFIRMED_WITHIN),
    finish=_delete,
)
nobody("jour de première parution d’un objet", "alerts.appearance")
