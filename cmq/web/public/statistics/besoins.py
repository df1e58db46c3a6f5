"""Needs against supply: by filière, by territory, and where the two part."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cmq.search.directory import load_rows
from cmq.statistics import balance
from cmq.statistics.balance import Balance, Gap
from cmq.statistics.learners import Learners, by_group
from cmq.statistics.models import BalanceRun, Scope
from cmq.statistics.territories import FRANCE, Level, Territory, campuses_in
from cmq.web.charts import Series, bars
from cmq.web.public.statistics import sources
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import SECRET, Cell, Column, Linked, Page, Picture, figures, words

_GAPS, _DRAWN = 200, 12
NEVER = "Le bilan n’a jamais été calculé : il l’est chaque jour par « cmq statistiques »."
_UNMAPPED = (
    "Aucune table officielle ne relie les métiers aux douze filières : le rapprochement est une lecture de la "
    "plateforme, datée, motivée et corrigible, publiée sur la page « Métiers et filières »."
)
_NEAREST = (
    "Les campus cités sont ceux de la filière, en cours ou à vérifier, les plus proches du lieu où vit en moyenne la "
    "population du territoire, à vol d’oiseau."
)
_NO_GAP = (
    "L’écart ne peut pas être calculé : la liste va du plus grand nombre de recrutements difficiles au plus petit."
)
FIGURES: tuple[str, ...] = (
    "Recrutements prévus",
    "Jugés difficiles",
    "Au plus, avec les secrets",
    "Lignes secrètes",
    "Offres ouvertes",
    "Formations",
    "Places connues",
    "Formations sans places connues",
    "En emploi à 6 mois, en %",
    "Taux connus",
    "Écart",
)

_LEARNERS = "Apprenants déclarés"
_OF_A_GAP = ("Écart", "Jugés difficiles", "Offres ouvertes", "Formations", "Places connues", "En emploi à 6 mois, en %")


def besoins(choice: Choice) -> Page:
    """The filières of a territory, the largest gaps, and the territories of a level."""
    run, told = balance.run(is_demo=choice.is_demo), sources.lines()
    page = Page(missing=[] if choice.is_demo else sources.missing(told))
    if run is None:
        page.missing.insert(0, NEVER)
    page.pictures = [of_filieres(choice.within, run, is_demo=choice.is_demo), _gaps(choice, run), _places(choice, run)]
    return page


def method(run: BalanceRun | None) -> tuple[str, ...]:
    """How the figures are made and how sure they are."""
    survey = f"Enquête BMO {run.year}" if run and run.year else "L’enquête BMO (non chargée)"
    bound = f" : {run.smallest} dans celle-ci" if run and run.smallest else ""
    when = f" Calculé le {timezone.localtime(run.computed_at).strftime('%d/%m/%Y à %H:%M')}." if run else ""
    return (
        f"{survey} : ce que les employeurs disent prévoir, par bassin et famille de métiers. Les petits nombres y sont "
        "secrets : les sommes sont des minimums. « Au plus » ajoute à chaque ligne secrète le plus petit nombre publié "
        f"moins un{bound} ; c’est une déduction : l’enquête ne dit pas où commence le secret.",
        "Offres : celles ouvertes au moment du calcul, qui n’est qu’un jour. Formations : celles du catalogue, une par "
        "lieu. Peu disent leurs places : la somme est un minimum. Insertion : moyenne simple des taux connus. "
        "Apprenants : ce que déclarent les campus d’ici la dernière année connue ; qui n’a rien dit manque à la somme.",
        "Écart : les recrutements jugés difficiles, moins ceux que le territoire aurait s’ils suivaient sa part des "
        "formations de la filière en France. Positif, les besoins dépassent l’offre de formation ; il s’exprime en "
        "recrutements et vaut pour repérer, pas pour décider seul : il ignore la taille des formations, les mobilités "
        "et les sorties d’emploi. Sans enquête ou sans formations chargées, il est inconnu.",
        f"{_UNMAPPED} Un métier de deux filières compte dans les deux : les filières ne s’additionnent pas.{when}",
    )


def cells(each: Balance, run: BalanceRun | None) -> list[Cell]:
    """The figures of a balance, as `FIGURES` names them."""
    smallest = run.smallest if run else None
    survey = run is not None and run.year is not None
    planned = each.told_planned if each.needs else 0 if survey else None
    difficult = each.told_difficult if each.needs else 0 if survey else None
    return [
        SECRET if each.needs and planned is None else planned,
        SECRET if each.needs and difficult is None else difficult,
        each.most(each.difficult, each.secret_difficult, smallest) if survey else None,
        each.secret_difficult if survey else None,
        each.offers,
        each.courses,
        each.known_places,
        each.unknown_places,
        each.rate if each.rate is not None else SECRET if each.secret_rates else None,
        each.rates,
        Decimal(each.gap) if each.gap is not None else None,
    ]


def of_filieres(territory: Territory, run: BalanceRun | None, *, is_demo: bool, key: str = "filieres") -> Picture:
    """The twelve filières of a territory, then what is of none, of an unknown one, and the whole."""
    found = balance.by_filiere(territory, is_demo=is_demo)
    taught = _learners(territory, is_demo=is_demo)
    drawn = [each for each in found if each.filiere]
    title = f"Besoins et offre par filière – {territory.title}"
    return Picture(
        key,
        title,
        _said_of_filieres(drawn, run),
        [*words("Filière"), *figures(*FIGURES, _LEARNERS)],
        [(_link(each), *cells(each, run), _told(taught, each)) for each in found],
        bars(key, title, [each.label for each in drawn], _needs(drawn)),
        method=method(run),
    )


def _learners(territory: Territory, *, is_demo: bool) -> dict[str, Learners]:
    """What the campuses of a territory say of their learners, by filière."""
    keys = campuses_in(territory) if territory.level else None
    groups: dict[str, set[int]] = defaultdict(set)
    for row in load_rows(on=timezone.localdate()):
        if row.is_demo == is_demo and (keys is None or row.pk in keys):
            groups[row.filiere.slug if row.filiere else Scope.UNKNOWN].add(row.pk)
            groups[Scope.WHOLE].add(row.pk)
    return by_group({name: frozenset(pks) for name, pks in groups.items()}, is_demo=is_demo)


def _told(taught: dict[str, Learners], each: Balance) -> Cell:
    found = taught.get(each.filiere.slug if each.filiere else each.scope)
    return None if found is None else SECRET if found.total is None and found.hidden else found.total


def _link(each: Balance) -> Cell:
    return Linked(each.label, f"/filieres/{each.filiere.slug}/") if each.filiere else each.label


def _needs(found: Iterable[Balance]) -> list[Series]:
    held = list(found)
    return [
        Series("Recrutements prévus", tuple(each.told_planned for each in held)),
        Series("dont jugés difficiles", tuple(each.told_difficult for each in held)),
    ]


def _said_of_filieres(found: Sequence[Balance], run: BalanceRun | None) -> tuple[str, ...]:
    if run is None or run.year is None:
        return ("L’enquête des besoins n’est pas chargée : seule l’offre est montrée.",)
    told = sorted((each for each in found if each.told_difficult), key=lambda each: -each.difficult)
    if not told:
        return (f"En {run.year}, aucun recrutement jugé difficile n’est publié ici.",)
    first = told[0]
    said = f"En {run.year}, la filière qui a le plus de recrutements jugés difficiles est « {first.label} » : "
    said += f"{first.difficult} sur {first.told_planned} prévus publiés." if first.told_planned else "."
    wide = max((each for each in found if each.gap is not None), key=lambda each: each.gap or 0, default=None)
    if wide is None or not wide.gap or wide.gap <= 0:
        return (said,)
    more = f"{wide.gap} recrutements difficiles de plus que sa part des formations."
    return (said, f"Le plus grand écart est celui de « {wide.label} » : {more}")


def _gaps(choice: Choice, run: BalanceRun | None) -> Picture:
    found = balance.gaps(
        choice.level,
        filiere=choice.filiere,
        within=choice.within,
        is_demo=choice.is_demo,
        campuses=[row for row in load_rows(on=timezone.localdate()) if row.is_demo == choice.is_demo],
        limit=_GAPS,
    )
    title = f"Les plus grands écarts, par {choice.level.label.lower()}"
    rows: list[Sequence[Cell]] = [
        (_place(each), each.balance.label, *_few(cells(each.balance, run)), _campuses(each)) for each in found
    ]
    drawn = [each for each in found if each.balance.gap is not None][:_DRAWN]
    labels = [
        f"{each.territory.name} – {each.balance.label}" if not choice.filiere else each.territory.name for each in drawn
    ]
    chart = bars("ecarts", title, labels, [Series("Écart", tuple(each.balance.gap for each in drawn))])
    summary: tuple[str, ...] = (_NEAREST,)
    if found and not drawn:
        summary = (_NO_GAP, _NEAREST)
    header: list[Column] = [
        *words("Territoire", "Filière"),
        *figures(*_few(FIGURES)),
        *words("Campus les plus proches"),
    ]
    none = "Aucun écart positif n’est connu."
    return Picture("ecarts", title, summary, header, rows, chart, method=method(run), empty=none, shown=30)


def _few(told: Sequence[Any]) -> list[Any]:
    """Of the figures of a balance, those that explain a gap."""
    return [told[FIGURES.index(name)] for name in _OF_A_GAP]


def _campuses(each: Gap) -> list[Linked]:
    return [Linked(f"{row.name} ({far:.0f} km)", row.url) for row, far in each.nearest] or [
        Linked("aucun campus placé de cette filière", "/carte/")
    ]


def _place(each: Gap) -> Linked:
    return Linked(each.territory.name, each.territory.get_absolute_url())


def _places(choice: Choice, run: BalanceRun | None) -> Picture:
    found = balance.by_territory(choice.level, filiere=choice.filiere, within=choice.within, is_demo=choice.is_demo)
    what = f"« {choice.filiere} »" if choice.filiere else str(Scope.WHOLE.label).lower()
    title = f"{choice.level.label}s, {what}" if choice.level != Level.BASIN else f"Bassins d’emploi, {what}"
    ranked = sorted(found, key=lambda each: (-each.balance.difficult, each.territory.name))[:_DRAWN]
    chart = bars(
        "territoires", title, [each.territory.name for each in ranked], _needs(each.balance for each in ranked)
    )
    where = "" if choice.within == FRANCE else f" de « {choice.within.name} »"
    most = f"Les {len(ranked)} territoires{where} qui ont le plus de recrutements jugés difficiles sont dessinés"
    summary = (f"{most} ; le tableau les donne tous.",)
    header = [*words("Territoire"), *figures(*FIGURES)]
    rows = [(_place(each), *cells(each.balance, run)) for each in found]
    return Picture("territoires", title, summary if rows else (), header, rows, chart, method=method(run))
