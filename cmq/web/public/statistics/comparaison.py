"""Two territories side by side."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from cmq.reference.models import Commune
from cmq.search.directory import CampusRow, load_rows
from cmq.statistics import balance
from cmq.statistics.balance import Balance
from cmq.statistics.coverage import is_running
from cmq.statistics.learners import Learners, learners
from cmq.statistics.models import BalanceRun, Scope
from cmq.statistics.money import money
from cmq.statistics.territories import Territory, campuses_in
from cmq.web.charts import Series, bars
from cmq.web.public.statistics import besoins, financements
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import Cell, Page, Picture, figures, words


def comparaison(choice: Choice) -> Page:
    """What is known of both, as one table, then filière by filière; what to do where two are not chosen."""
    if choice.first is None or choice.second is None:
        return Page()
    both, run = (choice.first, choice.second), balance.run(is_demo=choice.is_demo)
    told = [balance.by_filiere(each, is_demo=choice.is_demo) for each in both]
    return Page([_whole(both, told, choice, run), _needs(both, told, run), _trainings(both, told, run)])


def _titles(both: Sequence[Territory]) -> list[str]:
    names = [each.name for each in both]
    return names if names[0] != names[1] else [each.title for each in both]


def _whole(
    both: Sequence[Territory], told: Sequence[Sequence[Balance]], choice: Choice, run: BalanceRun | None
) -> Picture:
    rows = load_rows(on=timezone.localdate())
    sides = [_side(each, found[-1], choice, rows, run) for each, found in zip(both, told, strict=True)]
    table = [(label, one, other) for (label, one), (_, other) in zip(*sides, strict=True)]
    title = " et ".join(_titles(both))
    summary = (
        "Chaque ligne a sa méthode sur la page de sa statistique ; ce qui est inconnu d’un côté ne se compare pas.",
    )
    method = (*besoins.method(run), financements.METHOD[0])
    return Picture(
        "ensemble", title, summary, [*words("Ce qui est compté"), *figures(*_titles(both))], table, method=method
    )


def _side(
    territory: Territory, whole: Balance, choice: Choice, rows: Sequence[CampusRow], run: BalanceRun | None
) -> list[tuple[str, Cell]]:
    assert whole.scope == Scope.WHOLE
    keys = campuses_in(territory)
    here = [row for row in rows if row.pk in keys and row.is_demo == choice.is_demo]
    people: Learners = learners(frozenset(row.pk for row in here), is_demo=choice.is_demo)
    paid = money(is_demo=choice.is_demo, among=keys)
    return [
        ("Habitants", inhabitants(territory)),
        ("Campus en cours ou à vérifier", sum(is_running(row) for row in here)),
        ("Campus connus, projets et anciens compris", len(here)),
        (f"Apprenants déclarés{f' en {people.year}' if people.year else ''}", people.total),
        ("Campus qui les ont déclarés", people.answered),
        *zip(besoins.FIGURES[:-1], besoins.cells(whole, run)[:-1], strict=True),
        ("Conventions publiques", paid.agreements),
        ("Accordé, en euros", paid.whole.granted),
    ]


def inhabitants(territory: Territory) -> int | None:
    """How many people live there; None where nobody knows."""
    known = Commune.objects.whole().filter(territory.communes)
    people: int | None = known.aggregate(Sum("population"))["population__sum"]
    return people


def _needs(both: Sequence[Territory], told: Sequence[Sequence[Balance]], run: BalanceRun | None) -> Picture:
    title = "Recrutements jugés difficiles, filière par filière"
    return _by_filiere("besoins", title, both, told, lambda each: each.told_difficult, run)


def _trainings(both: Sequence[Territory], told: Sequence[Sequence[Balance]], run: BalanceRun | None) -> Picture:
    title = "Formations, filière par filière"
    return _by_filiere("formations", title, both, told, lambda each: each.courses, run)


def _by_filiere(key, title, both, told, figure, run) -> Picture:  # type: ignore[no-untyped-def]
    drawn = [[each for each in found if each.filiere] for found in told]
    columns = [tuple(figure(each) for each in found) for found in drawn]
    labels = [each.label for each in drawn[0]]
    shares = [_shares(column) for column in columns]
    table = list(zip(labels, columns[0], shares[0], columns[1], shares[1], strict=True))
    names = _titles(both)
    columns_of = [label for name in names for label in (name, f"{name}, part en %")]
    header = [*words("Filière"), *figures(*columns_of)]
    series = [Series(f"{name}, en % de ses filières", column) for name, column in zip(names, shares, strict=True)]
    summary = (
        "Le dessin compare les parts de chaque filière dans son territoire, le tableau donne aussi les nombres.",
    )
    return Picture(key, title, summary, header, table, bars(key, title, labels, series), method=besoins.method(run))


def _shares(column: Sequence[int | None]) -> tuple[Decimal | None, ...]:
    whole = sum(each or 0 for each in column)
    return tuple(
        (Decimal(each) * 100 / whole).quantize(Decimal("0.1")) if whole and each is not None else None
        for each in column
    )
