"""The drawn maps: everything at its place, light, and legible without colour."""

import gzip

import pytest

from cmq.labels.states import LabelState
from cmq.web import maps


def test_metropole_keeps_its_directions() -> None:
    lille, marseille = maps.locate(50.63, 3.06), maps.locate(43.3, 5.4)
    brest, strasbourg = maps.locate(48.39, -4.49), maps.locate(48.58, 7.75)
    assert lille[1] < marseille[1] and brest[0] < strasbourg[0]
    assert all(0 <= x <= maps.WIDTH and 0 <= y <= maps.METRO_HEIGHT for x, y in (lille, marseille, brest, strasbourg))


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [
        ("Guadeloupe", 16.24, -61.53),
        ("Martinique", 14.6, -61.07),
        ("Guyane", 4.93, -52.33),
        ("La Réunion", -20.88, 55.45),
        ("Mayotte", -12.78, 45.23),
    ],
)
def test_overseas_points_fall_in_their_inset(name: str, lat: float, lon: float) -> None:
    x, y = maps.locate(lat, lon)
    inset = next(each for each in maps.INSETS if each.name == name)
    assert inset.x <= x <= inset.x + inset.side and inset.y <= y <= inset.y + inset.side


def test_what_no_window_shows_is_told_apart_never_moved() -> None:
    papeete = maps.Mark(-17.53, -149.56, "Papeete")
    placed, outside = maps.spread([papeete])
    assert placed == () and outside == (papeete,)


@pytest.mark.parametrize(("level", "count"), [("regions", 18), ("academies", 30), ("departements", 101)])
def test_every_territory_is_drawn(level: str, count: int) -> None:
    shapes = maps.shapes(level)
    assert len(shapes) == len({shape.code for shape in shapes}) == count
    for shape in shapes:
        left, top, right, bottom = maps.extent(shape)
        assert left < right and top < bottom
        assert left - 1 <= shape.x <= right + 1


def test_the_outlines_of_the_home_page_are_light() -> None:
    drawn = "".join(shape.path for shape in maps.shapes("regions"))
    assert len(gzip.compress(drawn.encode())) < 10_000


def test_campuses_of_one_commune_stand_around_it_each_within_reach() -> None:
    marks, _ = maps.spread([maps.Mark(48.85, 2.35, f"Campus {n}") for n in range(7)])
    assert len({(mark.x, mark.y) for mark in marks}) == 7
    one, other = marks[0], marks[1]
    assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= maps.MARK_SIZE**2


def test_each_state_has_its_own_shape() -> None:
    assert len({maps.mark_path(state.value, 0, 0) for state in LabelState}) == len(LabelState)
