"""Who funds campuses, year by year."""

from decimal import Decimal

from cmq.core.amounts import euros
from cmq.statistics.money import Amounts, Money, money
from cmq.statistics.territories import FRANCE, campuses_in
from cmq.web.charts import Series, bars
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import Cell, Page, Picture, figures, words

METHOD = (
    "Seules les conventions que les campus rendent publiques : les campus reçoivent plus que ce qui est montré "
    "ici. Une convention commune à plusieurs campus compte une fois, chez celui qui la tient. Les montants sont "
    "exacts, en euros ; un montant inconnu n’est pas compté, et n’est pas zéro.",
    "« Sans année » : ce qu’une convention accorde en tout, au-delà des années qu’elle détaille.",
    "Source : ce que les campus déclarent sur cette plateforme.",
)


def financements(choice: Choice) -> Page:
    """By funder and year, then by year alone."""
    among = campuses_in(choice.within) if choice.within != FRANCE else None
    found = money(is_demo=choice.is_demo, among=among)
    return Page([by_funder(found, choice.within.title), _by_year(found)])


def by_funder(found: Money, where: str, *, key: str = "financeurs") -> Picture:
    """What each kind of funder granted each year, and paid in all."""
    columns: list[int | None] = [*found.years, *([None] if any(year is None for _, year in found.cells) else [])]
    title = f"Montants accordés par financeur et par année – {where}"
    rows = [
        (
            str(kind.label),
            *(_granted(found.cells.get((kind, year))) for year in columns),
            found.of_kind(kind).granted,
            found.of_kind(kind).paid,
        )
        for kind in found.kinds
    ]
    whole = found.whole
    if rows:
        rows.append(("Ensemble", *(found.of_year(year).granted for year in columns), whole.granted, whole.paid))
    names = [str(year) if year else "Sans année" for year in columns]
    header = [*words("Financeur"), *figures(*names, "Accordé en tout", "Versé en tout")]
    series = [Series("Accordé, en euros", tuple(found.of_kind(kind).granted for kind in found.kinds))]
    summary = (
        f"{found.agreements} conventions publiques de {found.campuses} campus : {euros(whole.granted)} accordés, "
        f"{euros(whole.paid)} versés connus.",
    )
    chart = bars(key, title, [str(kind.label) for kind in found.kinds], series)
    return Picture(
        key,
        title,
        summary if rows else (),
        header,
        rows,
        chart,
        method=METHOD,
        empty="Aucune convention publique n’est connue ici.",
    )


def _by_year(found: Money) -> Picture:
    title = "Montants accordés et versés, année après année"
    told = [found.of_year(year) for year in found.years]
    series = [
        Series("Accordé", tuple(each.granted for each in told)),
        Series("Versé", tuple(each.paid for each in told)),
    ]
    rows: list[tuple[Cell, ...]] = [
        (str(year), each.granted, each.paid) for year, each in zip(found.years, told, strict=True)
    ]
    chart = bars("annees", title, [str(year) for year in found.years], series, is_upright=True)
    header = [*words("Année"), *figures("Accordé, en euros", "Versé, en euros")]
    empty = "Aucune convention publique n’est connue ici."
    return Picture("annees", title, (), header, rows, chart, method=METHOD, empty=empty)


def _granted(amounts: Amounts | None) -> Decimal | None:
    return amounts.granted if amounts else None
