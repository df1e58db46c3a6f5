"""Répertoire national des certifications professionnelles and répertoire spécifique, of France compétences.

Two exports a day on data.gouv.fr: ten CSV files in an archive (codes, dates, links), and one XML (what a sheet says).
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cmq.careers.models import Occupation
from cmq.certifications.models import Certification, CertificationOccupation, CertificationSuccession
from cmq.core.text import fold
from cmq.official import cells
from cmq.official.errors import FileRefused, Rejected
from cmq.official.fetching import Caller
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Located, Parsed, Table
from cmq.official.reading import Layout, Row, opened, read_csv
from cmq.official.sources.datagouv import newest

_SLUG = "repertoire-national-des-certifications-professionnelles-et-repertoire-specifique"
_PAGE = f"https://www.data.gouv.fr/datasets/{_SLUG}/"
_PUBLISHER = "France compétences"
_VERSION = "4.1"


def _layout(**columns: str) -> Layout:
    return Layout(columns={name: [header] for name, header in columns.items()}, optional={})


_STANDARD = _layout(
    code="Numero_Fiche",
    title="Intitule",
    short_kind="Abrege_Libelle",
    kind="Abrege_Intitule",
    level="Nomenclature_Europe_Niveau",
    registration="Type_Enregistrement",
    effective="Date_Effet",
    until="Date_Fin_Enregistrement",
    active="Actif",
)
_SIDES: Mapping[str, tuple[str, Layout]] = {
    "certifiers": ("*certificateurs*.csv", _layout(code="Numero_Fiche", value="Nom_Certificateur")),
    "nsf_codes": ("*nsf*.csv", _layout(code="Numero_Fiche", value="Nsf_Code")),
    "formacodes": ("*formacode*.csv", _layout(code="Numero_Fiche", value="Formacode_Code")),
    "ways": ("*voi*acc*.csv", _layout(code="Numero_Fiche", value="Si_Jury")),
}
_BLOCKS = _layout(code="Numero_Fiche", block="Bloc_Competences_Code", title="Bloc_Competences_Libelle")
_JOBS = _layout(code="Numero_Fiche", rome="Codes_Rome_Code")
_SUCCESSIONS = _layout(code="Numero_Fiche", old="Ancienne_Certification", new="Nouvelle_Certification")


def parse_sheets(path: Path, known: Known) -> Iterator[Parsed]:
    """The sheets, with the lists that the other files give for each."""
    sides = {name: _grouped(path, *where) for name, where in _SIDES.items()}
    blocks = _blocks(path)
    for number, row in read_csv(path, _STANDARD, member="*standard*.csv"):
        sheet = row if isinstance(row, Rejected) else _sheet(number, row)
        if isinstance(sheet, Certification):
            for name, values in sides.items():
                setattr(sheet, name, values.get(sheet.code, []))
            sheet.blocks = blocks.get(sheet.code, [])
        yield number, sheet


def _sheet(number: int, row: Row) -> Certification | Rejected:
    if not re.fullmatch(r"(RNCP|RS)\d{1,6}", row["code"]):
        return Rejected(number, "Le numéro de fiche est illisible.", f"{row['code']} {row['title']}")
    if not row["title"]:
        return Rejected(number, "L’intitulé manque.", row["code"])
    return Certification(
        code=row["code"],
        title=row["title"][:500],
        folded_title=fold(row["title"])[:500],
        short_kind=row["short_kind"][:60],
        kind=row["kind"][:200],
        level=cells.level(row["level"]),
        registration=row["registration"][:60],
        effective_on=cells.date(row["effective"]),
        registered_until=cells.date(row["until"]),
        is_active=row["active"].upper() in ("ACTIVE", "OUI"),
    )


def _grouped(path: Path, member: str, layout: Layout) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for _, row in read_csv(path, layout, member=member):
        if not isinstance(row, Rejected) and row["value"] and row["value"] not in found[row["code"]]:
            found[row["code"]].append(row["value"])
    return found


def _blocks(path: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = defaultdict(list)
    for _, row in read_csv(path, _BLOCKS, member="*blocs*.csv"):
        if not isinstance(row, Rejected) and row["block"]:
            found[row["code"]].append([row["block"], row["title"]])
    return {code: sorted(blocks) for code, blocks in found.items()}


def parse_jobs(path: Path, known: Known) -> Iterator[Parsed]:
    """RNCP ↔ ROME. A job that the ROME no longer has is left out, and said so."""
    sheets, jobs = known.keys(Certification), known.keys(Occupation)
    seen = set()
    for number, row in read_csv(path, _JOBS, member="*rome*.csv"):
        if isinstance(row, Rejected):
            yield number, row
        elif row["rome"] not in jobs:
            yield number, Rejected(number, "Ce code ROME n’est pas chargé.", f"{row['code']} {row['rome']}")
        elif row["code"] not in sheets:
            yield number, Rejected(number, "Cette fiche n’est pas chargée.", row["code"])
        elif (row["code"], row["rome"]) not in seen:
            seen.add((row["code"], row["rome"]))
            yield number, CertificationOccupation(certification_id=row["code"], occupation_id=row["rome"])


def parse_successions(path: Path, known: Known) -> Iterator[Parsed]:
    """Which sheet takes the place of which; the file says each twice, once from each side."""
    seen = set()
    for number, row in read_csv(path, _SUCCESSIONS, member="*ancienne*.csv"):
        if isinstance(row, Rejected):
            yield number, row
            continue
        for old, new in ((row["old"], row["code"]), (row["code"], row["new"])):
            if old and new and old != new and (old, new) not in seen:
                seen.add((old, new))
                yield number, CertificationSuccession(old_code=old[:10], new_code=new[:10])


# --- the XML ------------------------------------------------------------------------------------------------------


_TEXTS = {
    "activities": "ACTIVITES_VISEES",
    "abilities": "CAPACITES_ATTESTEES",
    "sectors": "SECTEURS_ACTIVITE",
    "jobs": "TYPE_EMPLOI_ACCESSIBLES",
}


def parse_texts(path: Path, known: Known) -> Iterator[Parsed]:
    """What each sheet says of the activities, abilities, sectors and jobs; read as a stream."""
    with opened(path, member="*rncp*.xml") as file:
        try:
            yield from _texts(file)
        except DefusedXmlException as error:
            raise FileRefused("Le fichier contient des entités XML interdites.") from error
        except ParseError as error:
            raise FileRefused("Le fichier XML est abîmé ou tronqué.") from error


def _texts(file: Any) -> Iterator[Parsed]:
    root: Element | None = None
    number = 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if root is None:
            root = element
        if event == "end" and element.tag == "VERSION_FLUX" and (element.text or "").strip() != _VERSION:
            raise FileRefused(f"Le format du fichier a changé : {(element.text or '').strip()} au lieu de {_VERSION}.")
        if event == "end" and element.tag == "FICHE":
            number += 1
            yield number, _told_by(number, element)
            root.clear()


def _told_by(number: int, element: Element) -> Certification | Rejected:
    code, title = (" ".join((element.findtext(tag) or "").split()) for tag in ("NUMERO_FICHE", "INTITULE"))
    row = {"code": code, "title": title, "level": element.findtext("NOMENCLATURE_EUROPE/NIVEAU") or ""}
    empty = dict.fromkeys(("short_kind", "kind", "registration", "effective", "until"), "")
    sheet = _sheet(number, {**empty, **row, "active": element.findtext("ACTIF") or ""})
    if isinstance(sheet, Certification):
        for name, tag in _TEXTS.items():
            setattr(sheet, name, cells.plain(element.findtext(tag) or ""))
    return sheet


# --- where ----------------------------------------------------------------------------------------------------------


def _newest(pattern: str, title: str) -> Callable[[Caller], Located]:
    return lambda caller: newest(caller, _SLUG, pattern, title=title, ending="zip")


CODES = Importer(
    slug="rncp",
    title="RNCP et répertoire spécifique",
    publisher=_PUBLISHER,
    licence=LICENCE_OUVERTE,
    page=_PAGE,
    locate=_newest(r"export-fiches-csv-(\d{4})-(\d\d)-(\d\d)", "RNCP et répertoire spécifique"),
    tables=[
        Table(
            Certification,
            ("code",),
            (
                *("title", "folded_title", "short_kind", "kind", "level", "registration", "effective_on"),
                *("registered_until", "is_active", "certifiers", "nsf_codes", "formacodes", "ways", "blocks"),
            ),
            parse_sheets,
            retires={"is_active": False},
        ),
        Table(CertificationOccupation, ("certification_id", "occupation_id"), (), parse_jobs, dated=False),
        Table(CertificationSuccession, ("old_code", "new_code"), (), parse_successions, dated=False),
    ],
    stale_after=dt.timedelta(days=30),
)
TEXTS = Importer(
    slug="rncp-textes",
    title="RNCP : textes des fiches",
    publisher=_PUBLISHER,
    licence=LICENCE_OUVERTE,
    page=_PAGE,
    locate=_newest(r"export-fiches-rncp-v4-1-(\d{4})-(\d\d)-(\d\d)", "RNCP : textes des fiches"),
    tables=[Table(Certification, ("code",), tuple(_TEXTS), parse_texts, removes=False)],
    stale_after=dt.timedelta(days=60),
    smallest_share=0.1,
)
