"""The network through time, and the labels that come to their end."""

from collections.abc import Sequence

from django.utils import timezone

from cmq.search.directory import CampusRow, load_rows
from cmq.statistics import network
from cmq.statistics.network import UNKNOWN, Cut, Quarter, Year
from cmq.statistics.territories import campuses_in
from cmq.web.charts import Series, bars
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import Cell, Linked, Page, Picture, figures, words

_METHOD = (
    "Un campus compte une fois par jour. « Certain » : une décision dont la fin est connue couvre ce jour. "
    "« Peut-être » : un label a commencé et aucune source ne dit s’il court encore. Les campus dont aucune décision "
    "n’est datée ne sont pas comptés : la courbe est donc un minimum.",
    "La catégorie est celle du label de ce jour ; la filière et la région sont celles du campus aujourd’hui.",
    "Source : les décisions de label du registre, chacune avec la sienne sur la page de son campus.",
)
_NONE = {Cut.FILIERE: "Filière non sourcée", Cut.REGION: "", Cut.CATEGORY: "Catégorie non sourcée"}


def reseau(choice: Choice) -> Page:
    """Campuses under label, year by year, whole and cut."""
    years = network.years(
        choice.cut,
        on=timezone.localdate(),
        is_demo=choice.is_demo,
        filiere=choice.filiere.slug if choice.filiere else "",
        among=campuses_in(choice.within) if choice.within.level else None,
    )
    return Page([_through_time(years), _now(years, choice.cut), _cut(years, choice.cut)])


def _through_time(years: list[Year]) -> Picture:
    labels = [str(year.day.year) for year in years]
    series = [
        Series("Label certain", tuple(year.whole.certain for year in years)),
        Series("Label peut-être en cours", tuple(year.whole.perhaps for year in years)),
    ]
    summary = []
    if years:
        first, last = years[0], years[-1]
        summary.append(
            f"Au {last.day.strftime('%d/%m/%Y')}, {last.whole.certain} campus ont un label certain et "
            f"{last.whole.perhaps} en ont peut-être un ; le premier label daté est de {first.day.year}."
        )
    title = "Campus sous label, année après année"
    return Picture(
        "annees",
        title,
        tuple(summary),
        [*words("Au"), *figures("Label certain", "Label peut-être en cours")],
        [(year.day.strftime("%d/%m/%Y"), year.whole.certain, year.whole.perhaps) for year in years],
        bars("annees", title, labels, series, is_stacked=True, is_upright=True),
        method=_METHOD,
        empty="Aucun label daté n’est connu pour ce choix.",
    )


def _now(years: list[Year], cut: Cut) -> Picture:
    by_name = years[-1].by_name if years else {}
    names = sorted(by_name, key=lambda name: (-by_name[name].certain - by_name[name].perhaps, name))
    shown = [name if name != UNKNOWN else _NONE[cut] for name in names]
    series = [
        Series("Label certain", tuple(by_name[name].certain for name in names)),
        Series("Label peut-être en cours", tuple(by_name[name].perhaps for name in names)),
    ]
    title = f"Campus sous label aujourd’hui, par {cut.label.lower()}"
    summary: tuple[str, ...] = ()
    if names:
        first = by_name[names[0]]
        both = first.certain + first.perhaps
        summary = (f"En tête : {shown[0]}, avec {both} campus, dont {first.certain} au label certain.",)
    return Picture(
        "aujourdhui",
        title,
        summary,
        [*words(str(cut.label)), *figures("Label certain", "Label peut-être en cours")],
        [(name, by_name[key].certain, by_name[key].perhaps) for key, name in zip(names, shown, strict=True)],
        bars("aujourdhui", title, shown, series, is_stacked=True),
        method=_METHOD,
    )


def _cut(years: list[Year], cut: Cut) -> Picture:
    names = sorted({name for year in years for name in year.by_name})
    rows: list[Sequence[Cell]] = []
    for name in names:
        held = [year.by_name.get(name) for year in years]
        cells = [each.certain + each.perhaps if each else 0 for each in held]
        rows.append((name if name != UNKNOWN else _NONE[cut], *cells))
    return Picture(
        "evolution",
        f"Campus sous label par {cut.label.lower()} et par année",
        ("Labels certains et labels peut-être en cours ensemble, au 31 décembre de chaque année et aujourd’hui.",),
        [*words(str(cut.label)), *figures(*(str(year.day.year) for year in years))],
        rows,
        method=_METHOD,
    )


def renouvellements(choice: Choice) -> Page:
    """Labels that end, quarter by quarter."""
    on = timezone.localdate()
    rows = [row for row in load_rows(on=on) if row.is_demo == choice.is_demo]
    if choice.filiere:
        rows = [row for row in rows if row.filiere and row.filiere.slug == choice.filiere.slug]
    if choice.within.level:
        keys = campuses_in(choice.within)
        rows = [row for row in rows if row.pk in keys]
    due, unknown = network.quarters(rows, on=on)
    return Page([_quarters(due, len(unknown)), _without_end(unknown)])


_ENDS = (
    "Le dernier jour certain de chaque label tenu aujourd’hui ; une fin calculée (date et durée) compte comme une fin "
    "donnée. La demande se prépare dix-huit mois avant.",
    "Source : les décisions de label du registre.",
)


def _quarters(due: list[Quarter], unknown: int) -> Picture:
    title = "Labels qui prennent fin, trimestre par trimestre"
    total = sum(len(quarter.campuses) for quarter in due)
    soon = sum(len(quarter.campuses) for quarter in due[:6])
    summary = (
        f"{total} labels ont une fin connue dans les cinq ans, dont {soon} dans les six trimestres qui viennent. "
        f"{unknown} campus ont un label dont aucune source ne donne la fin : ils ne sont dans aucun trimestre.",
    )
    table: list[Sequence[Cell]] = [
        (quarter.label, len(quarter.campuses), [Linked(row.name, row.url) for row in quarter.campuses])
        for quarter in due
    ]
    counts = tuple(len(quarter.campuses) for quarter in due)
    labels = [quarter.short for quarter in due]
    chart = bars("trimestres", title, labels, [Series("Labels", counts)], is_upright=True)
    header = [*words("Trimestre"), *figures("Labels"), *words("Campus")]
    return Picture("trimestres", title, summary, header, table, chart, method=_ENDS)


def _without_end(unknown: Sequence[CampusRow]) -> Picture:
    return Picture(
        "sans-fin-connue",
        "Labels dont la fin n’est pas connue",
        ("Aucune source trouvée ne dit si ces labels courent encore ; ces campus ne sont pas jugés.",),
        words("Campus", "Région", "Dernière trace"),
        [
            (Linked(row.name, row.url), row.region.name, str(row.last_seen_on) if row.last_seen_on else None)
            for row in unknown
        ],
        empty="Aucun.",
    )
