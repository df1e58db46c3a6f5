"""What campuses measure of their effect, by year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast, Substr

from cmq.evidence.models import Indicator, IndicatorFamily, IndicatorValue, ValueShare
from cmq.evidence.secrecy import RULE, is_small
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

    reads = (
        *("pk", "campus__slug", "campus__name", "indicator__code", "indicator__name", "indicator__family"),
        *("indicator__unit", "year", "number", "is_joint", "note", "proof_url", "day"),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[IndicatorValue]":
        """Values in force of real campuses."""
        # The day as text: the database reads a million of them faster than they are made into instants here.
        day = Substr(Cast("stated_at", CharField()), 1, 10)
        return IndicatorValue.objects.current().filter(campus__is_demo=False).annotate(day=day)

    def completed(self, things: list[Any]) -> Iterator[Any]:
        """Each value with the campuses that share it."""
        # The only values that have any.
        joint = [thing[0] for thing in things if thing[9]]
        shared = defaultdict(list)
        if joint:
            shares = ValueShare.objects.exclude(confirmed_at=None).filter(value__in=joint, campus__is_demo=False)
            for value, slug in shares.order_by("campus__slug").values_list("value", "campus__slug"):
                shared[value].append(slug)
        return ((thing, shared.get(thing[0], [])) for thing in things)

    def values(self, thing: Any, *, on: dt.date) -> Row:
        """One value."""
        (pk, slug, campus, code, name, family, unit, year, number, is_joint, note, proof_url, day), others = thing
        if is_small(number, unit):
            shown: Row = (None, True, is_joint, None, None)
        else:
            shown = (number, False, is_joint, note or None, proof_url or None)
        return (pk, slug, campus, others, code, name, family, unit, year, *shown, dt.date.fromisoformat(day))
