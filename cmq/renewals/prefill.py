"""Paragraphs for a renewal, drawn from what the campus keeps: each with its source and what changed since the last
label. Reads, writes nothing; says only what is in the register."""

import datetime as dt
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.db.models import Sum

from cmq.applications.models import Section
from cmq.campaigns.models import Criterion
from cmq.campuses.models import Campus, Partnership
from cmq.core.amounts import euros
from cmq.core.text import fold
from cmq.evidence.models import IndicatorValue
from cmq.funding.models import FundingAgreement
from cmq.funding.rules import granted_of
from cmq.labels.models import Label
from cmq.projects.models import Project
from cmq.renewals.models import CriterionFact, FactKind
from cmq.tours.models import Attendance, StopState, Tour
from cmq.trainings.models import Training

_SHIPPED = Path(__file__).resolve().parent / "data" / "prefill.toml"
NAMED = 12
MOST_PROJECTS = 20


@dataclass(frozen=True)
class Paragraph:
    """A paragraph to insert.

    Attributes:
        key: tells it from the others of its section.
        source, address: the page of the workspace that it is drawn from.
        change: what changed since the last label, in French; empty when nothing is known to have.
    """

    kind: FactKind
    key: str
    source: str
    address: str
    text: str
    change: str = ""


@cache
def _shipped() -> dict[str, tuple[FactKind, ...]]:
    data = tomllib.loads(_SHIPPED.read_text())
    return {fold(each["title"]): tuple(FactKind(kind) for kind in each["facts"]) for each in data["criterion"]}


@dataclass(frozen=True)
class Pairing:
    """The facts that feed a criterion, and whether somebody chose them here: else the product carries them."""

    criterion: Criterion
    kinds: tuple[FactKind, ...]
    is_chosen: bool

    @property
    def labels(self) -> list[str]:
        """The kinds, in French."""
        return [str(kind.label) for kind in self.kinds]


def folded_title(criterion: Criterion) -> str:
    """What pairs a criterion with its facts, in every version of the specification."""
    return fold(criterion.title)[:300]


def pairings(criteria: Iterable[Criterion]) -> list[Pairing]:
    """Which facts feed each of these criteria, in one query."""
    listed = [(each, folded_title(each)) for each in criteria]
    chosen: dict[str, list[FactKind]] = {}
    rows = CriterionFact.objects.filter(folded_title__in=[title for _, title in listed])
    for title, kind in rows.values_list("folded_title", "kind"):
        chosen.setdefault(title, []).append(FactKind(kind))
    return [
        Pairing(criterion, tuple(chosen.get(title) or _shipped().get(title, ())), title in chosen)
        for criterion, title in listed
    ]


def shipped_kinds(criterion: Criterion) -> tuple[FactKind, ...]:
    """What the product carries for a criterion."""
    return _shipped().get(folded_title(criterion), ())


def kinds_for(section: Section) -> tuple[FactKind, ...]:
    """Which facts feed the criterion of a section: those chosen here, else those of the product."""
    return pairings([section.criterion])[0].kinds if section.criterion else ()


def last_award(campus: Campus, *, on: dt.date) -> dt.date | None:
    """The day on which the last label of a campus began, as far as is known."""
    begun = Label.objects.filter(campus=campus, starts_from__lte=on).order_by("-starts_from")
    return begun.values_list("starts_from", flat=True).first()


def paragraphs(section: Section, *, on: dt.date) -> list[Paragraph]:
    """All that the criterion of a section may take from the campus on that day."""
    campus = section.application.campus
    since = last_award(campus, on=on)
    return [each for kind in kinds_for(section) for each in _DRAWN[kind](campus, since, on)]


Drawn = Iterator[Paragraph]


def _trainings(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    address = f"/espace/campus/{campus.slug}/formations/"
    offered = list(Training.objects.of(campus).on_offer(on).select_related("organisation").prefetch_related("modules"))
    fresh = [each for each in offered if since and each.starts_on and each.starts_on >= since]
    if offered:
        text = f"Le réseau offre {_count(len(offered), 'formation')} : {_names(each.title for each in offered)}."
        change = f"{_since('Ouvertes', since)} : {_names(each.title for each in fresh)}" if fresh else ""
        yield Paragraph(FactKind.TRAININGS, "formations.offertes", "Formations du campus", address, text, change)
    coloured = [(each, row.title) for each in offered for row in each.modules.all() if row.is_coloration]
    if coloured:
        said = _names(f"{title} ({each.title}, {each.organisation})" for each, title in coloured)
        text = f"Des colorations distinguent ces formations : {said}."
        yield Paragraph(FactKind.TRAININGS, "formations.colorations", "Formations du campus", address, text)
    ended = Training.objects.filter(campus=campus, ends_on__lt=on)
    if since and (over := list(ended.filter(ends_on__gte=since))):
        text = f"Ont pris fin : {_names(each.title for each in over)}."
        change = _since("Terminé", since)
        yield Paragraph(FactKind.TRAININGS, "formations.finies", "Formations du campus", address, text, change)


def _partners(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    address = f"/espace/campus/{campus.slug}/membres/"
    held = list(Partnership.objects.filter(campus=campus).select_related("organisation"))
    gone = [each for each in held if each.ends_on and each.ends_on.last < on]
    standing = [each for each in held if each not in gone]
    if standing:
        families: dict[str, list[str]] = {}
        for each in standing:
            families.setdefault(each.get_family_display(), []).append(each.organisation.name)
        parts = [f"{family.lower()} ({len(names)}) : {_names(names)}" for family, names in families.items()]
        text = f"Le réseau réunit {_count(len(standing), 'membre')} – {' ; '.join(parts)}."
        fresh = [each for each in standing if since and each.starts_on and each.starts_on.first >= since]
        change = f"{_since('Entrés', since)} : {_names(each.organisation.name for each in fresh)}" if fresh else ""
        yield Paragraph(FactKind.PARTNERS, "membres.actuels", "Membres du campus", address, text, change)
    left = [each for each in gone if since and each.ends_on and each.ends_on.last >= since]
    if left:
        text = f"Ont quitté le réseau : {_names(each.organisation.name for each in left)}."
        yield Paragraph(
            FactKind.PARTNERS, "membres.partis", "Membres du campus", address, text, _since("Partis", since)
        )


def _projects(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    held = Project.objects.of(campus).prefetch_related("results").order_by("-pk")[:MOST_PROJECTS]
    for project in held:
        text = f"{project.title} ({project.get_state_display().lower()}) : {_sentence(project.objective)}"
        reached = [row for row in project.results.all() if row.reached is not None]
        if reached:
            said = "; ".join(f"{row.indicator} : {_number(row.reached)} {row.unit}" for row in reached)
            text += f" Résultats : {said}."
        is_new = since and project.starts_on and project.starts_on.first >= since
        is_over = since and project.ends_on and since <= project.ends_on.last < on
        change = _since("Terminé", since) if is_over else _since("Nouveau", since) if is_new else ""
        address = f"/espace/campus/{campus.slug}/projets/{project.pk}/"
        yield Paragraph(FactKind.PROJECTS, f"projets.{project.pk}", f"Projet « {project} »", address, text, change)


def _tours(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    came = dict(
        Attendance.objects.filter(stop__tour__campus=campus)
        .values_list("stop__tour")
        .annotate(people=Sum("number"))
        .values_list("stop__tour", "people")
    )
    for tour in Tour.objects.filter(campus=campus).prefetch_related("stops__commune"):
        stops = [stop for stop in tour.stops.all() if stop.state != StopState.CANCELLED]
        text = f"{tour.title} : {_sentence(tour.summary)} {_count(len(stops), 'étape')}."
        if tour.pk in came:
            text += f" {came[tour.pk]} personnes comptées."
        is_new = since and stops and min(stop.starts.date() for stop in stops) >= since
        change = _since("Nouveau", since) if is_new else ""
        address = f"/espace/campus/{campus.slug}/tournees/"
        yield Paragraph(FactKind.TOURS, f"tournees.{tour.pk}", f"Tournée « {tour} »", address, text, change)


def _funding(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    for agreement in FundingAgreement.objects.standing().filter(campus=campus).prefetch_related("lines"):
        granted = granted_of(agreement)
        amount = f"{euros(granted)} accordés" if granted is not None else "montant accordé inconnu"
        text = f"{agreement.payer} ({amount}) : {_sentence(agreement.purpose)}"
        begun = agreement.starts_on or agreement.signed_on
        is_over = since and agreement.ends_on and since <= agreement.ends_on < on
        change = (
            _since("Terminé", since)
            if is_over
            else _since("Nouveau", since)
            if since and begun and begun >= since
            else ""
        )
        address = f"/espace/campus/{campus.slug}/financements/conventions/{agreement.pk}/"
        key = f"financements.{agreement.pk}"
        yield Paragraph(FactKind.FUNDING, key, f"Convention {agreement}", address, text, change)


def _indicators(campus: Campus, since: dt.date | None, on: dt.date) -> Drawn:
    values: dict[int, list[IndicatorValue]] = {}
    known = IndicatorValue.objects.current().of(campus).exclude(number=None).select_related("indicator")
    for value in known.order_by("indicator__position", "year"):
        values.setdefault(value.indicator_id, []).append(value)
    for series in values.values():
        last, indicator = series[-1], series[-1].indicator
        text = f"{indicator.name} : {_number(last.number)} {indicator.unit} en {last.year}."
        then = next((each for each in reversed(series[:-1]) if since and each.year <= since.year), None)
        change = ""
        if then and then.number is not None and last.number is not None and then.number != last.number:
            way = "En hausse" if last.number > then.number else "En baisse"
            change = f"{way} : {_number(then.number)} en {then.year}"
        address = f"/espace/campus/{campus.slug}/indicateurs/{indicator.code}/"
        key = f"indicateurs.{indicator.code}"
        yield Paragraph(FactKind.INDICATORS, key, f"Indicateur « {indicator} »", address, text, change)


_DRAWN: dict[FactKind, Callable[[Campus, dt.date | None, dt.date], Drawn]] = {
    FactKind.TRAININGS: _trainings,
    FactKind.PARTNERS: _partners,
    FactKind.PROJECTS: _projects,
    FactKind.TOURS: _tours,
    FactKind.FUNDING: _funding,
    FactKind.INDICATORS: _indicators,
}


def _since(what: str, since: dt.date | None) -> str:
    return f"{what} depuis le dernier label ({since:%d/%m/%Y})" if since else ""


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - NAMED
    return ", ".join(listed[:NAMED]) + (f" et {more} autres" if more > 0 else "")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number > 1 else ''}"


def _sentence(text: str) -> str:
    said = " ".join(text.split())
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _number(number: Decimal | None) -> str:
    return "inconnu" if number is None else f"{number.normalize():f}".replace(".", ",")
