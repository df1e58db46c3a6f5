"""What the balance of needs and supply leans on: what is loaded, of when, and what is not."""

from dataclasses import dataclass

from django.utils import timezone

from cmq.official import standing
from cmq.official.sources import IMPORTERS

# Slug of the importer → what it brings here.
_BRINGS = {
    "bmo": "les recrutements prévus et jugés difficiles",
    "bassins": "le bassin d’emploi de chaque commune",
    "france-travail": "les offres d’emploi",
    "la-bonne-alternance": "les offres en alternance",
    "onisep-actions": "les formations et leurs lieux",
    "parcoursup": "les places et les taux d’accès dans le supérieur",
    "inserjeunes": "l’insertion à la sortie des formations",
    "rncp": "les métiers visés par les certifications",
    "certif-info": "les codes des diplômes et leurs métiers",
}


@dataclass(frozen=True)
class Line:
    """One source."""

    title: str
    publisher: str
    page: str
    brings: str
    # « chargée le 3 mars 2026, édition 2025 »; empty when it never was.
    loaded: str
    command: str
    is_stale: bool


def lines() -> list[Line]:
    """Each source, loaded or not; two queries."""
    wanted = [IMPORTERS[slug] for slug in _BRINGS if slug in IMPORTERS]
    return [_line(each) for each in standing.of_all(wanted, at=timezone.now())]


def _line(found: standing.Standing) -> Line:
    importer, said = found.importer, ""
    if found.loaded is not None and found.checked_at is not None:
        said = f"vérifiée le {timezone.localtime(found.checked_at).strftime('%d/%m/%Y')}"
        edition = found.loaded.source.published_on if found.loaded.source else None
        said += f", édition : {edition}" if edition else ", édition sans date"
    return Line(
        importer.title,
        importer.publisher,
        importer.page,
        _BRINGS[importer.slug],
        said,
        f"cmq import official {importer.slug}",
        found.is_stale and bool(said),
    )


def missing(found: list[Line]) -> list[str]:
    """A sentence for each source that was never loaded."""
    return [
        f"« {each.title} » n’est pas chargée : {each.brings} manquent, et ne comptent pas pour zéro. "
        f"L’équipe technique la charge par « {each.command} »."
        for each in found
        if not each.loaded
    ]
