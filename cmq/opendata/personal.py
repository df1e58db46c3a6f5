"""Tokens of the API."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q

from cmq.core.retention import Basis, Then, keep, nobody, with_account
from cmq.opendata.models import ApiToken

KEPT = dt.timedelta(days=365)


def _dead(at: dt.datetime) -> models.QuerySet[ApiToken]:
    return ApiToken.objects.filter(Q(expires_at__lt=at - KEPT) | Q(revoked_at__lt=at - KEPT))


@with_account
def _tokens(person: Any, addresses: set[str], at: dt.datetime) -> None:
    ApiToken.objects.filter(person=person.pk).delete()


keep(
    "opendata.tokens",
    treatment="Comptes et rôles",
    what="Jetons de l’API : usage, empreinte, dernier jour d’emploi",
    who="Personnes qui en ont créé",
    purpose="Lire par programme ce que la personne peut lire",
    basis=Basis.PUBLIC_TASK,
    readers="La personne elle-même",
    until="Un an après leur fin ; au plus tant que le compte existe",
    then=Then.DELETED,
    holds=("opendata.apitoken",),
    due=_dead,
)
nobody("instantanés de jeux publics", "opendata.snapshot")
