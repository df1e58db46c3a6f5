"""The annual report of a campus, written from what the rooms of the platform know of a year.

A part that has nothing to say is left out. What is published is this, frozen: `snapshot` gives it as JSON values,
`document` reads them again.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from cmq.campuses.models import Campus
from cmq.core.amounts import euros, number
from cmq.core.documents import Document, Part, Picture, Table
from cmq.evidence import rules
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue
from cmq.funding.models import FundingAgreement, FundingLine
from cmq.labels.states import state_of

FICTIONAL = "Démonstration : tout ceci est inventé."
DRAFT = "Brouillon : ce rapport n’est pas publié."


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


def snapshot(annual: AnnualReport, *, on: dt.date) -> dict[str, Any]:
    """All that the report says, as JSON values."""
    campus = annual.campus
    return {
        "campus": campus.name,
        "region": campus.region.name,
        "year": annual.year,
        "is_demo": campus.is_demo,
        "introduction": annual.introduction,
        "conclusion": annual.conclusion,
        "sections": [asdict(section) for section in gather(campus, annual.year, on=on)],
    }


def gather(campus: Campus, year: int, *, on: dt.date) -> list[Section]:
    """The parts that the rooms write of a campus in a year, in their order; empty ones left out."""
    found = (build(campus, year, on) for build in _BUILDERS)
    return [section for section in found if section is not None]


def document(said: dict[str, Any], *, is_draft: bool) -> Document:
    """The report of a snapshot as a document to set."""
    notices = [FICTIONAL] if said["is_demo"] else []
    notices += [DRAFT] if is_draft else []
    parts = [Part(paragraphs=[f"{said['campus']}, {said['region']}."])]
    parts += [Part("Introduction", paragraphs(said["introduction"]))] if said["introduction"] else []
    parts += [_part(section) for section in said["sections"]]
    parts += [Part("Conclusion", paragraphs(said["conclusion"]))] if said["conclusion"] else []
    return Document(f"Rapport annuel {said['year']} – {said['campus']}", " ".join(notices), parts)


def paragraphs(text: str) -> list[str]:
    """A typed text as paragraphs: an empty line parts two."""
    return [" ".join(each.split()) for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]


def _part(section: dict[str, Any]) -> Part:
    return Part(
        section["heading"],
        section["paragraphs"],
        section["items"],
        tables=[Table(each["caption"], each["header"], each["rows"]) for each in section["tables"]],
        pictures=list(_pictures(section["pictures"])),
    )


def _pictures(listed: Sequence[dict[str, str]]) -> Iterator[Picture]:
    """Those whose file is still there: a picture taken down since must not stop the report."""
    for each in listed:
        if default_storage.exists(each["file"]) and Path(each["file"]).suffix.lower() in (".png", ".jpg", ".jpeg"):
            yield Picture(Path(default_storage.path(each["file"])), each["alternative"], each["credit"])


def _identity(campus: Campus, year: int, on: dt.date) -> Section:
    items = [f"Filière : {campus.filiere.name}"] if campus.filiere else []
    items += [f"Label au {on.strftime('%d/%m/%Y')} : {state_of(campus, on=on).label.lower()}"]
    said = [campus.purpose] if campus.purpose else []
    return Section("identite", "Le campus", said, items)


def _partners(campus: Campus, year: int, on: dt.date) -> Section | None:
    listed = campus.partnerships.select_related("organisation__commune").order_by(
        "family", "role", "organisation__name"
    )
    members = [
        each
        for each in listed
        if (each.starts_on is None or each.starts_on.first.year <= year)
        and (each.ends_on is None or each.ends_on.last.year >= year)
    ]
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
        notes = [each.note for each in now if each.note]
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
    said = [f"{number(each.number)} {indicator.unit}" if each.number is not None else "inconnu" for each in values]
    return " + ".join(said) or "inconnu"


_BUILDERS = (_identity, _partners, _funding, _indicators)
