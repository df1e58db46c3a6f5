"""API Découpage administratif (geo.api.gouv.fr): communes of today, with population, centre and postcodes."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cmq.official.errors import Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, fixed
from cmq.official.listing import read_list, text
from cmq.reference.models import Commune, CommuneKind, CommunePostcode
from cmq.reference.queries import folded_place

_URL = (
    "https://geo.api.gouv.fr/communes?fields=nom,code,codesPostaux,centre,population,codeDepartement"
    "&zone=metro,drom,com&format=json"
)
_NEEDED = ("code", "nom", "codeDepartement")


def parse_communes(path: Path, known: Known) -> Iterator[Parsed]:
    """The communes; the arrondissements of Paris, Lyon and Marseille are not in this file."""
    for number, record in read_list(path, needed=_NEEDED):
        code, name, departement = text(record, "code", 5), text(record, "nom", 80), text(record, "codeDepartement", 3)
        if len(code) != 5 or not name or departement not in known.departements:
            yield number, Rejected(number, "Le code, le nom ou le département manque.", f"{code} {name} {departement}")
            continue
        latitude, longitude = _centre(record)
        population = record.get("population")
        yield (
            number,
            Commune(
                insee_code=code,
                name=name,
                folded_name=folded_place(name),
                kind=CommuneKind.COMMUNE,
                departement_id=departement,
                population=population if isinstance(population, int) and population >= 0 else None,
                latitude=latitude,
                longitude=longitude,
            ),
        )


def _centre(record: dict[str, Any]) -> tuple[float | None, float | None]:
    """Degrees; GeoJSON says the longitude first."""
    place = (record.get("centre") or {}).get("coordinates")
    if not isinstance(place, list) or len(place) != 2 or not all(isinstance(each, int | float) for each in place):
        return None, None
    longitude, latitude = place
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else (None, None)


def parse_postcodes(path: Path, known: Known) -> Iterator[Parsed]:
    """The postcodes of each commune."""
    for number, record in read_list(path, needed=_NEEDED):
        for postcode in sorted(set(record.get("codesPostaux") or [])):
            if isinstance(postcode, str) and len(postcode) == 5:
                yield number, CommunePostcode(commune_id=text(record, "code", 5), code=postcode)


IMPORTER = Importer(
    slug="communes",
    title="Communes (API Découpage administratif)",
    publisher="Direction interministérielle du numérique",
    licence=LICENCE_OUVERTE,
    page="https://geo.api.gouv.fr/decoupage-administratif",
    locate=fixed(_URL, title="Communes (API Découpage administratif)", name="communes.json"),
    tables=[
        Table(
            Commune,
            ("insee_code",),
            ("name", "folded_name", "departement_id", "population", "latitude", "longitude"),
            parse_communes,
            # What is merged stays as long as facts speak of it: a release of the reference takes it away.
            removes=False,
            dated=False,
        ),
        Table(CommunePostcode, ("commune_id", "code"), (), parse_postcodes, removes=False, dated=False),
    ],
    stale_after=dt.timedelta(days=400),
)
