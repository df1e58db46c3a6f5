"""Projects speak of campuses and organisations; pictures bear their credit."""

from cmq.core.retention import Basis, Then, hold, keep, nobody

keep(
    "projects.pictures",
    treatment="Publications",
    what="Images et leur crédit, signature d’un article, adresse de contact publique d’une tournée",
    who="Personnes visibles ou citées, avec leur accord ; auteurs",
    purpose="Montrer la vie des campus, citer les auteurs",
    basis=Basis.PUBLIC_TASK,
    readers="Tout le monde",
    until="Tant que la page est publiée ; retirées sur demande",
    then=Then.DELETED,
    holds=("projects.projectpicture",),
)
hold("projects.pictures", "tours.tour")
nobody(
    "projets de campus et d’organismes, comptes en nombres",
    *(f"projects.project{name}" for name in ("", "owner", "partner", "audience", "result")),
)
