"""The French words of what is counted and chosen."""

from functools import lru_cache

from cmq.offers.models import ContractKind, OfferKind
from cmq.reference.models import DiplomaLevel, Filiere, Region

TITLES = {
    "nature": "Nature de l’offre",
    "contrat": "Contrat",
    "niveau": "Niveau",
    "voie": "Voie",
    "region": "Région",
    "filiere": "Filière",
}
WAYS = {"scolaire": "Voie scolaire ou étudiante", "apprentissage": "Apprentissage", "continue": "Formation continue"}


@lru_cache(maxsize=1)
def _levels() -> dict[int, str]:
    return {row.level: str(row) for row in DiplomaLevel.objects.all()}


def level_name(level: int | None) -> str:
    """« Niveau 5 (bac + 2) »; empty for none."""
    return (_levels().get(level) or f"Niveau {level}") if level else ""


@lru_cache(maxsize=1)
def _named() -> dict[str, dict[str, str]]:
    return {
        "nature": {value: str(label) for value, label in OfferKind.choices},
        "contrat": {value: str(label) for value, label in ContractKind.choices},
        "voie": WAYS,
        "niveau": {str(level): name for level, name in _levels().items()},
        "region": {row.slug: row.name for row in Region.objects.all()},
        "filiere": {row.slug: row.name for row in Filiere.objects.all()},
    }


def values_of(tag: str) -> dict[str, str]:
    """Every value of a tag that can be asked for → its French name."""
    return _named()[tag]
