"""The map of what a search shows."""

from collections.abc import Sequence

from cmq.search.answering import Hit
from cmq.search.places import Area
from cmq.search.selection import Near
from cmq.web import maps

# Shapes tell the kinds apart, colour only helps.
_MARKS = {"campus": "en-cours", "formation": "en-creation", "offre": "a-verifier", "evenement": "suspendu"}

_CLOSE = 350  # units of the drawing: some départements wide


def draw(hits: Sequence[Hit], *, where: Near | Area | None) -> maps.Map | None:
    """A map around the results of a page; None when none of them can be placed. The list says the same."""
    marks = [
        maps.Mark(lat, lon, hit.row.title, url=hit.row.url, kind=_MARKS.get(hit.row.kind.slug, "a-verifier"))
        for hit in hits
        for lat, lon in hit.row.document.spots[:1]
    ]
    shown = {hit.row.kind.slug: hit.row.kind.plural for hit in hits if hit.row.document.spots}
    kinds = tuple((_MARKS[slug], label) for slug, label in shown.items() if slug in _MARKS)
    title = "Carte des résultats de cette page"
    corners = [spot for mark in marks if (spot := maps.locate(mark.lat, mark.lon))]
    if len({frame.name for mark in marks for frame in maps.FRAMES if frame.holds(mark.lat, mark.lon)}) > 1:
        placed, _ = maps.spread(marks)
        return maps.Map("resultats", title, maps.shapes("regions"), placed, kinds=kinds, insets=maps.INSETS)
    window = maps.window_around(corners)
    if window is None:
        return None
    placed, _ = maps.spread(marks, size=maps.size_in(window))
    # All the départements weigh forty kilobytes: from afar the regions say enough.
    shapes = maps.shapes("departements" if window[2] < _CLOSE else "regions")
    near = tuple(shape for shape in shapes if maps.is_in_window(shape, window))
    return maps.Map("resultats", title, near, placed, kinds=kinds, window=window)
