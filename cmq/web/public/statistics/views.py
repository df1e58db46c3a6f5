"""`/statistiques/`: each page, and each picture of it as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cmq.web import downloads, errors
from cmq.web.public.common import public
from cmq.web.public.statistics import besoins, comparaison, couverture, delais, financements, reseau, sources
from cmq.web.public.statistics.choosing import (
    Choice,
    Field,
    cut_field,
    filiere_field,
    has_demo,
    level_field,
    parse,
    place_field,
)
from cmq.web.public.statistics.sheets import Page, Picture


@dataclass(frozen=True)
class Statistic:
    """One page of statistics: what it tells, and what a reader may choose."""

    title: str
    what: str
    build: Callable[[Choice], Page]
    fields: Callable[[Choice], list[Field]]
    shows_sources: bool = False


def _within(choice: Choice) -> Field:
    return place_field("dans", "Dans", choice.within if choice.within.level else None, none="France entière")


STATISTICS: dict[str, Statistic] = {
    "reseau": Statistic(
        "Le réseau dans le temps",
        "Campus sous label, année après année, par filière, région ou catégorie.",
        reseau.reseau,
        lambda choice: [cut_field(choice), filiere_field(choice), _within(choice)],
    ),
    "renouvellements": Statistic(
        "Labels à renouveler",
        "Les labels qui prennent fin, trimestre par trimestre, et ceux dont la fin n’est pas connue.",
        reseau.renouvellements,
        lambda choice: [filiere_field(choice), _within(choice)],
    ),
    "delais": Statistic(
        "Délais de labellisation",
        "Du dépôt à la décision : médiane et neuvième décile, et jusqu’où vont les dossiers, par campagne.",
        delais.delais,
        lambda choice: [],
    ),
    "couverture": Statistic(
        "Habitants proches d’un campus",
        "Population à 30 et à 60 km d’un campus de chaque filière, sur la carte et par région.",
        couverture.couverture,
        lambda choice: [filiere_field(choice)],
    ),
    "besoins": Statistic(
        "Besoins et offre",
        "Recrutements prévus et difficiles, offres, formations, places, insertion ; où les besoins dépassent l’offre.",
        besoins.besoins,
        lambda choice: [level_field(choice), filiere_field(choice), _within(choice)],
        shows_sources=True,
    ),
    "comparaison": Statistic(
        "Comparer deux territoires",
        "Deux régions, académies, départements ou bassins, côte à côte.",
        comparaison.comparaison,
        lambda choice: [
            place_field("a", "Un territoire", choice.first, none="Choisir"),
            place_field("b", "Un autre", choice.second, none="Choisir"),
        ],
        shows_sources=True,
    ),
    "financements": Statistic(
        "Financements publics des campus",
        "Ce que chaque financeur accorde et verse, année après année : les conventions rendues publiques.",
        financements.financements,
        lambda choice: [_within(choice)],
    ),
}


@public
def statistics(request: HttpRequest) -> HttpResponse:
    """All the pages, with what each tells."""
    return render(request, "public/statistics/list.html", {"statistics": STATISTICS, "has_demo": has_demo()})


@public
def statistic(request: HttpRequest, slug: str) -> HttpResponse:
    """One page; 400 when a choice of its address does not exist."""
    found, choice = _statistic(slug), parse(request.GET.dict())
    context: dict[str, Any] = {
        "slug": slug,
        "statistic": found,
        "choice": choice,
        "problems": choice.problems,
        "fields": found.fields(choice),
        "page": found.build(choice),
        "sources": sources.lines() if found.shows_sources and not choice.is_demo else [],
        "has_demo": has_demo(),
        "others": [(name, each) for name, each in STATISTICS.items() if name != slug],
    }
    return render(request, "public/statistics/page.html", context, status=400 if choice.problems else 200)


@public
def statistic_csv(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The whole table of a picture, for a spreadsheet."""
    choice = parse(request.GET.dict())
    if choice.problems:
        return errors.bad_request(request, reason=choice.problems[0].message)
    picture = _picture(slug, key, choice)
    return downloads.spreadsheet(
        f"{slug}-{key}.csv", [each.label.strip() for each in picture.header], picture.as_text()
    )


@public
def statistic_svg(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """The drawing of a picture, as a file of its own."""
    choice = parse(request.GET.dict())
    if choice.problems:
        return errors.bad_request(request, reason=choice.problems[0].message)
    picture = _picture(slug, key, choice)
    if picture.chart is None:
        raise Http404
    return HttpResponse(picture.chart.file, content_type="image/svg+xml; charset=utf-8")


def _statistic(slug: str) -> Statistic:
    if slug not in STATISTICS:
        raise Http404
    return STATISTICS[slug]


def _picture(slug: str, key: str, choice: Choice) -> Picture:
    found = next((each for each in _statistic(slug).build(choice).pictures if each.key == key), None)
    if found is None:
        raise Http404
    return found
