"""What runs by itself: its reports may cite what went wrong."""

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cmq.core.personal import CNIL_TRACES, TRACES_KEPT
from cmq.core.retention import Basis, Then, keep, nobody
from cmq.service import refusals, running, working
from cmq.service.models import BrowserRefusal, RetentionRun, TaskRun

keep(
    "service.runs",
    treatment="Sécurité du site",
    what="Comptes rendus des tâches du site, et leurs erreurs",
    who="Personnes qu’un message d’erreur citerait",
    purpose="Savoir ce qui a été fait, réparer",
    basis=Basis.PUBLIC_TASK,
    readers="Gardiens et équipe technique",
    until="60 jours",
    then=Then.DELETED,
    holds=("service.taskrun",),
    due=lambda at: TaskRun.objects.filter(due_at__lt=at - running.KEPT),
)
keep(
    "service.queue",
    treatment="Sécurité du site",
    what="File des tâches : numéros de ce qui est à faire, et erreurs",
    who="Personnes qu’un message d’erreur citerait",
    purpose="Faire ce qui ne peut pas attendre un lecteur",
    basis=Basis.PUBLIC_TASK,
    readers="Équipe technique",
    until="14 jours",
    then=Then.DELETED,
    holds=("django_tasks_database.dbtaskresult",),
    # Also what a killed worker left « running »: the outbox and the schedule have taken it up since.
    due=lambda at: DBTaskResult.objects.filter(enqueued_at__lt=at - working.RESULTS_KEPT),
)
keep(
    "service.security_log",
    treatment="Sécurité du site",
    what="Journal de sécurité, hors de la base : preuves d’identité données ou refusées, demandes refusées, par numéro "
    "de compte et par empreintes de l’adresse IP et de l’adresse essayée",
    who="Personnes qui se connectent, ou à qui quelque chose est refusé",
    purpose="Voir une attaque, comprendre ce qui s’est passé",
    basis=Basis.INTEREST,
    readers="Équipe technique",
    until="Six mois, tenus par le collecteur de qui exploite le site",
    then=Then.DELETED,
    why=CNIL_TRACES,
)
keep(
    "service.retention",
    treatment="Sécurité du site",
    what="Comptes rendus de la conservation : combien, quand",
    who="Aucune personne n’y est nommée",
    purpose="Montrer que les durées de cette table sont tenues (RGPD, article 5-2)",
    basis=Basis.LEGAL,
    readers="Gardiens et équipe technique",
    until="Un an",
    then=Then.DELETED,
    holds=("service.retentionrun",),
    due=lambda at: RetentionRun.objects.filter(ran_at__lt=at - TRACES_KEPT),
)
keep(
    "service.refusals",
    treatment="Sécurité du site",
    what="Ce que les navigateurs ont refusé sur nos pages : règle, origine, forme de l’adresse, nombre par jour",
    who="Aucune personne n’y est nommée",
    purpose="Voir une attaque ou un défaut",
    basis=Basis.INTEREST,
    readers="Gardiens et équipe technique",
    until="30 jours",
    then=Then.DELETED,
    holds=("service.browserrefusal",),
    due=lambda at: BrowserRefusal.objects.filter(day__lt=timezone.localdate(at) - refusals.KEPT),
)
nobody("avis de service publiés", "service.servicenotice")
