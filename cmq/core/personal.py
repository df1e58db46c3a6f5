"""What the ground floor keeps of people: letters that leave, the journal, counts of callers."""

import datetime as dt
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection, models
from django.db.models.functions import Coalesce

from cmq.core import rates
from cmq.core.models import OutgoingMail
from cmq.core.retention import Basis, Then, keep, nobody

LETTERS_KEPT = dt.timedelta(days=365)
# CNIL, délibération n° 2021-122 du 14 octobre 2021 (recommandation relative à la journalisation): six months to a year.
TRACES_KEPT = dt.timedelta(days=365)
CNIL_TRACES = "CNIL, recommandation relative à la journalisation (délibération n° 2021-122) : six mois à un an"
PUBLIC_ARCHIVES = "Archives publiques (code du patrimoine, article L. 211-4) ; RGPD, article 17-3 b et d"
_TEAM = "Équipe technique"


def _old_letters(at: dt.datetime) -> models.QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(created_at__lt=at - LETTERS_KEPT).exclude(to="")


def _without_address(rows: models.QuerySet[Any], at: dt.datetime) -> int:
    # The key stays: no letter that left once leaves again.
    bare = {"to": "", "subject": "", "text": "", "stop_url": "", "last_error": ""}
    return int(rows.update(**bare, sent_at=Coalesce("sent_at", "created_at")))


def _forget_callers(at: dt.datetime) -> int:
    """Counts of callers: `core.rates`, and what the cache has let go of without deleting it."""
    rates.forget(at=at.timestamp())
    with connection.cursor() as cursor:
        expired = connection.ops.adapt_datetimefield_value(at)
        cursor.execute("DELETE FROM core_cache WHERE expires < %s", [expired])
        return max(int(cursor.rowcount), 0)


keep(
    "core.letters",
    treatment="Courriers du site",
    what="Courriers envoyés : adresse, objet, texte (jamais le texte d’un courrier qui porte une clé)",
    who="Personnes à qui le site écrit",
    purpose="Savoir ce qui est parti, renvoyer ce qui a échoué",
    basis=Basis.PUBLIC_TASK,
    readers=_TEAM,
    until="Un an après l’écriture du courrier",
    then=Then.ANONYMISED,
    holds=("core.outgoingmail",),
    due=_old_letters,
    finish=_without_address,
)
keep(
    "core.journal",
    treatment="Registre et journal",
    what="Journal : ce qui a été fait, quand, par quel numéro de compte (ni nom, ni adresse)",
    who="Personnes qui agissent dans l’espace de travail",
    purpose="Prouver l’histoire du registre ; chaque ligne est scellée par la suivante",
    basis=Basis.PUBLIC_TASK,
    readers="Tout le monde, sans le numéro ; gardiens et équipe technique, avec lui",
    until="Tant que le registre existe",
    then=Then.PUBLIC,
    why=PUBLIC_ARCHIVES,
    holds=("core.change",),
)
keep(
    "core.callers",
    treatment="Sécurité du site",
    what="Empreinte de l’adresse IP de qui envoie un formulaire, se connecte ou interroge l’API",
    who="Visiteurs",
    purpose="Limiter les envois abusifs",
    basis=Basis.INTEREST,
    readers="Personne",
    until="Sert une heure au plus ; effacée la nuit suivante, ou celle d’après",
    then=Then.DELETED,
    run=_forget_callers,
)
keep(
    "core.repairs",
    treatment="Sécurité du site",
    what="Réparations faites dans les pages techniques : qui, quand, quel objet",
    who="Équipe technique",
    purpose="Savoir qui a réparé quoi",
    basis=Basis.PUBLIC_TASK,
    readers=_TEAM,
    until="Un an après la réparation",
    then=Then.DELETED,
    why=CNIL_TRACES,
    holds=("admin.logentry",),
    due=lambda at: LogEntry.objects.filter(action_time__lt=at - TRACES_KEPT),
)
nobody("têtes de chaîne et horodatages du journal", "core.feedhead", "core.journalstamp")
nobody("documents publics cités à l’appui des faits", "core.source")
nobody("tables du cadre : noms de droits et de sortes d’objets", "auth.permission", "auth.group")
nobody("tables du cadre : noms de droits et de sortes d’objets", "contenttypes.contenttype")
nobody("réglages d’affichage du système de design", "dsfr.dsfrconfig", "dsfr.dsfrsocialmedia")
