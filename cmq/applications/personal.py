"""What is kept of those who write a file together."""

import datetime as dt

from cmq.applications.models import Presence
from cmq.core.personal import PUBLIC_ARCHIVES
from cmq.core.retention import Basis, Then, hold, keep, nobody

_TREATMENT = "Dossiers de labellisation"
_READERS = "Qui écrit le dossier, puis qui l’instruit"

hold("accounts.traces", "applications.move", "applications.section", "applications.sectionrevision")
hold("accounts.traces", "applications.attachment")
hold("organisations.signatures", "applications.submissionsignature")
keep(
    "applications.comments",
    treatment=_TREATMENT,
    what="Commentaires entre ceux qui écrivent un dossier",
    who="Équipes des campus",
    purpose="Écrire à plusieurs",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="Avec le dossier ; sans nom une fois le compte effacé",
    then=Then.WITH_FILE,
    why=PUBLIC_ARCHIVES,
    holds=("applications.comment",),
)
keep(
    "applications.presences",
    treatment=_TREATMENT,
    what="Qui écrit en ce moment dans une partie d’un dossier",
    who="Équipes des campus",
    purpose="Ne pas écrire l’un sur l’autre",
    basis=Basis.PUBLIC_TASK,
    readers=_READERS,
    until="Montré une minute ; effacé la nuit suivante",
    then=Then.DELETED,
    holds=("applications.presence",),
    due=lambda at: Presence.objects.filter(seen_at__lt=at - dt.timedelta(hours=1)),
)
nobody("dossiers de campus, par numéro", "applications.labelapplication")
