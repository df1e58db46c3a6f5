"""What is kept of people who register for a stop."""

import datetime as dt
from typing import Any

from django.db import models

from cmq.core.retention import Basis, Then, keep, nobody, told, with_account
from cmq.tours import rules
from cmq.tours.actions import letters, registering
from cmq.tours.models import Registration, RegistrationState

_READERS = "Campus qui organise l’étape"
_TREATMENT = "Inscriptions aux étapes des tournées"


def _over(at: dt.datetime) -> models.QuerySet[Registration]:
    return Registration.objects.filter(erased_at=None, stop__ends_at__lt=at - dt.timedelta(days=rules.KEPT_DAYS))


def _unanswered(at: dt.datetime) -> models.QuerySet[Registration]:
    before = at - 2 * rules.CONFIRMED_WITHIN
    return Registration.objects.filter(state=RegistrationState.ASKED, erased_at=None, asked_at__lt=before)


def _anonymise(rows: models.QuerySet[Any], at: dt.datetime) -> int:
    registrations = list(rows)
    for each in registrations:
        registering.anonymise(each, at=at)
    return len(registrations)


def _delete(rows: models.QuerySet[Any], at: dt.datetime) -> int:
    registrations = list(rows)
    for each in registrations:
        letters.forget(each)
        each.delete()
    return len(registrations)


@with_account
def _past_registrations(person: Any, addresses: set[str], at: dt.datetime) -> None:
    """Those of stops that are over; a seat that is still to come is given back by its own link."""
    _anonymise(Registration.objects.filter(email__in=addresses, erased_at=None, stop__ends_at__lt=at), at)


told("tours.registration")(registering.export)
keep(
    "tours.registrations",
    treatment=_TREATMENT,
    what="Inscription : nom, adresse électronique, public, nombre de places, empreinte du lien",
    who="Personnes inscrites",
    purpose="Retenir une place, écrire à la personne inscrite, l’accueillir",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="30 jours après l’étape ; le nombre de places reste, sans la personne",
    then=Then.ANONYMISED,
    holds=("tours.registration",),
    due=_over,
    finish=_anonymise,
)
keep(
    "tours.requests",
    treatment=_TREATMENT,
    what="Demande d’inscription jamais confirmée : nom, adresse électronique",
    who="Personnes qui demandent une place",
    purpose="Attendre la confirmation",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="Quatre jours",
    then=Then.DELETED,
    holds=("tours.registration",),
    due=_unanswered,
    finish=_delete,
)
nobody("étapes, publics et nombres de venus", "tours.stop", "tours.stopaudience", "tours.attendance")
