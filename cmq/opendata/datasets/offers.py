"""The offers that the site shows today; asked through the API, not handed out whole: most are another's data."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from cmq.offers.models import ContractKind, JobOffer, OfferKind, OfferSource
from cmq.opendata.columns import Column, Kind, Row, codes_of
from cmq.opendata.dataset import Dataset

_TERMS = "Conditions de la source de chaque offre"


class Offers(Dataset):
    """Open offers of real employers, the newest first."""

    slug = "offres"
    title = "Offres d’emploi, d’apprentissage et de stage"
    description = (
        "Les offres que le site montre aujourd’hui, celles des sources officielles et celles des employeurs que les "
        "campus connaissent. Le texte se lit à l’adresse « page »."
    )
    row_is = "offre"
    key = ("numero",)
    is_descending = True
    models = (JobOffer,)
    licence = _TERMS
    sources = ("France Travail", "La bonne alternance", "Employeurs reconnus par un campus")
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de l’offre.", "12", licence=_TERMS, is_required=True),
        Column("intitule", "Intitulé", Kind.TEXT, "Son titre.", "Charpentier bois", licence=_TERMS, is_required=True),
        Column(
            *("nature", "Nature", Kind.TEXT, "Ce qui est offert.", "emploi"),
            codes=codes_of(OfferKind.values),
            licence=_TERMS,
            is_required=True,
        ),
        Column(
            *("contrat", "Contrat", Kind.TEXT, "Le contrat.", "CDI"),
            codes=codes_of(ContractKind.values),
            licence=_TERMS,
        ),
        Column("rome", "Code ROME", Kind.TEXT, "Le métier.", "F1503", licence=_TERMS),
        Column("employeur", "Employeur", Kind.TEXT, "Qui recrute, s’il le dit.", "Scierie du Nord", licence=_TERMS),
        Column("commune", "Commune", Kind.TEXT, "Où.", "Arras", licence=_TERMS),
        Column("code_insee", "Code INSEE", Kind.TEXT, "Le code de la commune.", "62041", licence=_TERMS),
        Column("latitude", "Latitude", Kind.NUMBER, "Le lieu (WGS 84).", "50.29", unit="degré", licence=_TERMS),
        Column("longitude", "Longitude", Kind.NUMBER, "Le lieu (WGS 84).", "2.77", unit="degré", licence=_TERMS),
        Column("postes", "Postes", Kind.INTEGER, "Combien.", "1", unit="postes", licence=_TERMS),
        Column(
            *("publiee_le", "Publiée le", Kind.INSTANT, "Sa publication.", "2026-11-02T08:00:00+00:00"),
            licence=_TERMS,
            is_required=True,
        ),
        Column("expire_le", "Expire le", Kind.INSTANT, "Sa fin.", "2026-12-02T08:00:00+00:00", licence=_TERMS),
        Column(
            *("sources", "Sources", Kind.LIST, "Qui la publie.", OfferSource.values[0]),
            licence=_TERMS,
            is_required=True,
        ),
        Column("campus", "Identifiant du campus", Kind.TEXT, "Celui qui répond de l’employeur.", "numerique-bretagne"),
        Column(
            "page", "Page", Kind.ADDRESS, "La page du site.", "https://exemple.fr/", licence=_TERMS, is_required=True
        ),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[JobOffer]":
        """What is open now."""
        return JobOffer.objects.live(timezone.now()).filter(is_demo=False).for_list().select_related("campus")

    def values(self, thing: JobOffer, *, on: dt.date) -> Row:
        """One offer."""
        commune, campus = thing.commune, thing.campus
        return (
            *(thing.pk, thing.title, thing.kind, thing.contract, thing.occupation_id, thing.employer_name),
            *(commune.name if commune else thing.place, commune.insee_code if commune else None),
            *(thing.latitude, thing.longitude, thing.positions, thing.published_at.isoformat()),
            thing.expires_at.isoformat() if thing.expires_at else None,
            sorted({origin.source for origin in thing.origins.all() if origin.gone_at is None}),
            *(campus.slug if campus else None, f"{settings.SITE_URL}{thing.get_absolute_url()}"),
        )
