"""The map of the stops of a tour, or of the agenda."""

from collections.abc import Iterable

from cmq.tours.models import Stop, StopState
from cmq.web import maps

_KINDS = {
    StopState.PLANNED: ("en-cours", "Étape prévue"),
    StopState.HELD: ("termine", "Étape tenue"),
    StopState.CANCELLED: ("retire", "Étape annulée"),
}


def draw(stops: Iterable[Stop], *, title: str, links: bool = True) -> maps.Map | None:
    """A map around the stops; None when no window shows one. What it does not show is in the list beside it."""
    listed = list(stops)
    marks = [mark for stop in listed if (mark := _mark(stop, links=links)) is not None]
    states = {stop.state for stop in listed}
    kinds = tuple(kind for state, kind in _KINDS.items() if state in states)
    return maps.around(marks, key="etapes", title=title, kinds=kinds)


def _mark(stop: Stop, *, links: bool) -> maps.Mark | None:
    lat, lon = stop.commune.latitude, stop.commune.longitude
    if lat is None or lon is None:
        return None
    kind, _ = _KINDS[StopState(stop.state)]
    return maps.Mark(
        lat, lon, f"{stop.commune.name}, {stop.when}", url=stop.get_absolute_url() if links else "", kind=kind
    )
