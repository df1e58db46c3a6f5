"""The files of a territory, for its authorities."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.applications.rules import readable_by
from cmq.campuses.models import Category
from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of
from cmq.opendata.internal.base import Internal
from cmq.opendata.models import ApiToken, Scope


class Files(Internal):
    """The files that the holder of the token may read."""

    slug, scope = "dossiers", Scope.FILES
    title = "Dossiers de labellisation que vous pouvez lire"
    description = (
        "Les dossiers de votre territoire : campus, campagne, demande, état, dates. Aucun texte ni aucun avis."
    )
    row_is = "dossier"
    key, key_field = ("reference",), "reference"
    models = (LabelApplication,)
    columns = (
        Column("reference", "Référence", Kind.TEXT, "Celle du dossier.", "2027-0042", is_required=True),
        *campus_columns(),
        Column("region", "Région", Kind.TEXT, "Le code INSEE de la région.", "32", is_required=True),
        Column("campagne", "Campagne", Kind.TEXT, "Le nom d’adresse de la campagne.", "2027", is_required=True),
        Column("demande", "Demande", Kind.TEXT, "Ce qui est demandé.", ApplicationKind.values[0], is_required=True),
        Column("etat", "État", Kind.TEXT, "Où il en est.", "depose", codes=codes_of(ApplicationState.values)),
        Column("categorie", "Catégorie", Kind.TEXT, "Celle qui est demandée.", "cmq", codes=codes_of(Category.values)),
        Column("filiere", "Filière", Kind.TEXT, "L’identifiant de la filière.", "infrastructures"),
        Column("duree", "Durée", Kind.INTEGER, "La durée demandée.", "5", unit="années"),
        Column("ouvert_le", "Ouvert le", Kind.DAY, "Le jour de son ouverture.", "2027-01-12", is_required=True),
        Column("depose_le", "Déposé le", Kind.DAY, "Le jour de son dépôt.", "2027-03-31"),
        Column(
            "page", "Page", Kind.ADDRESS, "Sa page de l’espace de travail.", "https://exemple.fr/", is_required=True
        ),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[LabelApplication]":
        """Every file."""
        return LabelApplication.objects.for_lists()

    def of(self, token: ApiToken, rows: "QuerySet[LabelApplication]") -> "QuerySet[LabelApplication]":
        """Those that its holder reads in the workspace."""
        return rows.filter(pk__in=readable_by(token.person).values("pk"))

    def values(self, thing: LabelApplication, *, on: dt.date) -> Row:
        """One file."""
        campus = thing.campus
        return (
            *(
                thing.reference,
                campus.slug,
                campus.name,
                campus.region_id,
                thing.campaign.slug,
                thing.kind,
                thing.state,
            ),
            *(thing.category, thing.filiere.slug if thing.filiere else None, thing.duration_years),
            *(timezone.localdate(each) if each else None for each in (thing.created_at, thing.submitted_at)),
            f"{settings.SITE_URL}/espace/dossiers/{thing.reference}/",
        )
