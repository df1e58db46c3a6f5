"""Distances on the globe, without a geographic database. Degrees in WGS 84, kilometres."""

from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


class Box(NamedTuple):
    """A rectangle of latitudes and longitudes, in degrees; west is never greater than east."""

    south: float
    west: float
    north: float
    east: float


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance between two points (haversine; within 0.5 % of the ellipsoid's)."""
    half_lat, half_lon = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def bounding_box(lat: float, lon: float, radius_km: float) -> Box:
    """The rectangle that holds every point within `radius_km`: a sieve before `distance_km`.

    Around a pole, or across the 180th meridian, it spans all longitudes.
    Raises ValueError for a negative radius.
    """
    if radius_km < 0:
        raise ValueError("a radius is not negative")
    angle = radius_km / EARTH_RADIUS_KM
    south, north = lat - degrees(angle), lat + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    # The circle is widest a little poleward of its centre.
    half_width = degrees(asin(min(1.0, sin(angle) / cos(radians(lat)))))
    west, east = lon - half_width, lon + half_width
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return Box(south, west, north, east)
