"""The map of what a search shows."""

from collections.abc import Sequence

from cmq.search.answering import Hit
from cmq.web import maps

# Shapes tell the kinds apart, colour only helps.
_MARKS = {"campus": "en-cours", "formation": "en-creation", "offre": "a-verifier", "evenement": "suspendu"}


def draw(hits: Sequence[Hit]) -> maps.Map | None:
    """A map around the results of a page; None when none of them can be placed. The list says the same."""
    marks = [
        maps.Mark(lat, lon, hit.row.title, url=hit.row.url, kind=_MARKS.get(hit.row.kind.slug, "a-verifier"))
        for hit in hits
        for lat, lon in hit.row.document.spots[:1]
    ]
    shown = {hit.row.kind.slug: hit.row.kind.plural for hit in hits if hit.row.document.spots}
    kinds = tuple((_MARKS[slug], label) for slug, label in shown.items() if slug in _MARKS)
    return maps.around(marks, key="resultats", title="Carte des résultats de cette page", kinds=kinds)
