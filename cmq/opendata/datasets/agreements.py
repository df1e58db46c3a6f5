"""The funding that campuses have made public."""

import datetime as dt

from django.db.models import Prefetch, QuerySet

from cmq.funding.models import AgreementShare, FunderKind, FundingAgreement, FundingLine
from cmq.funding.rules import granted_of
from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of
from cmq.opendata.dataset import Dataset


class Agreements(Dataset):
    """Public agreements only, each once, at the campus that holds it."""

    slug = "financements"
    title = "Financements rendus publics par les campus"
    description = (
        "Les conventions de financement que les campus ont choisi de montrer : financeur, objet, période, montant "
        "accordé. Ce n’est pas forcément tout leur budget. Une convention commune compte une fois, chez qui la porte."
    )
    row_is = "convention"
    key = ("numero",)
    models = (FundingAgreement, FundingLine, AgreementShare)
    keywords = ("financement", "subvention", "convention")
    limits = "Les conventions internes, les montants demandés et versés, et les dépenses n’y sont pas."
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de la convention.", "12", is_required=True),
        *campus_columns(),
        Column("autres_campus", "Autres campus", Kind.LIST, "Ceux qui la partagent.", "numerique-bretagne"),
        Column("sorte", "Sorte de financeur", Kind.TEXT, "Qui paie.", "region", codes=codes_of(FunderKind.values)),
        Column("financeur", "Financeur", Kind.TEXT, "Son nom, s’il est dit.", "Région Hauts-de-France"),
        Column("dispositif", "Dispositif", Kind.TEXT, "Le programme.", "Compétences et métiers d’avenir"),
        Column("objet", "Objet", Kind.TEXT, "Ce que cela paie.", "Un plateau technique", is_required=True),
        Column("debut", "Début", Kind.DAY, "Le début de la période.", "2025-01-01"),
        Column("fin", "Fin", Kind.DAY, "La fin de la période.", "2027-12-31"),
        Column(
            "accorde",
            "Accordé",
            Kind.NUMBER,
            "Le total dit, à défaut la somme des années connues ; vide : inconnu.",
            "150000.00",
            unit="euro",
        ),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[FundingAgreement]":
        """What real campuses show."""
        shares = AgreementShare.objects.confirmed().filter(campus__is_demo=False).select_related("campus")
        rows = FundingAgreement.objects.public().filter(campus__is_demo=False).select_related("campus")
        return rows.prefetch_related("lines", Prefetch("shares", shares, to_attr="confirmed"))

    def values(self, thing: FundingAgreement, *, on: dt.date) -> Row:
        """One agreement."""
        others = sorted(share.campus.slug for share in thing.confirmed)  # type: ignore[attr-defined]
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, others, thing.kind, thing.funder_name),
            *(thing.scheme, thing.purpose, thing.starts_on, thing.ends_on, granted_of(thing)),
        )
