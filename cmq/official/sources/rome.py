"""Répertoire opérationnel des métiers et des emplois (ROME 4.0), open data of France Travail: codes, names, sheets.

One archive holds all of them; in it text is Windows-1252, some of it UTF-8, some of it UTF-8 written twice.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from cmq.careers.actions import new_occupation
from cmq.careers.models import JobTitle, LinkKind, Occupation, OccupationLink, OccupationTrait, TraitKind
from cmq.core.text import fold
from cmq.official import cells
from cmq.official.errors import FileRefused, Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, fixed
from cmq.official.reading import Layout, Row, opened, read_csv

_OPEN_DATA = "https://api.francetravail.fr/api-nomenclatureemploi/v1/open-data"
_PAGE = "https://www.francetravail.org/opendata/repertoire-operationnel-des-meti.html"
_PUBLISHER = "France Travail"

_CODES = Layout(
    columns={"code": ["code_rome"], "title": ["libelle_rome"]},
    optional={
        "parent": ["code_rome_parent"],
        "green": ["transition_eco"],
        "digital": ["transition_num"],
        "ageing": ["transition_demo"],
        "regulated": ["emploi_reglemente"],
        "executive": ["emploi_cadre"],
    },
    delimiters=",;",
)
_TITLES = Layout(
    columns={"ogr": ["code_ogr"], "long": ["libelle_appellation_long"], "code": ["code_rome"]},
    optional={"short": ["libelle_appellation_court"], "class": ["classification"]},
    delimiters=",;",
)
_CODES_MEMBER, _TITLES_MEMBER, _SHEETS_MEMBER = (
    "*referentiel_code_rome*.csv",
    "*appellation*.csv",
    "*fiche_emploi_metier*.json",
)


def parse_codes(path: Path, known: Known) -> Iterator[Parsed]:
    """The jobs."""
    for number, row in read_csv(path, _CODES, member=_CODES_MEMBER):
        yield number, row if isinstance(row, Rejected) else _job(number, row)


def _job(number: int, row: Row) -> Occupation | Rejected:
    code = cells.rome(row["code"])
    if not code or not row["title"]:
        return Rejected(number, "Le code ROME ou le libellé manque.", f"{row['code']} {row['title']}")
    job = new_occupation(code, row["title"])
    job.parent_id = cells.rome(row["parent"]) or None
    job.green_transition = row["green"]
    job.digital_transition, job.ageing_transition = cells.yes(row["digital"]), cells.yes(row["ageing"])
    job.is_regulated, job.is_executive = cells.yes(row["regulated"]), cells.yes(row["executive"])
    return job


def parse_titles(path: Path, known: Known) -> Iterator[Parsed]:
    """The names that jobs go by."""
    jobs = known.keys(Occupation)
    for number, row in read_csv(path, _TITLES, member=_TITLES_MEMBER):
        if isinstance(row, Rejected):
            yield number, row
        elif not row["ogr"].isdecimal() or not row["long"]:
            yield number, Rejected(number, "Le code OGR ou le libellé manque.", f"{row['ogr']} {row['long']}")
        elif row["code"] not in jobs:
            yield number, Rejected(number, "Ce code ROME n’est pas chargé.", f"{row['code']} {row['long']}")
        else:
            yield (
                number,
                JobTitle(
                    ogr_code=row["ogr"],
                    occupation_id=row["code"],
                    long_name=row["long"],
                    short_name=row["short"],
                    folded_name=fold(row["long"]),
                    is_main=row["class"] == "PRINCIPALE",
                ),
            )


def sheets(path: Path) -> list[dict[str, Any]]:
    """The sheets of the archive. Raises `FileRefused`."""
    with opened(path, member=_SHEETS_MEMBER) as file:
        text = cells.decode_mixed(file.read())
    try:
        found = json.loads(text)
    except ValueError as error:
        raise FileRefused("Le fichier des fiches n’est pas du JSON entier.") from error
    if not isinstance(found, list) or not all(isinstance(sheet, dict) for sheet in found):
        raise FileRefused("Le fichier des fiches n’est pas une liste de fiches.")
    return found


def parse_sheets(path: Path, known: Known) -> Iterator[Parsed]:
    """Definition and access of each job."""
    for number, code, sheet in _known_sheets(path, known):
        if isinstance(sheet, Rejected):
            yield number, sheet
            continue
        job = new_occupation(code, str(sheet.get("rome", {}).get("intitule") or code))
        job.definition, job.access = _text(sheet.get("definition")), _text(sheet.get("acces_metier"))
        yield number, job


def parse_traits(path: Path, known: Known) -> Iterator[Parsed]:
    """Skills, knowledge, attitudes, contexts and sectors of each job."""
    for number, code, sheet in _known_sheets(path, known):
        if isinstance(sheet, Rejected):
            continue
        seen = set()
        for kind, group, name, is_core in _traits(sheet):
            if (kind, group, name) not in seen:
                seen.add((kind, group, name))
                yield number, OccupationTrait(occupation_id=code, kind=kind, group=group, name=name, is_core=is_core)


def parse_links(path: Path, known: Known) -> Iterator[Parsed]:
    """What each job leads to."""
    jobs = known.keys(Occupation)
    for number, code, sheet in _known_sheets(path, known):
        if isinstance(sheet, Rejected):
            continue
        targets = {cells.rome(str(link.get("rome_cible", ""))) for link in _dicts(sheet.get("mobilites"))}
        for target in sorted(targets & jobs - {code}):
            yield number, OccupationLink(origin_id=code, target_id=target, kind=LinkKind.CLOSE)


def _known_sheets(path: Path, known: Known) -> Iterator[tuple[int, str, dict[str, Any] | Rejected]]:
    jobs = known.keys(Occupation)
    for number, sheet in enumerate(sheets(path), start=1):
        code = cells.rome(str(sheet.get("rome", {}).get("code_rome", "")))
        is_known = code in jobs
        yield (
            number,
            code,
            sheet if is_known else Rejected(number, "Ce code ROME n’est pas chargé.", code or str(sheet)[:80]),
        )


Trait = tuple[str, str, str, bool]


def _traits(sheet: dict[str, Any]) -> Iterator[Trait]:
    skills = sheet.get("competences") or {}
    places: Iterable[tuple[str, Any, str]] = (
        (TraitKind.KNOW_HOW, skills.get("savoir_faire"), "enjeux"),
        (TraitKind.KNOWLEDGE, skills.get("savoirs"), "categories"),
        (TraitKind.ATTITUDE, skills.get("savoir_etre_professionnel"), "enjeux"),
        (TraitKind.CONTEXT, sheet.get("contextes_travail"), "categories"),
    )
    for kind, part, groups in places:
        for group in _dicts((part or {}).get(groups) if isinstance(part, dict) else part):
            # An attitude stands alone under its issue.
            items = _dicts(group.get("items")) or ([group] if kind == TraitKind.ATTITUDE else [])
            heading = "" if items == [group] else _name(group)
            for item in items:
                if _name(item):
                    yield kind, heading[:200], _name(item), item.get("coeur_metier") == "Principale"
    for sector in _dicts(sheet.get("secteurs_activite")):
        if _name(sector):
            yield TraitKind.SECTOR, "", _name(sector), False


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _name(item: dict[str, Any]) -> str:
    return _text(item.get("libelle"))[:300]


def _text(value: Any) -> str:
    return cells.plain(value) if isinstance(value, str) else ""


def _importer(
    slug: str, title: str, form: str, tables: list[Table], after: Callable[[], None] | None = None
) -> Importer:
    return Importer(
        slug=slug,
        title=title,
        publisher=_PUBLISHER,
        licence=LICENCE_OUVERTE,
        page=_PAGE,
        locate=fixed(f"{_OPEN_DATA}/{form}", title=title, name=f"{slug}.zip"),
        tables=tables,
        stale_after=dt.timedelta(days=200),
    )


_CODE_COLUMNS = ("title", "folded_title", "slug", "parent_id", "green_transition", "digital_transition")
_FLAGS = ("ageing_transition", "is_regulated", "is_executive", "is_obsolete")
CODES = _importer(
    "rome",
    "ROME 4.0 : codes des métiers",
    "csv",
    [Table(Occupation, ("code",), _CODE_COLUMNS + _FLAGS, parse_codes, retires={"is_obsolete": True})],
)
TITLES = _importer(
    "appellations",
    "ROME 4.0 : appellations",
    "csv",
    [
        Table(
            JobTitle,
            ("ogr_code",),
            ("occupation_id", "long_name", "short_name", "folded_name", "is_main"),
            parse_titles,
            dated=False,
        )
    ],
)
SHEETS = _importer(
    "fiches",
    "ROME 4.0 : fiches métiers",
    "json",
    [
        Table(Occupation, ("code",), ("definition", "access"), parse_sheets, removes=False),
        Table(OccupationTrait, ("occupation_id", "kind", "group", "name"), ("is_core",), parse_traits, dated=False),
        Table(OccupationLink, ("origin_id", "target_id", "kind"), (), parse_links, dated=False),
    ],
)
