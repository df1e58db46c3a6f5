"""Who belongs to which campus, and since when."""

import datetime as dt

from django.db.models import QuerySet

from cmq.campuses.models import PartnerRole, Partnership
from cmq.opendata.columns import (
    Column,
    Kind,
    Row,
    campus_columns,
    codes_of,
    origin_columns,
    origin_of,
    place_columns,
    place_of,
)
from cmq.opendata.dataset import Dataset
from cmq.organisations.models import Family, Organisation
from cmq.organisations.models import Kind as OrganisationKind


class Members(Dataset):
    """The members of the campuses, those that left with the others."""

    slug = "membres"
    title = "Membres des campus"
    description = (
        "Les organisations membres de chaque campus, avec leur rôle, leur famille et leurs dates. Celles qui sont "
        "parties restent, avec leur date de fin. Aucune personne n’y figure."
    )
    row_is = "organisation, campus et rôle"
    key = ("numero",)
    models = (Partnership, Organisation)
    keywords = ("partenaires", "établissements", "entreprises", "UAI", "SIRET")
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de la ligne.", "12", is_required=True),
        *campus_columns(),
        Column("organisation", "Organisation", Kind.TEXT, "Son nom.", "Lycée Valentine Labbé", is_required=True),
        Column("nature", "Nature", Kind.TEXT, "Ce qu’elle est.", "lycee", codes=codes_of(OrganisationKind.values)),
        Column("uai", "UAI", Kind.TEXT, "Le code d’un établissement d’enseignement.", "0590122M"),
        Column("siret", "SIRET", Kind.TEXT, "Le numéro d’établissement.", "19590122300015"),
        Column("role", "Rôle", Kind.TEXT, "Ce qu’elle est au campus.", "support", codes=codes_of(PartnerRole.values)),
        Column("famille", "Famille", Kind.TEXT, "Une des quatre.", "scolaire", codes=codes_of(Family.values)),
        *place_columns("de l’organisation"),
        Column("depuis", "Depuis", Kind.PARTIAL_DAY, "Le début, s’il est connu.", "2017"),
        Column("jusqu_a", "Jusqu’à", Kind.PARTIAL_DAY, "La fin, si elle est connue.", "2024-06"),
        *origin_columns(),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Partnership]":
        """Memberships of real organisations in real campuses."""
        rows = Partnership.objects.filter(campus__is_demo=False, organisation__is_demo=False)
        return rows.select_related("campus", "organisation__commune").prefetch_related("sources")

    def values(self, thing: Partnership, *, on: dt.date) -> Row:
        """One membership."""
        who = thing.organisation
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, who.name, who.kind, who.uai, who.siret),
            *(thing.role, thing.family, *place_of(who.commune), thing.starts_on, thing.ends_on),
            *origin_of(thing),
        )
