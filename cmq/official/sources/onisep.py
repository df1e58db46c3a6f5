"""Onisep, idéo: structures, trainings, trainings at places, jobs. Open Database License: tables of their own."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cmq.catalogue.actions import build_courses
from cmq.official import cells
from cmq.official.errors import Rejected
from cmq.official.importers import ODBL, Importer, Known, Parse, Parsed, Table, columns_but, fixed
from cmq.official.listing import read_list, text
from cmq.official.reading import Layout, read_csv
from cmq.official.sources.schools import coordinates
from cmq.onisep.models import OnisepCourse, OnisepJob, OnisepRow, OnisepStructure, OnisepTraining
from cmq.reference.codes import is_uai

_DOWNLOADS = "https://api.opendata.onisep.fr/downloads"
_ID = re.compile(r"(ENS|FOR|MET|AF)\.\d+")
_OPEN_DAY = re.compile(r"le (\d\d/\d\d/\d{4})\s*([^|]*)")
_Record = dict[str, Any]


def identifier(cell: str) -> str:
    """« …/slug/ENS.14008 » → « ENS.14008 »; empty without one."""
    found = _ID.search(cell)
    return found[0] if found else ""


def open_days(cell: str) -> list[dict[str, str]]:
    """« le 31/01/2026 de 08h30 à 12h00 | … » → days in ISO form with their note; what is not understood is left out."""
    found = ((cells.date(day), note.strip()) for day, note in _OPEN_DAY.findall(cell))
    return [{"day": day.isoformat(), "note": note} for day, note in found if day]


def parse_structures(path: Path, known: Known) -> Iterator[Parsed]:
    """Places of teaching."""
    for number, record in read_list(path, needed=("nom", "code_uai")):
        onisep_id, name = identifier(text(record, "url_et_id_onisep")), text(record, "nom", 300)
        if not onisep_id or not name:
            yield number, Rejected(number, "L’identifiant ou le nom manque.", name)
            continue
        place = coordinates(text(record, "latitude_y"), text(record, "longitude_x"))
        commune = text(record, "commune_cog", 5)
        siret = text(record, "n_siret", 14)
        yield (
            number,
            OnisepStructure(
                onisep_id=onisep_id,
                uai=_uai(text(record, "code_uai")),
                siret=siret if len(siret) == 14 and siret.isdecimal() else "",
                kind=text(record, "type_detablissement", 120),
                name=name,
                acronym=text(record, "sigle", 60),
                status=text(record, "statut", 60),
                address=text(record, "adresse", 300),
                postcode=text(record, "cp", 5),
                commune_id=commune if commune in known.communes else None,
                latitude=place[0],
                longitude=place[1],
                open_days_text=text(record, "journees_portes_ouvertes", 2000),
                open_days=open_days(text(record, "journees_portes_ouvertes", 2000)),
                url=_url(record, "url_et_id_onisep"),
                modified_on=cells.date(text(record, "date_de_modification")),
            ),
        )


def parse_trainings(path: Path, known: Known) -> Iterator[Parsed]:
    """Trainings of the national list."""
    for number, record in read_list(path, needed=("libelle_formation_principal", "url_et_id_onisep")):
        onisep_id = identifier(text(record, "url_et_id_onisep"))
        title = text(record, "libelle_formation_principal")
        if not onisep_id or not title:
            yield number, Rejected(number, "L’identifiant ou le libellé manque.", title)
            continue
        cfd = text(record, "code_scolarite", 8)
        yield (
            number,
            OnisepTraining(
                onisep_id=onisep_id,
                title=title,
                kind=text(record, "libelle_type_formation", 200),
                acronym=text(record, "sigle_formation", 60),
                duration=text(record, "duree", 60),
                level=cells.level(text(record, "niveau_de_certification")),
                rncp_code=cells.rncp(text(record, "code_rncp")),
                cfd_code=cfd if len(cfd) == 8 else "",
                nsf_code=text(record, "code_nsf", 6),
                domains=_list(text(record, "domainesous-domaine", 2000)),
                url=_url(record, "url_et_id_onisep"),
                modified_on=cells.date(text(record, "date_de_modification")),
            ),
        )


def parse_courses(path: Path, known: Known) -> Iterator[Parsed]:
    """Trainings at places."""
    for number, record in read_list(path, needed=("formation_for_libelle", "ens_code_uai")):
        onisep_id = text(record, "action_de_formation_af_identifiant_onisep", 40)
        title = text(record, "formation_for_libelle")
        if not onisep_id or not title:
            yield number, Rejected(number, "L’identifiant ou le libellé manque.", title)
            continue
        yield (
            number,
            OnisepCourse(
                onisep_id=onisep_id,
                training_id=identifier(text(record, "for_url_et_id_onisep")),
                structure_id=identifier(text(record, "ens_url_et_id_onisep")),
                uai=_uai(text(record, "ens_code_uai")),
                title=title,
                duration=text(record, "af_duree_cycle_standard", 60),
                modalities=text(record, "af_modalites_scolarite", 200),
                url=_url(record, "af_page_web"),
                modified_on=cells.date(text(record, "af_date_de_modification")),
            ),
        )


_JOBS_LAYOUT = Layout(
    columns={"name": ["libellé métier"], "url": ["lien site onisep.fr"], "rome": ["code ROME"]},
    optional={"domains": ["domaine/sous-domaine"], "modified": ["date de modification"]},
)


def parse_jobs(path: Path, known: Known) -> Iterator[Parsed]:
    """Jobs; this list is read in CSV."""
    for number, row in read_csv(path, _JOBS_LAYOUT):
        if isinstance(row, Rejected):
            yield number, row
            continue
        onisep_id, name = identifier(row["url"]), row["name"][:250]
        if not onisep_id or not name:
            yield number, Rejected(number, "L’identifiant ou le libellé manque.", name)
            continue
        yield (
            number,
            OnisepJob(
                onisep_id=onisep_id,
                name=name,
                rome_code=cells.rome(row["rome"]),
                domains=_list(row["domains"]),
                url=row["url"][:300],
                modified_on=cells.date(row["modified"]),
            ),
        )


def _uai(cell: str) -> str:
    return cell if is_uai(cell) else ""


def _url(record: _Record, name: str) -> str:
    value = text(record, name, 300)
    return value if value.startswith(("http://", "https://")) else ""


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _importer(
    slug: str, title: str, dataset: str, model: type[OnisepRow], parse: Parse, form: str = "json"
) -> Importer:
    return Importer(
        slug=slug,
        title=title,
        publisher="Onisep",
        licence=ODBL,
        page="https://opendata.onisep.fr/",
        locate=fixed(f"{_DOWNLOADS}/{dataset}/{dataset}.{form}", title=title, name=f"{slug}.{form}"),
        tables=[Table(model, ("onisep_id",), columns_but(model, "onisep_id"), parse)],
        stale_after=dt.timedelta(days=120),
        after=build_courses,
    )


_SECONDARY, _TRAININGS, _COURSES, _JOBS = "5fa5816ac6a6e", "5fa591127f501", "605340ddc19a9", "5fa5949243f97"
STRUCTURES = _importer("onisep-lieux", "Onisep : lieux d’enseignement", _SECONDARY, OnisepStructure, parse_structures)
TRAININGS = _importer("onisep-formations", "Onisep : formations", _TRAININGS, OnisepTraining, parse_trainings)
COURSES = _importer("onisep-actions", "Onisep : actions de formation", _COURSES, OnisepCourse, parse_courses)
JOBS = _importer("onisep-metiers", "Onisep : métiers", _JOBS, OnisepJob, parse_jobs, "csv")
