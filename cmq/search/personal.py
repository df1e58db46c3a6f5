"""What is looked for, counted so that nobody can be recognised."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cmq.core.retention import Basis, Then, keep
from cmq.search import rules
from cmq.search.models import SoughtWords


def _old_or_rare(at: dt.datetime) -> models.QuerySet[SoughtWords]:
    on = timezone.localdate(at)
    old = Q(last_day__lt=on - dt.timedelta(days=rules.KEPT_DAYS))
    return SoughtWords.objects.filter(old | Q(words="", last_day__lt=on - dt.timedelta(days=rules.RARE_DAYS)))


keep(
    "search.sought",
    treatment="Recherche",
    what="Mots cherchés, sans adresse, heure ni lieu ; une empreinte illisible tant qu’ils sont rares",
    who="Aucune personne n’y est reconnaissable",
    purpose="Savoir ce que les lecteurs ne trouvent pas",
    basis=Basis.PUBLIC_TASK,
    readers="Gardiens et rédaction, pour les mots fréquents",
    until="L’empreinte : 30 jours ; les mots, s’ils ont été demandés 10 fois sur 3 jours, un an après la dernière fois",
    then=Then.DELETED,
    holds=("search.soughtwords",),
    due=_old_or_rare,
)
keep(
    "search.place",
    treatment="Recherche",
    what="Position, si vous demandez « Autour de moi »",
    who="Lecteurs",
    purpose="Chercher près de vous",
    basis=Basis.CONSENT,
    readers="Personne",
    until="Elle n’est pas gardée : arrondie à 100 m, elle est dans l’adresse de la page de résultats",
    then=Then.DELETED,
)
