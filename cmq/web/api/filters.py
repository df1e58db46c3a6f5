"""The filters of each resource: those of the site's own pages, through the same functions."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cmq.campuses.models import Campus, Category
from cmq.careers.domains import DOMAINS
from cmq.core.partial_dates import FIRST_YEAR, LAST_YEAR, PartialDate
from cmq.core.text import MOST_ASKED
from cmq.evidence.models import IndicatorValue
from cmq.funding.models import FundingAgreement
from cmq.labels.states import LabelState
from cmq.offers import selection as offers
from cmq.offers.models import ContractKind, OfferKind
from cmq.projects.models import Project, ProjectState
from cmq.reference.audiences import LEARNERS, Audience, choices_of
from cmq.reference.models import Academie, Filiere, Region
from cmq.search import directory
from cmq.tours import agenda
from cmq.tours.models import Audience as StopAudience
from cmq.trainings.models import LEVELS, Training, Way
from cmq.web import training_filters
from cmq.web.api.parameters import Given, Parameter, one
from cmq.web.api.problems import bad, bad_ones
from cmq.web.public import careers, projects

Rows = QuerySet[Any]
Narrow = Callable[[Rows, Given, dt.date], Rows]

# What several campuses have in common: their `of` knows who shares it.
_SHARED = frozenset({Training, Project, FundingAgreement, IndicatorValue})
_DAY = (("type", "string"), ("format", "date"))


def _slugs(model: Any) -> Callable[[], Iterable[str]]:
    return lambda: model.objects.order_by("slug").values_list("slug", flat=True)


def _radii(known: tuple[int, ...]) -> Callable[[], Iterable[str]]:
    return lambda: map(str, known)


def _enum(values: Iterable[str]) -> Callable[[], Iterable[str]]:
    return lambda: [value for value in values if value]


CAMPUS = Parameter("campus", "L’identifiant d’un campus.", "autonomie-longevite-sante")
_QUESTION = Parameter("q", "Des mots, comme dans la recherche du site.", "santé")
# What a page of the site would cut is refused here.
_WORDS = replace(_QUESTION, schema=(("type", "string"), ("minLength", 1), ("maxLength", MOST_ASKED)))
_REGION = Parameter("region", "L’identifiant d’une région.", "hauts-de-france", _slugs(Region))
_FILIERE = Parameter("filiere", "L’identifiant d’une filière.", "infrastructures", _slugs(Filiere))
_PLACE = Parameter("lieu", "Une commune, par son nom ou son code postal.", "Arras 62")


def _radius(known: tuple[int, ...]) -> Parameter:
    return Parameter("rayon", "Kilomètres autour du lieu.", "50", _radii(known))


CAMPUSES = (
    _QUESTION,
    replace(_REGION, is_many=True),
    replace(_FILIERE, is_many=True),
    Parameter("academie", "L’identifiant d’une académie.", "lille", _slugs(Academie), is_many=True),
    Parameter("categorie", "La catégorie du label.", "excellence", _enum(Category.values), is_many=True),
    Parameter("etat", "L’état du label ce jour.", "en-cours", _enum(LabelState.values), is_many=True),
    _PLACE,
    replace(_radius(directory.RADII), choices=None, schema=(("type", "integer"), ("minimum", 2), ("maximum", 100))),
    Parameter("le", "Ceux dont le label courait ce jour-là.", "2024-06-21", schema=_DAY),
)
TRAININGS = (
    CAMPUS,
    _WORDS,
    Parameter("public", "Qui peut la suivre.", "etudiants", lambda: dict(choices_of(LEARNERS))),
    Parameter("niveau", "De 3 à 8.", "5", lambda: [str(level) for level, _ in LEVELS]),
    Parameter("modalite", "Comment on la suit.", "apprentissage", _enum(Way.values)),
    Parameter("commune", "Le code INSEE du lieu.", "62041"),
)
PROJECTS = (
    CAMPUS,
    _WORDS,
    _REGION,
    _FILIERE,
    Parameter("etat", "Où il en est.", "en_cours", _enum(ProjectState.values)),
    Parameter("public", "Pour qui il est fait.", "eleves", _enum(Audience.values)),
)
EVENTS = (
    CAMPUS,
    _REGION,
    _FILIERE,
    Parameter("public", "Pour qui.", "eleves", _enum(StopAudience.values)),
    Parameter("du", "Le premier jour.", "2027-03-01", schema=_DAY),
    Parameter("au", "Le dernier jour.", "2027-03-31", schema=_DAY),
    _PLACE,
    _radius(agenda.RADII),
)
MEMBERS = (CAMPUS, Parameter("le", "Membres ce jour-là.", "2026-03-31", schema=_DAY))
JOBS = (_WORDS, Parameter("domaine", "La lettre d’un grand domaine du ROME.", "K", lambda: list(DOMAINS)))
INDICATORS = (
    CAMPUS,
    _REGION,
    Parameter("annee", "L’année mesurée.", "2025", schema=(("type", "integer"), ("minimum", 2010), ("maximum", 2100))),
)
OFFERS = (
    CAMPUS,
    _QUESTION,
    Parameter("metier", "Un code ROME.", "F1503"),
    Parameter("nature", "Ce qui est offert.", "emploi", _enum(OfferKind.values), is_many=True),
    Parameter("contrat", "Le contrat.", "CDI", _enum(ContractKind.values), is_many=True),
    _PLACE,
    _radius(offers.RADII),
)


def of_campus(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Rows of a campus, those that it shares with the campus that holds them too."""
    campus = _campus(given)
    if campus is None:
        return rows
    if rows.model in _SHARED:
        return rows.filter(pk__in=rows.model.objects.of(campus).values("pk"))
    return rows.filter(campus=campus)


def campuses(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the directory."""
    choices = directory.load_choices()
    selection, problems = directory.parse(given, choices)
    if problems:
        raise bad_ones([(each.name, each.message) for each in problems])
    if not selection.is_narrowed:
        return rows
    found = directory.select(directory.load_rows(on=selection.held_on or on), selection, choices)
    return rows.filter(pk__in=[hit.row.pk for hit in found.hits])


def members(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of a campus, on a day."""
    rows = of_campus(rows, given, on)
    if "le" not in given:
        return rows
    try:
        day = dt.date.fromisoformat(one(given, "le"))
        PartialDate.of(day)  # refuses the years that no date has here
    except ValueError as error:
        years = f"entre {FIRST_YEAR} et {LAST_YEAR}"
        raise bad("le", f"Le jour demandé n’est pas une date {years} : écrivez-le comme 2026-03-31.") from error
    return rows.active(day)  # type: ignore[attr-defined, no-any-return]


def trainings(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the list of a campus, of all campuses here."""
    rows = of_campus(rows, given, on)
    wish = training_filters.asked(_single(given), rows)  # type: ignore[arg-type]
    wrong = [each for each in wish.filters if one(given, each.name) != each.chosen]
    if wrong:
        raise bad_ones([(each.name, f"« {one(given, each.name)[:60]} » n’est pas un choix.") for each in wrong])
    return training_filters.narrowed(rows, wish)  # type: ignore[arg-type]


def shown_projects(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the list of projects."""
    rows = of_campus(rows, given, on)
    q, chosen, problems = projects.read(_single(given), projects.labels_of_choices())
    _refuse(problems)
    return rows.filter(pk__in=[each.pk for each in projects.answering(q, chosen)]) if q or chosen else rows


def events(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the agenda; without a first day, past ones too."""
    campus = _campus(given)
    rows = rows.filter(tour__campus=campus) if campus else rows
    choice = agenda.parse(_single(given))
    _refuse(choice.problems)
    if not choice.query:
        return rows
    stops = agenda.stops_of(replace(choice, first=choice.first or dt.date(2000, 1, 1)), at=timezone.now())
    return rows.filter(pk__in=[stop.pk for stop in stops])


def jobs(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the list of job sheets."""
    domain = one(given, "domaine")
    if domain and domain not in DOMAINS:
        raise bad("domaine", f"« {domain[:20]} » n’est pas un domaine du ROME.")
    rows = rows.filter(code__startswith=domain) if domain else rows
    return rows.filter(pk__in=careers.named(one(given, "q")).values("pk")) if "q" in given else rows


def indicators(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of a campus, a region, a year."""
    rows = of_campus(rows, given, on)
    if region := one(given, "region"):
        if not Region.objects.filter(slug=region[:80]).exists():
            raise bad("region", "Cette région n’existe pas.")
        rows = rows.filter(campus__region__slug=region)
    if year := one(given, "annee"):
        if not (year.isascii() and year.isdigit() and 2010 <= int(year[:5]) <= 2100):
            raise bad("annee", "L’année va de 2010 à 2100.")
        rows = rows.filter(year=int(year))
    return rows


def job_offers(rows: Rows, given: Given, on: dt.date) -> Rows:
    """Those of the list of offers."""
    choice = offers.parse(given)
    _refuse(choice.problems)
    if not choice.is_narrowed:
        return rows
    found = offers.offers_of(replace(choice, by_distance=False), at=timezone.now())
    return rows.filter(pk__in=found.order_by().values("pk"))


def _campus(given: Given) -> Campus | None:
    slug = one(given, "campus")
    if not slug:
        return None
    found = Campus.objects.real().filter(slug=slug).first()
    if found is None:
        raise bad("campus", f"Le registre ne connaît pas ce campus : « {slug[:60]} ».")
    return found


def _single(given: Given) -> dict[str, str]:
    return {name: one(given, name) for name in given}


def _refuse(problems: Iterable[str]) -> None:
    found = [("", problem) for problem in problems]
    if found:
        raise bad_ones(found)
