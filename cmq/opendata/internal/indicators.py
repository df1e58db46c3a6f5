"""What a campus measures, whole: small counts, notes and proofs too."""

import datetime as dt
from dataclasses import replace

from django.db.models import QuerySet
from django.utils import timezone

from cmq.evidence.models import IndicatorValue
from cmq.opendata.columns import Row
from cmq.opendata.datasets.indicators import Indicators
from cmq.opendata.internal.base import NOT_PUBLIC, Internal
from cmq.opendata.models import ApiToken, Scope

_PUBLIC = Indicators()
# « masquee » says whether the public form hides the value; here it is given.
_MASKED = "Vrai si la valeur n’est pas publiée, parce qu’elle compte de 1 à 4 personnes ; ici, elle est donnée."


class InternalIndicators(Internal):
    """The values in force of the campus of the token, and those that it shares."""

    slug, scope = "indicateurs", Scope.CAMPUS
    title = "Indicateurs de votre campus"
    description = "Les valeurs en vigueur de votre campus et celles qu’il partage, sans masquage."
    row_is, key = _PUBLIC.row_is, _PUBLIC.key
    models = _PUBLIC.models
    columns = tuple(
        replace(column, licence=NOT_PUBLIC, meaning=_MASKED if column.name == "masquee" else column.meaning)
        for column in _PUBLIC.columns
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[IndicatorValue]":
        """Values in force, of the demonstration too: its director tries the API with them."""
        return IndicatorValue.objects.current().select_related("campus", "indicator").prefetch_related("shares__campus")

    def of(self, token: ApiToken, rows: "QuerySet[IndicatorValue]") -> "QuerySet[IndicatorValue]":
        """Of the campus, and those that it has confirmed to share."""
        assert token.campus is not None
        return rows.filter(pk__in=IndicatorValue.objects.of(token.campus).values("pk"))

    def values(self, thing: IndicatorValue, *, on: dt.date) -> Row:
        """One value."""
        about = thing.indicator
        others = sorted(share.campus.slug for share in thing.shares.all() if share.confirmed_at)
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, others),
            *(about.code, about.name, about.family, about.unit, thing.year),
            *(
                thing.number,
                thing.is_hidden,
                thing.is_joint,
                thing.note,
                thing.proof_url,
                timezone.localdate(thing.stated_at),
            ),
        )
