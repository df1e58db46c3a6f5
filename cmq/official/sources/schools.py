"""Annuaire de l’éducation: every school, lycée and service of the ministry, with coordinates."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import Establishment
from cmq.core.text import fold
from cmq.official import cells
from cmq.official.errors import FileRefused, Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, fixed
from cmq.official.reading import Layout, Row, read_csv
from cmq.reference.codes import is_uai

_DATASET = "https://data.education.gouv.fr/explore/dataset/fr-en-annuaire-education/"
_EXPORT = (
    "https://data.education.gouv.fr/api/explore/v2.1/catalog/datasets/fr-en-annuaire-education/exports/csv"
    "?delimiter=%3B&use_labels=false"
)
_LAYOUT = Layout(
    columns={
        "uai": ["identifiant_de_l_etablissement"],
        "name": ["nom_etablissement"],
        "kind": ["type_etablissement"],
        "status": ["statut_public_prive"],
        "address": ["adresse_1"],
        "postcode": ["code_postal"],
        "commune": ["code_commune"],
        "siret": ["siren_siret"],
        "latitude": ["latitude"],
        "longitude": ["longitude"],
        "state": ["etat"],
        "nature_code": ["code_nature"],
        "nature": ["libelle_nature"],
        "opened": ["date_ouverture"],
        "modified": ["date_maj_ligne"],
    },
    optional={
        "general": ["voie_generale"],
        "technological": ["voie_technologique"],
        "professional": ["voie_professionnelle"],
        "apprenticeship": ["apprentissage"],
        "boarding": ["hebergement"],
        "phone": ["telephone"],
        "website": ["web"],
    },
)
# What a spreadsheet makes of a SIRET: « 2,17003E+13 ».
_SCIENTIFIC = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
_SHORT_UAI = re.compile(r"\d{6}[A-Z]")
_MOST_SHORT = 3


def parse(path: Path, known: Known) -> Iterator[Parsed]:
    """The schools. Raises `FileRefused` for a copy that a spreadsheet has saved again: its codes are lost."""
    short = 0
    for number, row in read_csv(path, _LAYOUT):
        if isinstance(row, Rejected):
            yield number, row
            continue
        short += bool(_SHORT_UAI.fullmatch(row["uai"]))
        if _SCIENTIFIC.fullmatch(row["siret"]) or short > _MOST_SHORT:
            raise FileRefused(
                "Ce fichier a été enregistré par un tableur : des SIRET sont devenus « 2,17E+13 » ou des zéros ont "
                "disparu. Reprenez celui de la source."
            )
        yield number, _establishment(number, row, known)


def _establishment(number: int, row: Row, known: Known) -> Establishment | Rejected:
    told = f"{row['uai']} {row['name']}"
    if not is_uai(row["uai"]):
        return Rejected(number, "L’UAI est faux.", told)
    if not row["name"]:
        return Rejected(number, "Le nom manque.", told)
    place = coordinates(row["latitude"], row["longitude"])
    return Establishment(
        uai=row["uai"],
        siret=row["siret"] if len(row["siret"]) == 14 and row["siret"].isdecimal() else "",
        name=row["name"][:300],
        folded_name=fold(row["name"])[:300],
        kind=row["kind"][:60],
        nature_code=cells.whole(row["nature_code"]),
        nature=row["nature"][:120],
        is_public={"public": True, "privé": False}.get(row["status"].lower()),
        address=row["address"][:300],
        postcode=row["postcode"][:5],
        commune_id=row["commune"] if row["commune"] in known.communes else None,
        latitude=place[0],
        longitude=place[1],
        website=_address(row["website"]),
        phone=row["phone"][:20],
        has_general=cells.yes(row["general"]),
        has_technological=cells.yes(row["technological"]),
        has_professional=cells.yes(row["professional"]),
        has_apprenticeship=cells.yes(row["apprenticeship"]),
        has_boarding=cells.yes(row["boarding"]),
        is_open=row["state"].upper() != "FERME",
        opened_on=cells.date(row["opened"]),
        modified_on=cells.date(row["modified"]),
    )


def coordinates(latitude: str, longitude: str) -> tuple[float | None, float | None]:
    """Degrees, both or none: what is not on Earth, or at « 0, 0 », is unknown."""
    try:
        place = round(float(latitude), 5), round(float(longitude), 5)
    except ValueError:
        return None, None
    is_real = abs(place[0]) <= 90 and abs(place[1]) <= 180 and place != (0, 0)
    return place if is_real else (None, None)


def _address(cell: str) -> str:
    if not cell or " " in cell or len(cell) > 280:
        return ""
    return cell if cell.lower().startswith(("http://", "https://")) else f"https://{cell}"


IMPORTER = Importer(
    slug="annuaire",
    title="Annuaire de l’éducation",
    publisher="Ministère chargé de l’Éducation nationale",
    licence=LICENCE_OUVERTE,
    page=_DATASET,
    locate=fixed(_EXPORT, title="Annuaire de l’éducation", name="annuaire.csv"),
    tables=[
        Table(
            Establishment,
            ("uai",),
            tuple(
                each.attname for each in Establishment._meta.concrete_fields if each.attname not in ("uai", "source_id")
            ),
            parse,
            retires={"is_open": False},
        )
    ],
    stale_after=dt.timedelta(days=30),
    after=build_courses,
)
