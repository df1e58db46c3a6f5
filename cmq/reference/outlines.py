"""Outlines of territories as GeoJSON (WGS 84, longitude first), drawn for a map of the whole country."""

import json
from functools import lru_cache
from typing import Any, Literal

from cmq.reference.files import ATTRIBUTION, SCHOOLS_ATTRIBUTION, content

__all__ = ["ATTRIBUTION", "SCHOOLS_ATTRIBUTION", "Level", "geojson_bytes", "outline"]

Level = Literal["regions", "academies", "departements"]


@lru_cache
def geojson_bytes(level: Level) -> bytes:
    """The layer as GeoJSON text in UTF-8, ready to be sent; show `ATTRIBUTION` beside it."""
    return content(f"{level}.geojson.gz")


@lru_cache
def outline(level: Level) -> dict[str, Any]:
    """The layer as a FeatureCollection: 18 régions, 30 académies or 101 départements.

    Each feature has the code as `id`, and the properties code, name, slug. Every caller shares the one dictionary:
    read it, do not change it.
    """
    layer: dict[str, Any] = json.loads(geojson_bytes(level))
    return layer
