"""What is kept of those who asked for the letter."""

import datetime as dt
from typing import Any

from django.db import models

from cmq.core.models import OutgoingMail
from cmq.core.retention import Basis, Then, hold, keep, nobody, subscription, told
from cmq.newsletter import rules
from cmq.newsletter.actions import notes, subscribing
from cmq.newsletter.models import Consent, Delivery, End, Subscriber

_TREATMENT = "Lettre d’information"
_NEWSROOM = "Personne ne lit les adresses ; la rédaction voit des nombres"


def _unconfirmed(at: dt.datetime) -> models.QuerySet[Subscriber]:
    return Subscriber.objects.filter(confirmed_at=None, asked_at__lt=at - rules.CONFIRMED_WITHIN)


def _delete(rows: models.QuerySet[Any], at: dt.datetime) -> int:
    subscribers = list(rows)
    for each in subscribers:
        notes.forget(each.pk)
        each.delete()
    return len(subscribers)


told("newsletter.subscriber")(subscribing.export)


@subscription
def _stop(addresses: set[str], at: dt.datetime) -> None:
    for subscriber in Subscriber.objects.filter(email__in=addresses):
        subscribing.end_subscription(subscriber, end=End.STOPPED, issue=None, at=at)


keep(
    "newsletter.subscriptions",
    treatment=_TREATMENT,
    what="Abonnement : adresse électronique, sujets, rythme",
    who="Abonnés",
    purpose="Envoyer la lettre demandée ; rien ne suit ce que vous en lisez",
    basis=Basis.CONSENT,
    readers=_NEWSROOM,
    until="Tant que vous êtes abonné, puis effacé sur-le-champ",
    then=Then.DELETED,
    holds=("newsletter.subscriber",),
)
keep(
    "newsletter.requests",
    treatment=_TREATMENT,
    what="Demande d’abonnement jamais confirmée",
    who="Personnes qui demandent la lettre",
    purpose="Attendre la confirmation",
    basis=Basis.CONSENT,
    readers=_NEWSROOM,
    until="30 jours",
    then=Then.DELETED,
    holds=("newsletter.subscriber",),
    due=_unconfirmed,
    finish=_delete,
)
keep(
    "newsletter.letters",
    treatment=_TREATMENT,
    what="Courriers sur l’abonnement (demande, confirmation)",
    who="Personnes qui demandent la lettre",
    purpose="Renvoyer ce qui a échoué",
    basis=Basis.CONSENT,
    readers="Équipe technique",
    until="30 jours",
    then=Then.DELETED,
    holds=("core.outgoingmail",),
    due=lambda at: OutgoingMail.objects.filter(key__startswith="newsletter:", created_at__lt=at - rules.KEPT),
)
keep(
    "newsletter.deliveries",
    treatment=_TREATMENT,
    what="Numéros envoyés à un abonné, et retours",
    who="Abonnés",
    purpose="N’envoyer qu’une fois, reconnaître les retours",
    basis=Basis.CONSENT,
    readers=_NEWSROOM,
    until="30 jours après l’envoi du numéro",
    then=Then.DELETED,
    holds=("newsletter.delivery",),
    due=lambda at: Delivery.objects.filter(issue__finished_at__lt=at - rules.KEPT),
)
keep(
    "newsletter.proofs",
    treatment=_TREATMENT,
    what="Preuve d’un abonnement : empreinte de l’adresse (elle ne permet pas de la retrouver), texte accepté, dates",
    who="Abonnés et anciens abonnés",
    purpose="Prouver que la lettre a été demandée (RGPD, article 7-1)",
    basis=Basis.LEGAL,
    readers="Équipe technique",
    until="Cinq ans après la fin de l’abonnement",
    then=Then.DELETED,
    why="Prescription (code civil, article 2224)",
    holds=("newsletter.consent",),
    due=lambda at: Consent.objects.filter(ended_at__lt=at - rules.PROOF_KEPT),
)
hold("accounts.traces", "newsletter.issue")
nobody("contenu et envoi des numéros, en nombres", "newsletter.block", "newsletter.batch")
