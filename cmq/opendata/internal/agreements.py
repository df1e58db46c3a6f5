"""What funds a campus, shown to everyone or not, with what was asked and paid."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from cmq.core.amounts import total
from cmq.funding.models import FundingAgreement
from cmq.funding.rules import granted_of
from cmq.opendata.columns import Column, Kind, Row
from cmq.opendata.datasets.agreements import Agreements
from cmq.opendata.internal.base import NOT_PUBLIC, Internal
from cmq.opendata.models import ApiToken, Scope

_PUBLIC = Agreements()
_EURO: dict[str, Any] = {"unit": "euro", "licence": NOT_PUBLIC}


class InternalAgreements(Internal):
    """The agreements of the campus of the token."""

    slug, scope = "financements", Scope.CAMPUS
    title = "Financements de votre campus"
    description = "Les conventions de votre campus, montrées à tous ou non, avec les montants demandés et versés."
    row_is, key = _PUBLIC.row_is, _PUBLIC.key
    models = _PUBLIC.models
    columns = (
        *(replace(column, licence=NOT_PUBLIC) for column in _PUBLIC.columns),
        Column(
            "demande", "Demandé", Kind.NUMBER, "La somme des années connues ; vide : inconnu.", "150000.00", **_EURO
        ),
        Column("verse", "Versé", Kind.NUMBER, "La somme des années connues ; vide : inconnu.", "90000.00", **_EURO),
        Column(
            *("montree", "Montrée à tous", Kind.BOOLEAN, "Vrai si le campus la montre.", "false"),
            licence=NOT_PUBLIC,
            is_required=True,
        ),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[FundingAgreement]":
        """Agreements that were not taken back."""
        rows = FundingAgreement.objects.filter(withdrawn_at=None).select_related("campus")
        return rows.prefetch_related("lines", "shares__campus")

    def of(self, token: ApiToken, rows: "QuerySet[FundingAgreement]") -> "QuerySet[FundingAgreement]":
        """Those that the campus holds."""
        return rows.filter(campus=token.campus)

    def values(self, thing: FundingAgreement, *, on: dt.date) -> Row:
        """One agreement."""
        others = sorted(share.campus.slug for share in thing.shares.all() if share.confirmed_at)
        lines = thing.lines.all()
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, others, thing.kind, thing.funder_name),
            *(thing.scheme, thing.purpose, thing.starts_on, thing.ends_on, granted_of(thing)),
            *(total(line.requested for line in lines), total(line.paid for line in lines), thing.is_public),
        )
