"""What is kept of people in campuses, and of readers who report an error."""

import datetime as dt
from typing import Any

from django.db import models

from cmq.campuses.models import CampusMembership, CampusRole, ErrorReport
from cmq.core.retention import Basis, Then, hold, keep, needed, nobody, told, with_account
from cmq.organisations import personal as organisations

REPLY_KEPT = dt.timedelta(days=90)


def _answered(at: dt.datetime) -> models.QuerySet[ErrorReport]:
    return ErrorReport.objects.filter(handled_at__lt=at - REPLY_KEPT).exclude(reply_to="")


@needed
def _last_director(person: Any, on: dt.date) -> list[str]:
    """A campus whose only director leaves has nobody who may invite."""
    directors = organisations.holders(CampusMembership.objects.all(), on).filter(role=CampusRole.DIRECTOR)
    others = directors.exclude(person=person.pk).values("campus")
    alone = directors.filter(person=person.pk).exclude(campus__in=others)
    return [
        f"Vous êtes seul à diriger « {each.campus} » : préparez d’abord un passage de relais."
        for each in alone.select_related("campus").order_by("campus__name", "pk")
    ]


@with_account
def _end_roles(person: Any, addresses: set[str], at: dt.datetime) -> None:
    organisations.end_roles(CampusMembership.objects.all(), person, addresses, at)
    ErrorReport.objects.filter(reply_to__in=addresses).update(reply_to="")


told("campuses.campusmembership")(organisations.role_told)
told("organisations.organisationmembership")(organisations.role_told)
hold("accounts.roles", "campuses.campusmembership")
keep(
    "campuses.invitations",
    treatment="Comptes et rôles",
    what="Adresse invitée à un rôle dans un campus, empreinte du lien",
    who="Personnes invitées",
    purpose="Donner un rôle à la personne qui reçoit le courrier, et à elle seule",
    basis=Basis.PUBLIC_TASK,
    readers="Directeur du campus ; gardiens",
    until="Le lien vaut 14 jours ; l’adresse est gardée 90 jours après la fin de l’invitation ou du rôle",
    then=Then.ANONYMISED,
    holds=("campuses.campusmembership",),
    due=lambda at: organisations.over(CampusMembership.objects.all(), at),
    finish=organisations.without_address,
)
keep(
    "campuses.reports",
    treatment="Signalements",
    what="Signalement d’une erreur : message, adresse pour la réponse si elle est donnée",
    who="Lecteurs",
    purpose="Corriger le registre et répondre",
    basis=Basis.INTEREST,
    readers="Gardiens",
    until="L’adresse : 90 jours après la réponse ; le message reste avec la correction",
    then=Then.ANONYMISED,
    holds=("campuses.errorreport",),
    due=_answered,
    finish=lambda rows, at: rows.update(reply_to=""),
)
nobody(
    "campus et faits sourcés sur eux ; leurs champs nomment des structures",
    *(f"campuses.{name}" for name in ("campus", "campusfact", "campusname", "campusarea", "partnership")),
    "campuses.campuslink",
    "campuses.filierecount",
)
