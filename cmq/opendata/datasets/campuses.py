"""The campuses as they stand today."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from cmq.campuses.models import (
    AreaKind,
    Campus,
    CampusArea,
    CampusFact,
    CampusName,
    Category,
    PartnerRole,
    Partnership,
)
from cmq.labels.models import LabelDecision
from cmq.labels.states import LabelState, with_label_state
from cmq.opendata.columns import Column, Kind, Row, codes_of
from cmq.opendata.dataset import Dataset
from cmq.reference.models import Commune

_CENTRE = "Code officiel géographique et IGN Admin Express"
_SPOT = "Le centre de la commune du siège, à défaut du premier lieu situé (WGS 84)."


class Campuses(Dataset):
    """Every campus of the register, labelled or hoping to be."""

    slug = "campus"
    title = "Campus des métiers et des qualifications"
    description = (
        "Les campus du registre : nom, filière, région, lieux, catégorie et état du label au jour du téléchargement. "
        "Ce que personne ne sait est vide."
    )
    row_is = "campus"
    key = ("identifiant",)
    key_field = "slug"
    campus_path = ""
    models = (Campus, CampusFact, CampusName, CampusArea, Partnership, LabelDecision)
    keywords = ("campus des métiers et des qualifications", "voie professionnelle", "label", "formation")
    columns = (
        Column(
            "identifiant",
            "Identifiant",
            Kind.TEXT,
            "Le nom du campus dans les adresses du registre ; il ne change pas.",
            "autonomie-longevite-sante",
            is_required=True,
        ),
        Column("nom", "Nom officiel", Kind.TEXT, "Le nom retenu.", "Autonomie, longévité, santé", is_required=True),
        Column("sigle", "Sigle", Kind.TEXT, "Le sigle, s’il en a un.", "CMQE ALS"),
        Column(
            "autres_noms", "Autres noms", Kind.LIST, "Anciens noms, variantes, noms d’usage.", "Campus bien vieillir"
        ),
        Column("filiere", "Filière", Kind.TEXT, "L’identifiant de la filière nationale.", "infrastructures"),
        Column("filiere_nom", "Nom de la filière", Kind.TEXT, "Une des douze filières nationales.", "Infrastructures"),
        Column(
            "filiere_deduite",
            "Filière déduite",
            Kind.BOOLEAN,
            "Vrai si le registre a déduit la filière du nom, sans source qui la dise.",
            "false",
        ),
        Column("region", "Code de la région", Kind.TEXT, "Le code INSEE de la région.", "32", is_required=True),
        Column("region_nom", "Région", Kind.TEXT, "Le nom de la région.", "Hauts-de-France", is_required=True),
        Column("academies", "Académies", Kind.LIST, "Les académies du campus.", "Lille"),
        Column("communes", "Communes", Kind.LIST, "Le siège, puis les autres lieux.", "La Madeleine"),
        Column("codes_insee", "Codes INSEE", Kind.LIST, "Les codes de ces communes, dans le même ordre.", "59368"),
        Column("latitude", "Latitude", Kind.NUMBER, _SPOT, "50.655", unit="degré", source=_CENTRE),
        Column("longitude", "Longitude", Kind.NUMBER, _SPOT, "3.07", unit="degré", source=_CENTRE),
        Column(
            "categorie",
            "Catégorie",
            Kind.TEXT,
            "La catégorie du label (code de l’éducation, article D. 335-33).",
            "excellence",
            codes=codes_of(Category.values),
        ),
        Column(
            "etat_du_label",
            "État du label",
            Kind.TEXT,
            "Ce que les décisions connues permettent de dire du label ce jour.",
            "en-cours",
            is_required=True,
            codes=codes_of(LabelState.values),
        ),
        Column("label_jusqu_au", "Label jusqu’au", Kind.DAY, "Le dernier jour certain du label tenu.", "2028-08-31"),
        Column("supports", "Établissements supports", Kind.LIST, "Leur nom.", "Lycée Valentine Labbé"),
        Column("site_web", "Site web", Kind.ADDRESS, "Le site du campus.", "https://exemple.fr/"),
        Column(
            "fiabilite",
            "Fiabilité",
            Kind.TEXT,
            "Celle de l’existence et du nom ; vide : non évaluée.",
            "haute",
            codes=("haute", "moyenne", "faible"),
        ),
        Column("derniere_trace", "Dernière trace", Kind.PARTIAL_DAY, "Le dernier signe d’activité connu.", "2026-03"),
        Column("page", "Page", Kind.ADDRESS, "La page du registre.", "https://exemple.fr/campus/x/", is_required=True),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Campus]":
        """Campuses with their label of the day, and what stands around them."""
        hosts = Partnership.objects.filter(role=PartnerRole.HOST).not_over(on).select_related("organisation")
        campuses = with_label_state(Campus.objects.real(), on=on).select_related("region", "filiere")
        return campuses.prefetch_related(
            "areas__commune", "areas__academie", "names", Prefetch("partnerships", hosts, to_attr="hosts")
        )

    def values(self, thing: Campus, *, on: dt.date) -> Row:
        """One campus."""
        areas = list(thing.areas.all())
        places = places_of(areas)
        first = next((place for place in places if place.latitude is not None and place.longitude is not None), None)
        filiere = thing.filiere
        return (
            *(thing.slug, thing.name, thing.acronym, [name.name for name in thing.names.all()]),
            *(filiere.slug if filiere else None, filiere.name if filiere else None),
            thing.filiere_is_deduced if filiere else None,
            *(thing.region.code, thing.region.name, [area.academie.name for area in areas if area.academie]),
            *([place.name for place in places], [place.insee_code for place in places]),
            *(first.latitude if first else None, first.longitude if first else None),
            *(thing.category, thing.label_state, thing.label_ends_on),  # type: ignore[attr-defined]
            [host.organisation.name for host in thing.hosts],  # type: ignore[attr-defined]
            *(thing.website, thing.reliability, thing.last_seen_on, f"{settings.SITE_URL}{thing.get_absolute_url()}"),
        )


def places_of(areas: Iterable[CampusArea]) -> list[Commune]:
    """The communes of the seat and of the places, each once, the seat first."""
    found: dict[str, Commune] = {}
    for area in sorted(areas, key=lambda each: each.kind != AreaKind.SEAT):
        if area.commune and area.kind in (AreaKind.SEAT, AreaKind.PLACE):
            found.setdefault(area.commune.insee_code, area.commune)
    return list(found.values())
