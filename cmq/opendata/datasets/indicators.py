"""What campuses measure of their effect, by year."""

import datetime as dt

from django.db.models import Prefetch, QuerySet

from cmq.evidence.models import Indicator, IndicatorFamily, IndicatorValue, ValueShare
from cmq.evidence.secrecy import RULE
from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of
from cmq.opendata.dataset import Dataset


class Indicators(Dataset):
    """The values in force, without those that a correction replaced."""

    slug = "indicateurs"
    title = "Indicateurs des campus"
    description = (
        "Ce que les campus déclarent d’eux-mêmes, par année : apprenants, places, entreprises, insertion. Une valeur "
        "commune à plusieurs campus est une seule ligne. Vide : inconnu, ce qui n’est pas zéro."
    )
    row_is = "indicateur, campus et année"
    key = ("numero",)
    models = (IndicatorValue, ValueShare, Indicator)
    sources = ("Déclarations des campus",)
    keywords = ("indicateurs", "insertion", "apprenants", "évaluation")
    limits = RULE
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de la ligne.", "12", is_required=True),
        *campus_columns(),
        Column(
            "autres_campus", "Autres campus", Kind.LIST, "Ceux dont elle est aussi la valeur.", "numerique-bretagne"
        ),
        Column("indicateur", "Code", Kind.TEXT, "Le code de l’indicateur.", "apprentis", is_required=True),
        Column("nom", "Indicateur", Kind.TEXT, "Son nom.", "Apprentis en formation dans le réseau", is_required=True),
        Column("famille", "Famille", Kind.TEXT, "Son objet.", "apprenants", codes=codes_of(IndicatorFamily.values)),
        Column("unite", "Unité", Kind.TEXT, "Ce qui est compté.", "apprentis", is_required=True),
        Column("annee", "Année", Kind.INTEGER, "L’année mesurée.", "2025", is_required=True),
        Column("valeur", "Valeur", Kind.NUMBER, "Dans l’unité de la ligne.", "128", unit="celle de « unite »"),
        Column("masquee", "Masquée", Kind.BOOLEAN, RULE, "false", is_required=True),
        Column("commune", "Valeur commune", Kind.BOOLEAN, "Vrai si elle est de plusieurs campus.", "false"),
        Column("precision", "Précision", Kind.TEXT, "Ce que le campus en dit.", "Enquête de décembre"),
        Column("preuve", "Preuve", Kind.ADDRESS, "L’adresse de la preuve.", "https://exemple.fr/enquete"),
        Column("dite_le", "Dite le", Kind.DAY, "Le jour de la déclaration.", "2026-02-03"),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[IndicatorValue]":
        """Values in force of real campuses."""
        shares = ValueShare.objects.exclude(confirmed_at=None).filter(campus__is_demo=False).select_related("campus")
        rows = IndicatorValue.objects.current().filter(campus__is_demo=False).select_related("campus", "indicator")
        return rows.prefetch_related(Prefetch("shares", shares, to_attr="confirmed"))

    def values(self, thing: IndicatorValue, *, on: dt.date) -> Row:
        """One value."""
        about = thing.indicator
        is_hidden = thing.is_hidden
        others = sorted(share.campus.slug for share in thing.confirmed)  # type: ignore[attr-defined]
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, others),
            *(about.code, about.name, about.family, about.unit, thing.year),
            *(None if is_hidden else thing.number, is_hidden, thing.is_joint, None if is_hidden else thing.note),
            *(None if is_hidden else thing.proof_url, thing.stated_at.date()),
        )
