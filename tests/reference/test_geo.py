"""Distances and rectangles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.reference.geo import bounding_box, distance_km

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def test_paris_to_marseille() -> None:
    assert distance_km(48.8566, 2.3522, 43.2965, 5.3698) == pytest.approx(660.5, abs=1)


def test_half_way_around() -> None:
    assert distance_km(0, 0, 0, 180) == pytest.approx(20015, abs=1)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_symmetric_and_bounded(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there = distance_km(lat1, lon1, lat2, lon2)
    assert 0 <= there < 20_016
    assert there == pytest.approx(distance_km(lat2, lon2, lat1, lon1))


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES, st.floats(0, 25_000))
def test_the_box_holds_the_circle(lat: float, lon: float, other_lat: float, other_lon: float, radius: float) -> None:
    box = bounding_box(lat, lon, radius)
    assert -90 <= box.south <= box.north <= 90
    assert -180 <= box.west <= box.east <= 180
    if distance_km(lat, lon, other_lat, other_lon) <= radius:
        slack = 1e-6
        assert box.south - slack <= other_lat <= box.north + slack
        assert box.west - slack <= other_lon <= box.east + slack or abs(other_lat) == 90


def test_a_negative_radius_is_a_bug() -> None:
    with pytest.raises(ValueError, match="negative"):
        bounding_box(48, 2, -1)
