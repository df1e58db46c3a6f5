"""Places as terms of the index: a circle is a set of squares, large ones inside and small ones along its edge.

The smallest squares measure .005°, 560 m by 390 m in France: a circle is right to 400 m.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import cos, floor, pi, radians, sqrt

from cmq.reference.geo import EARTH_RADIUS_KM

_STEP = 0.005  # degrees
# Name of a level, and how many of the smallest squares its side has.
_LEVELS = (("c", 20), ("b", 4), ("a", 1))
_KM_A_DEGREE = EARTH_RADIUS_KM * pi / 180

Interval = tuple[int, int]  # columns


def cells_of(lat: float, lon: float) -> list[str]:
    """The squares, one a level, that hold a point (degrees)."""
    row, column = floor((lat + 90) / _STEP), floor((lon + 180) / _STEP)
    return [f"{name}{row // side}.{column // side}" for name, side in _LEVELS]


@lru_cache(maxsize=512)
def cells_around(lat: float, lon: float, radius_km: float) -> tuple[str, ...]:
    """The squares whose centres lie within `radius_km` of a point, as few as can be."""
    rows = dict(_rows(lat, lon, radius_km))
    found: list[str] = []
    covered: dict[int, Interval] = {}
    for name, side in _LEVELS:
        for band in sorted({row // side for row in rows}):
            found += _of_band(name, side, band, rows, covered)
    return tuple(found)


def _rows(lat: float, lon: float, radius_km: float) -> Iterator[tuple[int, Interval]]:
    """Each row of smallest squares, and the columns whose centres are within the circle."""
    reach = radius_km / _KM_A_DEGREE
    first, last = floor((lat - reach + 90) / _STEP), floor((lat + reach + 90) / _STEP)
    for row in range(first, last + 1):
        centre = (row + 0.5) * _STEP - 90
        left = reach * reach - (centre - lat) ** 2
        if left < 0 or abs(centre) >= 90:
            continue
        width = sqrt(left) / max(0.01, cos(radians((centre + lat) / 2)))
        yield row, (floor((lon - width + 180) / _STEP + 0.5), floor((lon + width + 180) / _STEP - 0.5))


def _of_band(name: str, side: int, band: int, rows: dict[int, Interval], covered: dict[int, Interval]) -> list[str]:
    """The squares of one level and band that are wholly inside, and not yet covered by larger ones."""
    inside = range(band * side, (band + 1) * side)
    if any(row not in rows for row in inside):
        return []
    left = -(-max(rows[row][0] for row in inside) // side)
    right = (min(rows[row][1] for row in inside) + 1) // side  # the first column out
    if left >= right:
        return []
    # What a larger level covers lies in the middle of what this one does.
    start, end = covered.get(band * side, (right * side, right * side))
    for row in inside:
        covered[row] = (left * side, right * side)
    return [f"{name}{band}.{column}" for column in (*range(left, start // side), *range(end // side, right))]
