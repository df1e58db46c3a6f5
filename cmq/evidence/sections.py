"""The parts of an annual report, each written from one room; what is not public there is not said here."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage

from cmq.campuses.models import Campus
from cmq.core.amounts import euros, number
from cmq.core.partial_dates import PartialDate
from cmq.evidence import rules
from cmq.evidence.models import Indicator, IndicatorValue
from cmq.evidence.secrecy import HIDDEN
from cmq.funding.models import FundingAgreement, FundingLine
from cmq.labels.states import state_of
from cmq.projects.models import Project, ProjectState
from cmq.tours.models import Stop, StopState
from cmq.trainings.models import Training

PICTURES_OF_A_PROJECT = 2


@dataclass
class Section:
    """A part of the report as JSON values: text and lists only."""

    key: str
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    # {"caption", "header", "rows"}.
    tables: list[dict[str, Any]] = field(default_factory=list)
    # {"file", "alternative", "credit"}; the file's name in the storage.
    pictures: list[dict[str, str]] = field(default_factory=list)


def _identity(campus: Campus, year: int, on: dt.date) -> Section:
    items = [f"Filière : {campus.filiere.name}"] if campus.filiere else []
    items += [f"Label au {on.strftime('%d/%m/%Y')} : {state_of(campus, on=on).label.lower()}"]
    said = [campus.purpose] if campus.purpose else []
    return Section("identite", "Le campus", said, items)


def _partners(campus: Campus, year: int, on: dt.date) -> Section | None:
    listed = campus.partnerships.select_related("organisation__commune").order_by(
        "family", "role", "organisation__name"
    )
    members = [each for each in listed if _covers(each.starts_on, each.ends_on, year)]
    if not members:
        return None
    rows = [[each.organisation.name, each.get_family_display(), each.get_role_display()] for each in members]
    table = {"caption": f"Membres en {year}", "header": ["Organisation", "Famille", "Rôle"], "rows": rows}
    plural = "s" if len(rows) > 1 else ""
    return Section("partenaires", "Les partenaires", [f"{len(rows)} membre{plural} en {year}."], tables=[table])


def _funding(campus: Campus, year: int, on: dt.date) -> Section | None:
    """The money that the campus has chosen to show, and no other."""
    shown = FundingAgreement.objects.public().filter(campus=campus)
    lines = FundingLine.objects.filter(agreement__in=shown, year=year).select_related("agreement")
    rows = [
        [line.agreement.payer, line.agreement.scheme, euros(line.granted), euros(line.paid)]
        for line in lines.order_by("agreement__kind", "agreement__pk")
    ]
    if not rows:
        return None
    table = {
        "caption": f"Conventions rendues publiques, {year}",
        "header": ["Financeur", "Dispositif", "Accordé", "Versé"],
        "rows": rows,
    }
    return Section("financements", "Qui finance", tables=[table])


def _indicators(campus: Campus, year: int, on: dt.date) -> Section | None:
    values = IndicatorValue.objects.current().of(campus).filter(year__in=(year, year - 1)).prefetch_related("shares")
    found = rules.by_year(values.select_related("indicator"))
    rows = []
    for indicator in Indicator.objects.all():
        now, before = (found.get((indicator.pk, each), []) for each in (year, year - 1))
        if not now and not before:
            continue
        notes = [each.note for each in now if each.note and not each.is_hidden]
        notes += ["valeur commune à plusieurs campus"] if any(each.is_joint for each in now) else []
        rows.append([indicator.name, _value(indicator, now), _value(indicator, before), " ; ".join(notes)])
    if not rows:
        return None
    table = {
        "caption": f"Indicateurs {year} et {year - 1}",
        "header": ["Indicateur", str(year), str(year - 1), "Précision"],
        "rows": rows,
    }
    return Section("indicateurs", "Les indicateurs", tables=[table])


def _value(indicator: Indicator, values: Sequence[IndicatorValue]) -> str:
    """The own value of a campus and the joint ones beside it, each as it was said."""
    return " + ".join(_shown(indicator, each) for each in values) or "inconnu"


def _shown(indicator: Indicator, value: IndicatorValue) -> str:
    if value.number is None:
        return "inconnu"
    return f"{HIDDEN if value.is_hidden else number(value.number)} {indicator.unit}"


def _trainings(campus: Campus, year: int, on: dt.date) -> Section | None:
    """What was on offer on the last day of the year, or is today when the year runs."""
    day = min(dt.date(year, 12, 31), on)
    listed = list(Training.objects.of(campus).on_offer(day).for_list().order_by("title", "pk"))
    if not listed:
        return None
    rows = [
        [
            f"{each.title}{f' (avec {each.campus})' if each.campus_id != campus.pk else ''}",
            f"Niveau {each.level}" if each.level else "inconnu",
            str(each.organisation),
            number(Decimal(each.capacity)) if each.capacity else "inconnu",
        ]
        for each in listed
    ]
    plural = "s" if len(rows) > 1 else ""
    said = f"{len(rows)} formation{plural} offerte{plural} au {day.strftime('%d/%m/%Y')}."
    header = ["Formation", "Niveau", "Donnée par", "Places"]
    table = {"caption": f"Formations au {day.strftime('%d/%m/%Y')}", "header": header, "rows": rows}
    return Section("formations", "Les formations", [said], tables=[table])


def _projects(campus: Campus, year: int, on: dt.date) -> Section | None:
    """Public projects that ran in the year; without a start, nobody knows when a project ran."""
    listed = Project.objects.of(campus).public().with_people().prefetch_related("results").order_by("title", "pk")
    ran = [
        project
        for project in listed
        if project.starts_on
        and project.state != ProjectState.IDEA
        and _covers(project.starts_on, project.ends_on, year)
    ]
    if not ran:
        return None
    rows = [
        [project.title, f"{result.indicator} ({result.unit})", number(result.target), number(result.reached)]
        for project in ran
        for result in project.results.all()
    ]
    header = ["Projet", "Résultat", "Visé", "Atteint"]
    tables = [{"caption": "Résultats des projets", "header": header, "rows": rows}] if rows else []
    pictures = [picture for project in ran for picture in _pictures_of(project)]
    return Section(
        "projets", "Les projets", items=[_told(each, campus) for each in ran], tables=tables, pictures=pictures
    )


def _told(project: Project, campus: Campus) -> str:
    owners: list[Any] = project.accepted_owners  # type: ignore[attr-defined]
    others = [str(owner.campus) for owner in owners if owner.campus_id != campus.pk]
    shared = f", porté avec {', '.join(others)}" if others else ""
    return f"{project.title} ({project.get_state_display().lower()}{shared}) : {project.objective}"


def _pictures_of(project: Project) -> Iterator[dict[str, str]]:
    for picture in list(project.pictures.all())[:PICTURES_OF_A_PROJECT]:
        name = str(picture.file.name)
        if default_storage.exists(name):
            yield {"file": name, "alternative": picture.alternative, "credit": f"{project} – {picture.credit}"}


def _tours(campus: Campus, year: int, on: dt.date) -> Section | None:
    """Stops of published tours in the year, on the clocks of their places, and who came where it was counted."""
    stops = Stop.objects.public().standing().filter(tour__campus=campus, starts_at__year__range=(year - 1, year + 1))
    listed = stops.select_related("tour", "commune__departement__region").prefetch_related("attendances")
    of_year = [stop for stop in listed.order_by("tour__title", "starts_at", "pk") if stop.starts.year == year]
    if not of_year:
        return None
    rows = [
        [stop.tour.title, f"{stop.starts:%d/%m/%Y}", f"{stop.commune.name}, {stop.place}", _reached(stop)]
        for stop in of_year
    ]
    known = [each.number for stop in of_year for each in stop.attendances.all()]
    said = f"{len(of_year)} étape{'s' if len(of_year) > 1 else ''}"
    said += f", {number(Decimal(sum(known)))} personnes comptées." if known else "."
    table = {
        "caption": f"Étapes de {year}",
        "header": ["Tournée", "Jour", "Lieu", "Personnes venues"],
        "rows": rows,
    }
    return Section("tournees", "Les tournées", [said], tables=[table])


def _reached(stop: Stop) -> str:
    counted = [each.number for each in stop.attendances.all()]
    if counted:
        return str(sum(counted))
    return "inconnu" if stop.state == StopState.HELD else "à venir ou non comptée"


def _covers(starts: PartialDate | None, ends: PartialDate | None, year: int) -> bool:
    """Whether what runs between two days ran in a year; an unknown end is open."""
    return (starts is None or starts.first.year <= year) and (ends is None or ends.last.year >= year)


BUILDERS: Sequence[Callable[[Campus, int, dt.date], Section | None]] = (
    _identity,
    _partners,
    _trainings,
    _projects,
    _tours,
    _funding,
    _indicators,
)
