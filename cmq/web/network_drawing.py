"""The network of a campus as a picture: the campus in the middle, a sector a family, other campuses outside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cmq.campuses.models import Campus, Partnership
from cmq.organisations.models import Family
from cmq.web.maps import mark_path

SIZE, MIDDLE = 1000, 500
RINGS = (190, 255, 320)  # members alternate, so that many keep apart
EDGE, OUTSIDE = 365, 435
GAP = 0.02  # radians between two sectors


@dataclass(frozen=True, slots=True)
class Node:
    """A member or another campus: where, its mark in the list beside the picture, what it says, where it leads."""

    x: int
    y: int
    mark: str
    title: str
    url: str
    kind: str

    @property
    def path(self) -> str:
        """Its shape."""
        return mark_path(self.kind, self.x, self.y, size=13)

    @property
    def text_y(self) -> int:
        """The base line of its mark, above the shape."""
        return self.y - 32


@dataclass(frozen=True, slots=True)
class Sector:
    """A family's part of the disc."""

    title: str
    path: str


@dataclass(frozen=True)
class Picture:
    """All that the template draws."""

    title: str
    sectors: tuple[Sector, ...]
    lines: tuple[str, ...]
    nodes: tuple[Node, ...]
    others: tuple[Node, ...]


def draw(
    campus: Campus, members: Sequence[Partnership], elsewhere: dict[int, list[Campus]], *, day: str, query: str
) -> Picture | None:
    """The picture; None without members.

    Args:
        members: in the order of the list beside the picture, which numbers them from 1.
        elsewhere: organisation → the other campuses that it belongs to on that day.
        day: as people read it.
        query: what keeps the day in an address.
    """
    if not members:
        return None
    sectors, spots = _sectors(members)
    nodes = tuple(
        Node(*_at(angle, radius), str(number), _said(member), f"#membre-{number}", "member")
        for number, (member, (angle, radius)) in enumerate(zip(members, spots, strict=True), start=1)
    )
    lines = [_line(MIDDLE, MIDDLE, node.x, node.y) for node in nodes]
    others: dict[int, Node] = {}
    for member, node, (angle, _) in zip(members, nodes, spots, strict=True):
        for other in elsewhere.get(member.organisation_id, []):
            if other.pk not in others:
                mark = _letters(len(others))
                turned = _free_angle(angle, [each for each in others.values()])
                url = f"{other.get_absolute_url()}reseau/{query}"
                others[other.pk] = Node(*_at(turned, OUTSIDE), mark, f"{mark} : {other}", url, "lieu")
            there = others[other.pk]
            lines.append(_line(node.x, node.y, there.x, there.y))
    title = f"Réseau du campus {campus}, {day} : {len({each.organisation_id for each in members})} organisations"
    return Picture(title, sectors, tuple(lines), nodes, tuple(others.values()))


def _sectors(members: Sequence[Partnership]) -> tuple[tuple[Sector, ...], list[tuple[float, int]]]:
    """A sector a family, as wide as its members are many; and the angle and distance of each member."""
    families = list(dict.fromkeys(member.family for member in members))
    step = 2 * math.pi / len(members)
    sectors, spots, start = [], [], -math.pi / 2
    for family in families:
        inside = [member for member in members if member.family == family]
        end = start + step * len(inside)
        label = Family(family).label
        sectors.append(Sector(f"{label} : {len(inside)}", _wedge(start, end)))
        spots += [(start + step * (place + 0.5), RINGS[place % len(RINGS)]) for place in range(len(inside))]
        start = end
    return tuple(sectors), spots


def _wedge(start: float, end: float) -> str:
    if end - start > 2 * math.pi - 0.01:
        return f"M{MIDDLE - EDGE} {MIDDLE}a{EDGE} {EDGE} 0 1 0 {2 * EDGE} 0a{EDGE} {EDGE} 0 1 0-{2 * EDGE} 0z"
    (x1, y1), (x2, y2) = _at(start + GAP, EDGE), _at(end - GAP, EDGE)
    large = int(end - start > math.pi)
    return f"M{MIDDLE} {MIDDLE}L{x1} {y1}A{EDGE} {EDGE} 0 {large} 1 {x2} {y2}z"


def _free_angle(angle: float, taken: Sequence[Node]) -> float:
    """The angle, turned until no other campus is too near; all the way round, it stays."""
    for turn in range(36):
        turned = angle + turn * math.pi / 18
        x, y = _at(turned, OUTSIDE)
        if all(abs(node.x - x) + abs(node.y - y) > 60 for node in taken):
            return turned
    return angle


def _at(angle: float, radius: int) -> tuple[int, int]:
    return round(MIDDLE + radius * math.cos(angle)), round(MIDDLE + radius * math.sin(angle))


def _line(x1: int, y1: int, x2: int, y2: int) -> str:
    return f"M{x1} {y1}L{x2} {y2}"


def _letters(rank: int) -> str:
    """A, B… Z, A1, B1…"""
    return f"{chr(ord('A') + rank % 26)}{rank // 26 or ''}"


def _said(member: Partnership) -> str:
    return f"{member.organisation}, {member.get_role_display().lower()}"
