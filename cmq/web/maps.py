"""Maps drawn on the server: outlines and marks in one SVG, overseas regions in insets.

Plate carrée narrowed by cos(46.6°), whole numbers, so that a map of the regions weighs a few kilobytes. Shapes tell
the states apart, colour only helps.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from django.utils.functional import cached_property

from cmq.reference.geo import EARTH_RADIUS_KM
from cmq.reference.outlines import Level, outline

WIDTH = 1000
METRO_HEIGHT = 985
INSET = 190  # side of an overseas box
NARROWING = math.cos(math.radians(46.6))
MARK_SIZE = 11
_NUMBER = re.compile(r"-?\d+")


class Frame(NamedTuple):
    """A window of the globe and where it is drawn; degrees, then units of the drawing."""

    name: str
    west: float
    south: float
    east: float
    north: float
    x: int
    y: int
    scale: float  # units a degree of latitude

    def holds(self, lat: float, lon: float) -> bool:
        """Whether the point falls in the window."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def place(self, lat: float, lon: float) -> tuple[int, int]:
        """Where the point is drawn."""
        narrowing = NARROWING if self.name == "" else math.cos(math.radians((self.south + self.north) / 2))
        return round(self.x + (lon - self.west) * narrowing * self.scale), round(
            self.y + (self.north - lat) * self.scale
        )


METROPOLE = Frame("", -5.3, 41.2, 9.75, 51.2, 0, 0, 96.5)
_INSETS = (
    ("Guadeloupe", -61.95, 15.75, -60.95, 16.6),
    ("Martinique", -61.3, 14.33, -60.75, 14.93),
    ("Guyane", -54.75, 2.0, -51.5, 5.9),
    ("La Réunion", 55.15, -21.45, 55.9, -20.8),
    ("Mayotte", 44.95, -13.05, 45.35, -12.6),
)


def _inset(index: int, name: str, west: float, south: float, east: float, north: float) -> Frame:
    room = INSET - 34
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = min(room / (north - south), room / ((east - west) * narrowing))
    x = 5 + index * (INSET + 10) + round((INSET - (east - west) * narrowing * scale) / 2)
    return Frame(name, west, south, east, north, x, METRO_HEIGHT + 28, scale)


FRAMES = (METROPOLE, *(_inset(index, *inset) for index, inset in enumerate(_INSETS)))


@dataclass(frozen=True, slots=True)
class Shape:
    """A territory's outline; `url` makes it a link, `note` ends its spoken title."""

    code: str
    name: str
    slug: str
    path: str
    x: int
    y: int
    url: str = ""
    note: str = ""
    number: int | None = None
    is_chosen: bool = False

    @property
    def title(self) -> str:
        """« Bretagne : 5 campus »."""
        return f"{self.name} : {self.note}" if self.note else self.name

    @property
    def text_y(self) -> int:
        """The base line of its number."""
        return self.y + 8


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place: a campus (its state gives the shape) or a member."""

    lat: float
    lon: float
    title: str
    url: str = ""
    kind: str = "a-verifier"
    x: int = 0
    y: int = 0
    size: int = MARK_SIZE

    @property
    def path(self) -> str:
        """The shape around (x, y)."""
        return mark_path(self.kind, self.x, self.y, size=self.size)

    @property
    def text_y(self) -> int:
        """The base line of its name, in a box."""
        return self.y + 6


@dataclass(frozen=True, slots=True)
class Circle:
    """All that lies within a distance of a place; `look` names its line and filling."""

    x: int
    y: int
    radius: int
    look: str


@dataclass(frozen=True, slots=True)
class Box:
    """A territory without an outline: a labelled box whose links are listed inside."""

    name: str
    y: int
    marks: tuple[Mark, ...]
    url: str = ""
    note: str = ""

    @property
    def height(self) -> int:
        """Units that it takes."""
        return 34 + 28 * len(self.marks)

    @property
    def text_y(self) -> int:
        """The base line of its name."""
        return self.y + 23


@dataclass(frozen=True, slots=True)
class Inset:
    """The border and name of an overseas window."""

    name: str
    x: int
    y: int
    side: int = INSET

    @property
    def text_x(self) -> int:
        """Where its name begins."""
        return self.x + 8

    @property
    def text_y(self) -> int:
        """The base line of its name."""
        return self.y + 20


@dataclass(frozen=True)
class Map:
    """All that the template draws. `key` makes the identifiers of one page's maps differ."""

    key: str
    title: str
    shapes: tuple[Shape, ...]
    marks: tuple[Mark, ...] = ()
    boxes: tuple[Box, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    window: tuple[int, int, int, int] | None = None
    insets: tuple[Inset, ...] = field(default=())
    circles: tuple[Circle, ...] = ()

    @cached_property
    def view_box(self) -> str:
        """What part of the drawing shows."""
        if self.window:
            return " ".join(str(part) for part in self.window)
        height = METRO_HEIGHT + (INSET + 10 if self.insets else 0) + sum(box.height + 10 for box in self.boxes)
        return f"0 0 {WIDTH} {height}"

    @property
    def is_linked(self) -> bool:
        """Whether it holds links; then it is a group of them, not one picture."""
        urls = [*(each.url for each in self.shapes), *(each.url for each in self.marks)]
        return any(urls) or any(box.url or box.marks for box in self.boxes)

    @cached_property
    def legend(self) -> tuple[tuple[str, str, str], ...]:
        """Kind, path in a 16-unit square and wording of each shape in use."""
        present = {mark.kind for mark in (*self.marks, *(mark for box in self.boxes for mark in box.marks))}
        return tuple((kind, mark_path(kind, 8, 8, size=7), label) for kind, label in self.kinds if kind in present)


INSETS = tuple(Inset(name, 5 + index * (INSET + 10), METRO_HEIGHT) for index, (name, *_) in enumerate(_INSETS))


def mark_path(kind: str, x: int, y: int, *, size: int = MARK_SIZE) -> str:
    """Each state has its own shape, members a small cross; what has none is a diamond."""
    return _PATHS.get(kind, _diamond)(x, y, size)


def _diamond(x: int, y: int, s: int) -> str:
    return f"M{x} {y - s - 1}l{s + 1} {s + 1}l-{s + 1} {s + 1}l-{s + 1}-{s + 1}z"


def _circle(x: int, y: int, s: int) -> str:
    return f"M{x - s} {y}a{s} {s} 0 1 0 {2 * s} 0a{s} {s} 0 1 0-{2 * s} 0z"


def _two_bars(x: int, y: int, s: int) -> str:
    wide = s - 2
    return f"M{x - s} {y - s}h{wide}v{2 * s}h-{wide}zM{x + s - wide} {y - s}h{wide}v{2 * s}h-{wide}z"


def _cross(x: int, y: int, s: int) -> str:
    arm = s // 3
    return (
        f"M{x - arm} {y - s}h{2 * arm}v{s - arm}h{s - arm}v{2 * arm}h-{s - arm}v{s - arm}h-{2 * arm}"
        f"v-{s - arm}h-{s - arm}v-{2 * arm}h{s - arm}z"
    )


_PATHS: dict[str, Callable[[int, int, int], str]] = {
    "en-cours": _circle,
    "a-renouveler": lambda x, y, s: f"{_circle(x, y, s)}M{x} {y - s + 3}v{2 * s - 6}",
    "suspendu": _two_bars,
    "expire": lambda x, y, s: f"M{x - s + 1} {y - s + 1}h{2 * s - 2}v{2 * s - 2}h-{2 * s - 2}z",
    "retire": lambda x, y, s: f"M{x} {y + s}l-{s}-{2 * s - 2}h{2 * s}z",
    "termine": lambda x, y, s: f"M{x - s} {y - s // 2}h{2 * s}v{s}h-{2 * s}z",
    "en-creation": lambda x, y, s: f"M{x} {y - s}l{s} {2 * s - 2}h-{2 * s}z",
    "member": _cross,
}


@lru_cache(maxsize=8)
def shapes(level: Level) -> tuple[Shape, ...]:
    """The outlines of a level, drawn once per process."""
    found = []
    for feature in outline(level)["features"]:
        rings = _rings(feature["geometry"])
        drawn = [ring for ring in map(_draw, rings) if ring]
        if not drawn:
            continue
        largest = max(drawn, key=_area)
        x, y = _middle(largest)
        properties = feature["properties"]
        path = "".join(_path(ring) for ring in drawn)
        found.append(Shape(properties["code"], properties["name"], properties["slug"], path, x, y))
    return tuple(found)


def locate(lat: float, lon: float) -> tuple[int, int] | None:
    """Where a point is drawn; None when no window shows it."""
    for frame in FRAMES:
        if frame.holds(lat, lon):
            return frame.place(lat, lon)
    return None


def circle(lat: float, lon: float, km: float, look: str) -> Circle | None:
    """The circle of that radius around a point; None when no window shows it."""
    for frame in FRAMES:
        if frame.holds(lat, lon):
            return Circle(*frame.place(lat, lon), round(math.degrees(km / EARTH_RADIUS_KM) * frame.scale), look)
    return None


def spread(marks: Iterable[Mark], *, size: int = MARK_SIZE) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """Marks with their place in the drawing, those of one spot set around it; and those that no window shows.

    Args:
        size: half the width of a mark, in units of the drawing; smaller on close-ups.
    """
    spots: dict[tuple[int, int], list[Mark]] = defaultdict(list)
    outside = []
    for mark in marks:
        spot = locate(mark.lat, mark.lon)
        if spot is None:
            outside.append(mark)
        else:
            spots[spot].append(mark)
    placed = [
        replace(mark, x=x + dx, y=y + dy, size=size)
        for (x, y), here in spots.items()
        for mark, (dx, dy) in zip(here, _ring(len(here), size), strict=True)
    ]
    return tuple(placed), tuple(outside)


# Units of the drawing: some départements wide.
_CLOSE = 350


def around(marks: Sequence[Mark], *, key: str, title: str, kinds: tuple[tuple[str, str], ...] = ()) -> Map | None:
    """The map of a few places, no wider than they lie; None when none can be shown.

    Args:
        key: tells it from the other maps of the page.
        kinds: of the marks, with what each means, for the legend.
    """
    # Here and overseas at once: no window shows both, the whole map does.
    if len({frame.name for mark in marks for frame in FRAMES if frame.holds(mark.lat, mark.lon)}) > 1:
        placed, _ = spread(marks)
        return Map(key, title, shapes("regions"), placed, kinds=kinds, insets=INSETS)
    window = window_around([spot for mark in marks if (spot := locate(mark.lat, mark.lon))])
    if window is None:
        return None
    placed, _ = spread(marks, size=size_in(window))
    # All the départements weigh forty kilobytes: from afar the regions say enough.
    level: Level = "departements" if window[2] < _CLOSE else "regions"
    near = tuple(shape for shape in shapes(level) if is_in_window(shape, window))
    return Map(key, title, near, placed, kinds=kinds, window=window)


def boxes(territories: Iterable[tuple[str, str, str, Sequence[Mark]]]) -> tuple[Box, ...]:
    """Boxes below the map for territories without an outline, from (name, address, note, marks)."""
    made: list[Box] = []
    y = METRO_HEIGHT + INSET + 10
    for name, url, note, marks in territories:
        placed = tuple(replace(mark, x=32, y=y + 46 + 28 * index) for index, mark in enumerate(marks))
        made.append(Box(name, y, placed, url, note))
        y += made[-1].height + 10
    return tuple(made)


def window_around(points: Sequence[tuple[int, int]], *, margin: int = 30) -> tuple[int, int, int, int] | None:
    """The part of the drawing around these points, as a view box of a pleasant shape; None for no point."""
    if not points:
        return None
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = max(right - left + 2 * margin, 180)
    height = max(bottom - top + 2 * margin, width * 3 // 5)
    return (left + right - width) // 2, (top + bottom - height) // 2, width, height


@lru_cache(maxsize=256)
def extent(shape: Shape) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of an outline."""
    xs, ys, x, y = [], [], 0, 0
    for ring in shape.path.split("z")[:-1]:
        start, _, steps = ring[1:].partition("l")
        x, y = (int(part) for part in start.split())
        numbers = [int(part) for part in _NUMBER.findall(steps)]
        for dx, dy in zip([0, *numbers[::2]], [0, *numbers[1::2]], strict=True):
            x, y = x + dx, y + dy
            xs.append(x)
            ys.append(y)
    return min(xs), min(ys), max(xs), max(ys)


def corners(shape: Shape) -> tuple[tuple[int, int], tuple[int, int]]:
    """Top left and bottom right of an outline."""
    left, top, right, bottom = extent(shape)
    return (left, top), (right, bottom)


def size_in(window: tuple[int, int, int, int]) -> int:
    """The size of marks that looks on a close-up as `MARK_SIZE` does on the whole map."""
    return max(3, round(MARK_SIZE * 0.8 * window[2] / WIDTH))


def is_in_window(shape: Shape, window: tuple[int, int, int, int]) -> bool:
    """Whether some of an outline may show in a view box."""
    left, top, right, bottom = extent(shape)
    x, y, width, height = window
    return left < x + width and right > x and top < y + height and bottom > y


def is_within(mark: Mark, box: tuple[tuple[int, int], tuple[int, int]]) -> bool:
    """Whether a placed mark falls in a rectangle given by its corners."""
    (left, top), (right, bottom) = box
    return left <= mark.x <= right and top <= mark.y <= bottom


def _rings(geometry: dict) -> list[list[list[float]]]:  # type: ignore[type-arg]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


def _draw(ring: list[list[float]]) -> list[tuple[int, int]]:
    """The ring in whole units, without repeated points; empty when it is too small to be seen."""
    lon, lat = ring[0]
    frame = next((each for each in FRAMES if each.holds(lat, lon)), None)
    if frame is None:
        return []
    points: list[tuple[int, int]] = []
    for lon, lat, *_ in ring:
        point = frame.place(lat, lon)
        if not points or point != points[-1]:
            points.append(point)
    if points[0] == points[-1]:
        points.pop()
    return points if len(points) >= 3 and _area(points) >= 3 else []


def _path(points: list[tuple[int, int]]) -> str:
    x, y = points[0]
    parts = [f"M{x} {y}l"]
    for at, (nx, ny) in enumerate(points[1:]):
        dx, dy = nx - x, ny - y
        parts.append(f"{'' if at == 0 or dx < 0 else ' '}{dx}{'' if dy < 0 else ' '}{dy}")
        x, y = nx, ny
    return "".join((*parts, "z"))


def _area(points: list[tuple[int, int]]) -> float:
    shifted = [*points[1:], points[0]]
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, shifted, strict=True))) / 2


def _middle(points: list[tuple[int, int]]) -> tuple[int, int]:
    """The centroid of the ring."""
    shifted = [*points[1:], points[0]]
    doubled = cx = cy = 0
    for (x1, y1), (x2, y2) in zip(points, shifted, strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        cx += (x1 + x2) * cross
        cy += (y1 + y2) * cross
    return (round(cx / (3 * doubled)), round(cy / (3 * doubled))) if doubled else points[0]


def _ring(count: int, size: int) -> list[tuple[int, int]]:
    """Offsets that set `count` marks around one spot, so that each can be seen and reached."""
    if count == 1:
        return [(0, 0)]
    radius = max(size + 1, round(count * 2 * size / (2 * math.pi)) + 2)
    return [
        (round(radius * math.cos(2 * math.pi * at / count)), round(radius * math.sin(2 * math.pi * at / count)))
        for at in range(count)
    ]
