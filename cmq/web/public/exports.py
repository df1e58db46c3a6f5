"""The directory's answers as files."""

import csv
import io
import json
from typing import Any

from django.conf import settings

from cmq.core.cells import cell
from cmq.search.directory import CampusRow, Hit, Results, Selection

COLUMNS = (
    "identifiant",
    "nom",
    "sigle",
    "autres_noms",
    "filiere",
    "filiere_deduite",
    "region",
    "academies",
    "communes",
    "codes_insee",
    "latitude",
    "longitude",
    "categorie",
    "etat_du_label",
    "label_certain_jusqu_au",
    "label_ce_jour",
    "etablissements_support",
    "site_web",
    "fiabilite",
    "derniere_trace",
    "demonstration",
    "distance_km",
    "page",
)


def as_csv(results: Results, selection: Selection) -> str:
    """CSV for spreadsheets: UTF-8 with BOM, « ; », several values of a cell separated by « | »."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";")
    writer.writeheader()
    for hit in results.hits:
        writer.writerow({name: cell(value) for name, value in properties(hit).items()})
    return "\ufeff" + out.getvalue()


def as_geojson(results: Results, selection: Selection) -> str:
    """A FeatureCollection: one feature a campus, at its places; without geometry where none is known."""
    features = [
        {"type": "Feature", "id": hit.row.slug, "geometry": _geometry(hit.row), "properties": properties(hit)}
        for hit in results.hits
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def properties(hit: Hit) -> dict[str, Any]:
    """A campus as named values; None where unknown."""
    row = hit.row
    first = row.located[0] if row.located else None
    return {
        "identifiant": row.slug,
        "nom": row.name,
        "sigle": row.acronym or None,
        "autres_noms": list(row.other_names),
        "filiere": row.filiere.name if row.filiere else None,
        "filiere_deduite": row.filiere_is_deduced,
        "region": row.region.name,
        "academies": [academie.name for academie in row.academies],
        "communes": [place.name for place in row.places],
        "codes_insee": [place.insee_code for place in row.places],
        "latitude": first.lat if first else None,
        "longitude": first.lon if first else None,
        "categorie": row.category or None,
        "etat_du_label": row.state.value,
        "label_certain_jusqu_au": row.ends_on.isoformat() if row.ends_on else None,
        "label_ce_jour": row.held or None,
        "etablissements_support": list(row.hosts),
        "site_web": row.website or None,
        "fiabilite": row.reliability or None,
        "derniere_trace": row.last_seen_on.iso if row.last_seen_on else None,
        "demonstration": row.is_demo,
        "distance_km": round(hit.distance, 1) if hit.distance is not None else None,
        "page": f"{settings.SITE_URL}{row.url}",
    }


def _geometry(row: CampusRow) -> dict[str, Any] | None:
    points = [[place.lon, place.lat] for place in row.located]
    if not points:
        return None
    return (
        {"type": "Point", "coordinates": points[0]}
        if len(points) == 1
        else {"type": "MultiPoint", "coordinates": points}
    )
